/// A place in a JSON value that is read with a stated type, and that errors can name.
///
///     let chain = JSONField(value, source: "record.json")["chain"]
///     let count = try chain["count"].integer()  // "record.json: chain.count must be a whole number, found a string."
package struct JSONField: Sendable {
  /// The value at the place; nil if the value above has no such member.
  package let value: JSON?
  private let source: String
  private let path: String

  /// The whole of a value.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - source: What errors call it, usually a file's path.
  package init(_ value: JSON, source: String) {
    self.init(value: value, source: source, path: "")
  }

  private init(value: JSON?, source: String, path: String) {
    self.value = value
    self.source = source
    self.path = path
  }

  /// The member of an object; missing if this is none or has no such key.
  package subscript(key: String) -> JSONField {
    JSONField(value: value?[key], source: source, path: path.isEmpty ? key : "\(path).\(key)")
  }

  /// Whether the place is missing or null.
  package var isNull: Bool { value == nil || value == .null }

  /// The text at this place.
  package func string() throws(FileError) -> String {
    guard let text = value?.stringValue else { throw failure("a string") }
    return text
  }

  /// The whole number at this place.
  package func integer() throws(FileError) -> Int {
    guard let number = value?.integerValue else { throw failure("a whole number") }
    return number
  }

  /// The number of things at this place: whole and not negative.
  package func count() throws(FileError) -> Int {
    guard let number = value?.integerValue, number >= 0 else {
      throw failure("a whole number from 0 on")
    }
    return number
  }

  /// The number at this place, whole or not.
  package func number() throws(FileError) -> Double {
    if let digits = value?.largeInteger, let number = Double(digits) { return number }
    guard let number = value?.doubleValue else { throw failure("a number") }
    return number
  }

  /// The boolean at this place.
  package func bool() throws(FileError) -> Bool {
    guard let value = value?.boolValue else { throw failure("true or false") }
    return value
  }

  /// The digest at this place.
  package func digest() throws(FileError) -> Digest {
    guard let digest = value?.stringValue.flatMap({ Digest(hex: $0) }) else {
      throw failure("a SHA-256 digest of 64 lower-case hexadecimal digits")
    }
    return digest
  }

  /// The number that ``JSON/exact(_:)-(Double)`` wrote at this place.
  package func exact() throws(FileError) -> Double {
    guard let number = value?.exactValue else {
      throw failure("a number as agreeing bits and decimal text")
    }
    return number
  }

  /// The elements of the array at this place.
  package func elements() throws(FileError) -> [JSONField] {
    guard let elements = value?.arrayValue else { throw failure("an array") }
    return elements.enumerated().map { index, element in
      JSONField(value: element, source: source, path: "\(path)[\(index)]")
    }
  }

  /// The members of the object at this place, in order.
  package func members() throws(FileError) -> [(key: String, field: JSONField)] {
    guard let object = value?.objectValue else { throw failure("an object") }
    return object.keys.map { ($0, self[$0]) }
  }

  /// The error that this place does not hold what is expected.
  package func failure(_ expected: String) -> FileError {
    let place = path.isEmpty ? "the value" : path
    return FileError(
      .invalidJSON,
      "\(source): \(place) must be \(expected), found \(value?.kind ?? "nothing").")
  }
}
