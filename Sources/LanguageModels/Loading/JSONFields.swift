import Files

/// A JSON object whose keys are known only where they are asked for.
///
/// What is wrong with a value is thrown as `FileError` or ``ModelFileError``, with the place in the file.
struct JSONFields {
  private let field: JSONField

  /// The object at a place; throws `FileError` for anything else.
  init(_ field: JSONField) throws {
    guard case .object = field.value else { throw field.failure("an object") }
    self.field = field
  }

  /// All keys of the object.
  var keys: [String] { field.value?.objectValue?.keys ?? [] }

  /// Whether the key stands in the object, be it with null.
  func contains(_ key: String) -> Bool { field[key].value != nil }

  /// Whatever stands under a key; nil for null and where there is no such key.
  subscript(key: String) -> JSON? { field[key].isNull ? nil : field[key].value }

  /// The value of a key; nil for null, `missing` when there is no such key.
  func optional<Value: ConfigurationValue>(_ key: String, missing: Value?) throws -> Value? {
    guard contains(key) else { return missing }
    return field[key].isNull ? nil : try Value(field[key])
  }

  /// The value of a key; `missing` when there is no such key, an error for null.
  func value<Value: ConfigurationValue>(_ key: String, missing: Value) throws -> Value {
    contains(key) ? try Value(field[key]) : missing
  }

  /// The members of the object under a key; none when there is no such key.
  func members(_ key: String) throws -> [(key: String, field: JSONField)] {
    contains(key) ? try field[key].members() : []
  }

  /// Refuses a key whose value is neither missing, nor null, nor what this package computes.
  func require<Value: ConfigurationValue & Equatable>(_ key: String, _ computed: Value) throws {
    guard let found: Value = try optional(key, missing: nil), found != computed else { return }
    throw ModelFileError(
      .unsupported, "\(key) \(found) is not computed; \(key) \(computed) is.")
  }

  /// Refuses a key that has any value but null.
  func requireNull(_ key: String) throws {
    guard let value = self[key] else { return }
    let found = value.doubleValue.map { " \($0)" } ?? ""
    throw ModelFileError(.unsupported, "\(key)\(found) is not computed; null is.")
  }
}

extension JSONFields {
  /// `num_hidden_layers`, from 1 to what any model has.
  func layerCount(missing: Int) throws -> Int {
    let count = try value("num_hidden_layers", missing: missing)
    guard 1...ModelConfiguration.mostLayers ~= count else {
      throw ModelFileError(
        .malformed,
        "num_hidden_layers must be from 1 to \(ModelConfiguration.mostLayers); found \(count).")
    }
    return count
  }

  /// `head_dim`, or the part of the hidden size that each head has where neither the file nor `missing` says it.
  func headDimension(missing: Int?, hiddenSize: Int, headCount: Int) throws -> Int {
    if let stated: Int = try optional("head_dim", missing: missing) { return stated }
    guard headCount > 0, hiddenSize % headCount == 0 else {
      throw ModelFileError(
        .malformed, "hidden_size \(hiddenSize) is not a multiple of \(headCount) attention heads.")
    }
    return hiddenSize / headCount
  }

  /// `layer_types`, one for each layer; nil where the file does not say them.
  func attentionKinds(_ layerCount: Int) throws -> [ModelConfiguration.AttentionKind]? {
    guard let names: [String] = try optional("layer_types", missing: nil) else { return nil }
    guard names.count == layerCount else {
      throw ModelFileError(
        .malformed, "layer_types has \(names.count) entries for \(layerCount) layers.")
    }
    return try names.map { name in
      guard let kind = ModelConfiguration.AttentionKind(rawValue: name) else {
        throw ModelFileError(
          .unsupported,
          "the layer type \(name) is not computed; full_attention and sliding_attention are.")
      }
      return kind
    }
  }

  /// The token id under `NAME_token_id`.
  func tokenID(_ name: String, missing: Int32?) throws -> Int32? {
    let id: Int32? = try optional("\(name)_token_id", missing: missing)
    // Older files write -1 for "none".
    return id == -1 ? nil : id
  }

  /// `eos_token_id`, one or several.
  func endOfSequenceIDs(missing: Int32?) throws -> [Int32] {
    let key = "eos_token_id"
    guard contains(key) else { return missing.map { [$0] } ?? [] }
    let ids: TokenIDs? = try optional(key, missing: nil)
    return ids?.ids ?? []
  }
}
