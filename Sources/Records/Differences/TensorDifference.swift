import Files
import Tensors

/// How two results of one operation differ, element by element.
package struct TensorDifference: Sendable, Equatable {
  /// One element of both.
  package struct Element: Sendable, Equatable {
    /// Its place.
    package let row: Int
    package let column: Int
    /// Its value in the reference and in the variant.
    package let reference: Double
    package let variant: Double
    /// Representable numbers from one to the other; nil for whole numbers and for what is not a number.
    package let ulps: UInt64?

    /// |a − b| divided by the larger of |a| and |b|; nil where that is no number.
    package var relative: Double? {
      let scale = max(reference.magnitude, variant.magnitude)
      guard scale > 0 else { return reference.isNaN || variant.isNaN ? nil : 0 }
      let value = (reference - variant).magnitude / scale
      return value.isFinite ? value : nil
    }
  }

  /// Number of elements.
  package let count: Int
  /// How many of them have different bits.
  package let differing: Int
  /// The first of these, row by row.
  package let first: Element
  /// The one with the largest distance in ulps, what is not a number before all others; of equals the first.
  package let largest: Element
  /// What an element is.
  let element: ObservedTensor.Element

  /// Compares the bits of two results of the same shape; nil if all are equal or the shapes are not.
  package init?(_ reference: CapturedTensor, _ variant: CapturedTensor) {
    guard reference.element == variant.element, reference.rows == variant.rows,
      reference.columns == variant.columns, reference.bytes.count == variant.bytes.count
    else { return nil }
    let size = reference.element.size
    var (differing, first, largest) = (0, Element?.none, Element?.none)
    reference.bytes.withUnsafeBytes { a in
      variant.bytes.withUnsafeBytes { b in
        for offset in stride(from: 0, to: a.count, by: size) {
          let element: Element?
          let index = offset / size
          let place = (row: index / reference.columns, column: index % reference.columns)
          switch reference.element {
          case .float32:
            element = Self.compare(
              Float(bitPattern: a.loadUnaligned(fromByteOffset: offset, as: UInt32.self)),
              Float(bitPattern: b.loadUnaligned(fromByteOffset: offset, as: UInt32.self)), place)
          case .float64:
            element = Self.compare(
              Double(bitPattern: a.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
              Double(bitPattern: b.loadUnaligned(fromByteOffset: offset, as: UInt64.self)), place)
          case .int32:
            element = Self.compare(
              a.loadUnaligned(fromByteOffset: offset, as: Int32.self),
              b.loadUnaligned(fromByteOffset: offset, as: Int32.self), place)
          }
          guard let element else { continue }
          differing += 1
          first = first ?? element
          if let known = largest, Self.rank(element) <= Self.rank(known) { continue }
          largest = element
        }
      }
    }
    guard let first, let largest else { return nil }
    count = reference.rows * reference.columns
    self.differing = differing
    self.first = first
    self.largest = largest
    element = reference.element
  }

  /// The first of the tensors in `captured` that differs from an earlier one with its shape.
  package init?(within captured: [CapturedTensor]) {
    guard let reference = captured.first,
      let found = captured.dropFirst().lazy.compactMap({ TensorDifference(reference, $0) }).first
    else { return nil }
    self = found
  }

  private static func rank(_ element: Element) -> UInt64 { element.ulps ?? .max }

  private static func compare(_ a: Float, _ b: Float, _ place: (row: Int, column: Int)) -> Element?
  {
    guard a.bitPattern != b.bitPattern else { return nil }
    return Element(
      row: place.row, column: place.column, reference: Double(a), variant: Double(b),
      ulps: UnitsInLastPlace.distance(a, b))
  }

  private static func compare(
    _ a: Double, _ b: Double, _ place: (row: Int, column: Int)
  ) -> Element? {
    guard a.bitPattern != b.bitPattern else { return nil }
    return Element(
      row: place.row, column: place.column, reference: a, variant: b,
      ulps: UnitsInLastPlace.distance(a, b))
  }

  private static func compare(_ a: Int32, _ b: Int32, _ place: (row: Int, column: Int)) -> Element?
  {
    guard a != b else { return nil }
    return Element(
      row: place.row, column: place.column, reference: Double(a), variant: Double(b), ulps: nil)
  }
}

// MARK: - Words

extension TensorDifference {
  /// The difference in words.
  var text: String {
    let share = count == 1 ? "its value" : "\(differing) of \(count) values differ, first"
    let place = count == 1 ? "" : " [\(first.row), \(first.column)]:"
    var text = "\(share)\(place) \(value(first.reference)) against \(value(first.variant))"
    text += distance(first)
    if (largest.row, largest.column) != (first.row, first.column) {
      text += "; the largest distance is at [\(largest.row), \(largest.column)]: "
      text += "\(value(largest.reference)) against \(value(largest.variant))\(distance(largest))"
    }
    return text
  }

  private func value(_ value: Double) -> String {
    switch element {
    case .int32: "\(Int(value))"
    case .float32: value.isNaN ? "NaN" : Float(value).description
    case .float64: value.isNaN ? "NaN" : value.description
    }
  }

  private func distance(_ element: Element) -> String {
    guard let ulps = element.ulps else { return "" }
    let relative = element.relative.map { ", relative \(English.short($0))" } ?? ""
    return " (\(ulps) \(ulps == 1 ? "ulp" : "ulps")\(relative))"
  }

  /// The difference as JSON.
  var json: JSON {
    [
      "elements": JSON(count), "differing": JSON(differing), "first": json(first),
      "largest": json(largest),
    ]
  }

  private func json(_ element: Element) -> JSON {
    func exact(_ value: Double) -> JSON {
      switch self.element {
      case .int32: .number(value)
      case .float32: .exact(Float(value))
      case .float64: .exact(value)
      }
    }
    return [
      "row": JSON(element.row), "column": JSON(element.column),
      "reference": exact(element.reference), "variant": exact(element.variant),
      "ulps": element.ulps.map { $0 < 1 << 53 ? JSON(Int($0)) : .string("\($0)") } ?? .null,
      "relative": element.relative.map(JSON.number) ?? .null,
    ]
  }
}
