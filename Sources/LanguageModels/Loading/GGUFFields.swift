import Files

/// The metadata values of a GGUF file under the keys of its architecture.
struct GGUFFields {
  let file: GGUFFile
  /// What the keys begin with.
  let architecture: String

  /// The file, for messages.
  var path: String { file.path }

  /// The whole key of a name, such as `llama.block_count`.
  func key(_ name: String) -> String { "\(architecture).\(name)" }

  /// A list of truth values; nil where the key is missing or holds no list.
  func truthValues(_ name: String) throws -> [Bool]? {
    guard case .array = file.metadata[key(name)] else { return nil }
    return try file.truthValues(key(name))
  }

  /// True or false; nil where the key is missing.
  func truthValue(_ name: String) throws -> Bool? {
    let key = self.key(name)
    switch file.metadata[key] {
    case nil: return nil
    case .bool(let value): return value
    case .some(let value): throw file.unexpected(value, key, "true or false")
    }
  }

  /// A whole number that is not negative; nil where the key is missing.
  func integer(_ name: String) throws -> Int? {
    try integer(at: key(name))
  }

  /// The same under a key that does not begin with the architecture.
  func integer(at key: String) throws -> Int? {
    switch file.metadata[key] {
    case nil: return nil
    case .unsigned(let number) where number <= UInt64(Int32.max): return Int(number)
    case .signed(let number) where 0...Int64(Int32.max) ~= number: return Int(number)
    case .some(let value):
      throw file.unexpected(value, key, "a whole number from 0 to \(Int32.max)")
    }
  }

  /// A floating-point number; nil where the key is missing.
  func number(_ name: String) throws -> Double? {
    let key = self.key(name)
    switch file.metadata[key] {
    case nil: return nil
    case .float(let number): return number
    case .some(let value): throw file.unexpected(value, key, "a floating-point number")
    }
  }

  /// A whole number that has to be there.
  func requiredInteger(_ name: String) throws -> Int {
    guard let value = try integer(name) else { throw missing(name) }
    return value
  }

  /// A floating-point number that has to be there.
  func requiredNumber(_ name: String) throws -> Double {
    guard let value = try number(name) else { throw missing(name) }
    return value
  }

  private func missing(_ name: String) -> ModelFileError {
    ModelFileError(.malformed, "\(file.path) has no \(key(name)).")
  }

  /// The error of a value that is not computed.
  func bad(_ name: String, _ expected: String) -> ModelFileError {
    let key = self.key(name)
    let found = file.metadata[key]?.description ?? "nothing"
    return ModelFileError(
      .unsupported, "\(file.path): \(key) must be \(expected); found \(found).")
  }
}
