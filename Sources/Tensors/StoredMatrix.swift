/// How weights are held: the types that products read as they are.
package enum StoredElement: Sendable, CaseIterable {
  /// fp32.
  case float32
  /// bfloat16, each of which is an fp32 number.
  case bfloat16

  /// Bytes of an element.
  package var size: Int {
    switch self {
    case .float32: MemoryLayout<Float>.size
    case .bfloat16: MemoryLayout<UInt16>.size
    }
  }
}

/// A row-major matrix in memory that somebody else owns, to be read only.
package struct StoredMatrix: @unchecked Sendable {
  // @unchecked: an address and sizes; nobody writes while a product reads.

  /// The first element.
  package let address: UnsafeRawPointer
  /// What the elements are.
  package let element: StoredElement
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// Elements from one row to the next; at least `columns`.
  package let stride: Int

  /// A view of `rows` x `columns` elements; rows lie side by side unless `stride` says otherwise.
  package init(
    _ address: UnsafeRawPointer, _ element: StoredElement, rows: Int, columns: Int,
    stride: Int? = nil
  ) {
    (self.address, self.element) = (address, element)
    (self.rows, self.columns, self.stride) = (rows, columns, stride ?? columns)
  }

  /// An fp32 matrix.
  init(_ matrix: Matrix) {
    self.init(
      matrix.pointer, .float32, rows: matrix.rows, columns: matrix.columns, stride: matrix.stride)
  }

  /// Some of the rows.
  func rows(_ range: Range<Int>) -> StoredMatrix {
    StoredMatrix(
      address + range.lowerBound * stride * element.size, element, rows: range.count,
      columns: columns, stride: stride)
  }

  /// Some of the columns.
  func columns(_ range: Range<Int>) -> StoredMatrix {
    StoredMatrix(
      address + range.lowerBound * element.size, element, rows: rows, columns: range.count,
      stride: stride)
  }

  /// Copies a row as fp32, which is exact.
  package func copyRow(_ row: Int, into target: UnsafeMutablePointer<Float>) {
    let source = address + row * stride * element.size
    switch element {
    case .float32:
      target.update(from: source.assumingMemoryBound(to: Float.self), count: columns)
    case .bfloat16:
      HalfPrecision.widen(bfloat16: source, count: columns, into: target)
    }
  }

  /// Hands the elements to `body` as fp32, copied where they are of another type.
  func withFloats(_ body: (_ elements: UnsafePointer<Float>, _ stride: Int) -> Void) {
    guard element != .float32 else {
      return body(address.assumingMemoryBound(to: Float.self), stride)
    }
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * columns))
    defer { copy.deallocate() }
    for row in 0..<rows { copyRow(row, into: copy + row * columns) }
    body(copy, columns)
  }
}
