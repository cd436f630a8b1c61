import Files

/// A value that a configuration file can hold under a key.
protocol ConfigurationValue {
  /// The value at a place of the file.
  ///
  /// - Throws: `FileError` that names the place for a value of another type, and what the value itself finds wrong.
  init(_ field: JSONField) throws
}

extension Int: ConfigurationValue {
  init(_ field: JSONField) throws { self = try field.integer() }
}

extension Int32: ConfigurationValue {
  init(_ field: JSONField) throws {
    guard let number = Int32(exactly: try field.integer()) else {
      throw field.failure("a whole number that fits 32 bits")
    }
    self = number
  }
}

extension Double: ConfigurationValue {
  init(_ field: JSONField) throws { self = try field.number() }
}

extension Bool: ConfigurationValue {
  init(_ field: JSONField) throws { self = try field.bool() }
}

extension String: ConfigurationValue {
  init(_ field: JSONField) throws { self = try field.string() }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  init(_ field: JSONField) throws { self = try field.elements().map { try Element($0) } }
}

/// One id or a list of ids.
struct TokenIDs: ConfigurationValue {
  let ids: [Int32]

  init(_ field: JSONField) throws {
    switch field.value {
    case .array: ids = try [Int32](field)
    case .integer, .number: ids = [try Int32(field)]
    default: throw field.failure("a token id or a list of token ids")
    }
  }
}
