package import Files

/// A place where two JSON values differ.
package struct ValueDifference: Sendable, Equatable {
  /// The place: keys joined by dots and indices in brackets, beginning with the name of the whole.
  package let path: String
  /// The first value; nil if it is missing there.
  package let a: JSON?
  /// The second value; nil if it is missing there.
  package let b: JSON?

  /// A value that only one side has.
  ///
  /// Spelled out here, because `nil` in a conditional expression of JSON values would be the value `null`.
  static func only(_ value: JSON, inA isInA: Bool, at path: String) -> ValueDifference {
    isInA
      ? ValueDifference(path: path, a: .some(value), b: .none)
      : ValueDifference(path: path, a: .none, b: .some(value))
  }

  /// How far two numbers lie apart, also if they are written as texts; nil for all else.
  package var distance: NumberDistance? {
    guard let a = a.flatMap(ValueDifference.number), let b = b.flatMap(ValueDifference.number)
    else { return nil }
    return NumberDistance(a, b)
  }

  /// Where two texts first differ; nil for all else.
  package var textDifference: TextDifference? {
    guard let a = a?.stringValue, let b = b?.stringValue else { return nil }
    return TextDifference(a, b)
  }

  /// Equality of place, kinds and values, where NaN equals NaN.
  package static func == (left: ValueDifference, right: ValueDifference) -> Bool {
    func isSame(_ left: JSON?, _ right: JSON?) -> Bool {
      guard let left, let right else { return left == nil && right == nil }
      return first(left, right, at: "") == nil
    }
    return left.path == right.path && isSame(left.a, right.a) && isSame(left.b, right.b)
  }

  /// A number, or a text that is one, such as the log-likelihoods of the harness.
  private static func number(_ value: JSON) -> Double? {
    value.doubleValue ?? (value.stringValue ?? value.largeInteger).flatMap(Double.init)
  }
}

// MARK: - Search

extension ValueDifference {
  /// The first place where two values differ; nil if they are the same bit by bit.
  ///
  /// NaN is the same as NaN; −0 and +0 differ; an integer is the same as the double of its value, unless it is beyond
  /// Int64 and is compared by its digits. Arrays are compared by index; objects in their common order of keys or, if the orders differ, in the order of the keys' bytes.
  package static func first(_ a: JSON, _ b: JSON, at path: String) -> ValueDifference? {
    var found: ValueDifference?
    _ = visit(a, b, path) { difference in
      found = difference
      return false
    }
    return found
  }

  /// All places where two values differ, in order.
  package static func all(_ a: JSON, _ b: JSON, at path: String) -> [ValueDifference] {
    var found: [ValueDifference] = []
    _ = visit(a, b, path) { difference in
      found.append(difference)
      return true
    }
    return found
  }

  /// Hands differences to `report` until it returns false; returns whether it never did.
  ///
  /// Recursion is as deep as the JSON, which the parser limits.
  private static func visit(
    _ a: JSON?, _ b: JSON?, _ path: String, _ report: (ValueDifference) -> Bool
  ) -> Bool {
    switch (a, b) {
    case (.array(let left), .array(let right)):
      for index in 0..<max(left.count, right.count) {
        // Spelled out: `nil` would be the value `null` here.
        let a: JSON? = index < left.count ? .some(left[index]) : .none
        let b: JSON? = index < right.count ? .some(right[index]) : .none
        guard visit(a, b, "\(path)[\(index)]", report) else { return false }
      }
      return true
    case (.object(let left), .object(let right))
    where a?.largeInteger == nil && b?.largeInteger == nil:
      for pair in left.paired(with: right) {
        let place = path.isEmpty ? pair.key : "\(path).\(pair.key)"
        guard visit(pair.a, pair.b, place, report) else { return false }
      }
      return true
    case (let a?, let b?) where isSameLeaf(a, b): return true
    case (nil, nil): return true
    default: return report(ValueDifference(path: path, a: a, b: b))
    }
  }

  private static func isSameLeaf(_ a: JSON, _ b: JSON) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)):
      a.isNaN && b.isNaN || a == b && a.sign == b.sign
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)):
      Int64(exactly: b) == a && !(b == 0 && b.sign == .minus)
    default: a == b
    }
  }
}

extension JSON.Object {
  /// The members of two objects side by side: in the common order of their keys, else in the order of the keys' bytes.
  func paired(with other: JSON.Object) -> [(key: String, a: JSON?, b: JSON?)] {
    if members.count == other.members.count,
      zip(members, other.members).allSatisfy({ $0.key.utf8.elementsEqual($1.key.utf8) })
    {
      return zip(members, other.members).map { ($0.key, $0.value, $1.value) }
    }
    return SortedMerge.pairs(sortedMembers, other.sortedMembers) { $0.precedes($1) }
  }

  /// The members in the order of the bytes of their keys.
  private var sortedMembers: [(key: String, value: JSON)] {
    members.sorted { $0.key.precedes($1.key) }
  }
}

// MARK: - Words

extension ValueDifference {
  /// The two values in words, with their distance or the first differing character.
  package var text: String {
    guard let a else { return "it is only in B (\(b.map(English.shown) ?? "nothing"))" }
    guard let b else { return "it is only in A (\(English.shown(a)))" }
    if ValueDifference.isInteger(a), ValueDifference.isInteger(b) { return shortText }
    if let distance { return "\(shortText), \(distance.text)" }
    return textDifference?.text ?? shortText
  }

  private static func isInteger(_ value: JSON) -> Bool {
    if case .integer = value { true } else { value.largeInteger != nil }
  }

  /// The two values in words, without their distance.
  package var shortText: String {
    "\(a.map(English.shown) ?? "nothing") against \(b.map(English.shown) ?? "nothing")"
  }

  /// The difference as JSON; a value that is missing on one side has no member there.
  var json: JSON {
    var object = JSON.Object()
    object["path"] = .string(path)
    if let a { object["a"] = English.json(a) }
    if let b { object["b"] = English.json(b) }
    if let distance {
      object["distance"] = distance.json
    } else if let textDifference {
      object["text"] = textDifference.json
    }
    return .object(object)
  }
}
