/// A JSON value with exact integers and with objects that keep the order of their members.
///
/// Equality is that of the values: an integer equals the double nearest to it, members may come in any order,
/// and texts are compared code point by code point, so that two spellings of "é" differ as their bytes do.
package indirect enum JSON: Sendable {
  /// The literal `null`.
  case null
  /// The literals `true` and `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits.
  case integer(Int64)
  /// Any other number; NaN or infinite only when it was parsed in Python's dialect.
  case number(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case array([JSON])
  /// Members with unique keys.
  case object(Object)
}

// MARK: - Objects

extension JSON {
  /// The members of an object: unique keys, in the order of the text or of their insertion.
  package struct Object: Sendable {
    /// Keys and values in order.
    package private(set) var members: [(key: String, value: JSON)]

    /// Creates an empty object.
    package init() { members = [] }

    /// Creates an object from members whose keys the caller has found to be unique.
    init(uniqueMembers: [(key: String, value: JSON)]) { members = uniqueMembers }

    /// The keys in order.
    package var keys: [String] { members.map(\.key) }

    /// The value of a key; setting nil removes the member, setting a new key appends one.
    ///
    /// - Complexity: O(members), which is the right trade for the small objects of records.
    package subscript(key: String) -> JSON? {
      get { index(of: key).map { members[$0].value } }
      set {
        switch (index(of: key), newValue) {
        case (let index?, let value?): members[index].value = value
        case (let index?, nil): members.remove(at: index)
        case (nil, let value?): members.append((key, value))
        case (nil, nil): break
        }
      }
    }

    private func index(of key: String) -> Int? {
      members.firstIndex { JSON.isIdentical($0.key, key) }
    }
  }

  /// Whether two texts have the same code points (`==` of String also equates different spellings).
  static func isIdentical(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}

// MARK: - Reading

extension JSON {
  /// The boolean, if this is one.
  package var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The integer, if this is a whole number that fits.
  package var integerValue: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number as a double, if this is a number.
  package var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The text, if this is one.
  package var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements, if this is an array.
  package var arrayValue: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members, if this is an object.
  package var objectValue: Object? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The value of a key, if this is an object that has it.
  package subscript(key: String) -> JSON? { objectValue?[key] }

  /// What this is, as an error message names it.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

// MARK: - Equality

extension JSON: Equatable {
  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)):
      Double(a) == b
    case (.string(let a), .string(let b)): isIdentical(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

extension JSON.Object: Equatable {
  package static func == (left: JSON.Object, right: JSON.Object) -> Bool {
    guard left.members.count == right.members.count else { return false }
    return zip(left.members, right.members).allSatisfy { mine, theirs in
      // Members mostly come in the same order, so look there first.
      JSON.isIdentical(mine.key, theirs.key)
        ? mine.value == theirs.value : right[mine.key] == mine.value
    }
  }
}

// MARK: - Literals

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    var object = JSON.Object()
    for (key, value) in elements {
      precondition(object[key] == nil, "The key '\(key)' stands twice in a JSON literal.")
      object[key] = value
    }
    self = .object(object)
  }
}

extension JSON {
  /// An object of members with unique keys, without those that are null: an absent key and a null are the same.
  package init(present members: [(String, JSON)]) {
    var object = Object()
    for (key, value) in members where value != .null { object[key] = value }
    self = .object(object)
  }

  /// The JSON of an integer.
  package init(_ value: Int) { self = .integer(Int64(value)) }
  /// The JSON of a text, or null.
  package init(_ value: String?) { self = value.map(JSON.string) ?? .null }
  /// The JSON of a digest: its hexadecimal digits.
  package init(_ value: Digest) { self = .string(value.hex) }
}
