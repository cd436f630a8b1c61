import FoundationEssentials

/// Reads `config.json` and `generation_config.json` of a Hugging Face folder.
///
/// Both forms are read: transformers 4 (`rope_theta`, `rope_local_base_freq`, `sliding_window_pattern`) and
/// transformers 5 (`rope_parameters`, `layer_types`). Missing keys have the defaults of `LlamaConfig` and
/// `Gemma3TextConfig` of transformers 5.16.
enum HuggingFaceConfiguration {
  /// Largest configuration file that is read, in bytes.
  static let maximumSize = 1 << 22

  /// The checked configuration; throws ``ModelFileError``.
  ///
  /// The end-of-sequence ids are those of `generationConfigJSON` where it has them, as for transformers' generation.
  /// `path` names config.json in messages.
  static func read(
    configJSON: [UInt8], generationConfigJSON: [UInt8]?, path: String
  ) throws -> ModelConfiguration {
    let file: ConfigurationFile = try decode(configJSON, path: path)
    var configuration = file.configuration
    if let generationConfigJSON {
      let generation: GenerationFile = try decode(
        generationConfigJSON, path: "the generation_config.json beside \(path)")
      if let ids = generation.endOfSequenceIDs { configuration.endOfSequenceIDs = ids }
    }
    try configuration.check(source: path)
    return configuration
  }

  /// Decodes a JSON file's content; every error is a sentence about the file at `path`.
  static func decode<Value: Decodable>(_ json: [UInt8], path: String) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(json))
    } catch let error as DecodingError {
      throw ModelFileError(.malformed, "\(path): \(text(of: error)).")
    } catch let error as ModelFileError {
      throw ModelFileError(error.code, "\(path): \(error.message)")
    }
  }

  private static func text(of error: DecodingError) -> String {
    func key(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
    }
    switch error {
    case .typeMismatch(let type, let context):
      return "\(context.codingPath.isEmpty ? "the content" : key(context)) is not of type \(type)"
    case .valueNotFound(let type, let context):
      return "\(key(context)) is null; expected a value of type \(type)"
    case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
    case .dataCorrupted(let context):
      guard context.codingPath.isEmpty else {
        return "\(key(context)) is not of the type or in the range that it must be"
      }
      let detail = (context.underlyingError as? CocoaError)?.userInfo["NSDebugDescription"]
      return "the content is not valid JSON\(detail.map { " (\($0))" } ?? "")"
    @unknown default: return "\(error)"
    }
  }
}

/// A JSON object whose keys are known only where they are asked for.
struct JSONFields {
  /// Any key.
  struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let container: KeyedDecodingContainer<Key>

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: Key.self)
  }

  /// All keys of the object.
  var keys: [String] { container.allKeys.map(\.stringValue) }

  /// Whether the key stands in the object, be it with null.
  func contains(_ key: String) -> Bool { container.contains(Key(stringValue: key)) }

  /// The value of a key; nil for null, `missing` when there is no such key.
  func optional<Value: Decodable>(_ key: String, missing: Value?) throws -> Value? {
    guard contains(key) else { return missing }
    return try named(key) {
      try container.decodeIfPresent(Value.self, forKey: Key(stringValue: key))
    }
  }

  /// The value of a key; `missing` when there is no such key, an error for null.
  func value<Value: Decodable>(_ key: String, missing: Value) throws -> Value {
    guard contains(key) else { return missing }
    return try named(key) { try container.decode(Value.self, forKey: Key(stringValue: key)) }
  }

  /// Names the key in errors about numbers that a type cannot represent, which the decoder throws without it.
  private func named<Value>(_ key: String, _ decode: () throws -> Value) throws -> Value {
    do {
      return try decode()
    } catch {
      if error is DecodingError || error is ModelFileError { throw error }
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: [Key(stringValue: key)], debugDescription: "\(error)"))
    }
  }

  /// Refuses a key whose value is neither missing, nor null, nor what this package computes.
  func require<Value: Decodable & Equatable>(_ key: String, _ computed: Value) throws {
    guard let found: Value = try optional(key, missing: nil), found != computed else { return }
    throw ModelFileError(
      .unsupported, "\(key) \(found) is not computed; \(key) \(computed) is.")
  }

  /// Refuses a key that has any value but null.
  func requireNull(_ key: String) throws {
    guard contains(key), try !container.decodeNil(forKey: Key(stringValue: key)) else { return }
    let number = try? container.decode(Double.self, forKey: Key(stringValue: key))
    let found = number.map { " \($0)" } ?? ""
    throw ModelFileError(.unsupported, "\(key)\(found) is not computed; null is.")
  }
}

/// One id or a list of ids.
private struct TokenIDs: Decodable {
  let ids: [Int32]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let id = try? container.decode(Int32.self) {
      ids = [id]
    } else {
      ids = try container.decode([Int32].self)
    }
  }
}

/// What a `generation_config.json` says about the end of a text.
private struct GenerationFile: Decodable {
  let endOfSequenceIDs: [Int32]?

  init(from decoder: any Decoder) throws {
    let fields = try JSONFields(decoder)
    let ids: TokenIDs? = try fields.optional("eos_token_id", missing: nil)
    endOfSequenceIDs = ids?.ids
  }
}

/// The rotary embedding of one kind of layer.
private struct RotaryParameters: Decodable {
  let theta: Double?

  init(from decoder: any Decoder) throws {
    let fields = try JSONFields(decoder)
    for kind in ["full_attention", "sliding_attention"] where fields.contains(kind) {
      throw ModelFileError(
        .unsupported, "rotary parameters for \(kind) alone are not computed in this architecture.")
    }
    // "type" is the older name of the key.
    try fields.require("type", "default")
    try fields.require("rope_type", "default")
    try fields.require("partial_rotary_factor", 1.0)
    theta = try fields.optional("rope_theta", missing: nil)
  }
}

/// The rotary embeddings of Gemma 3, by kind of layer.
private struct RotaryParametersByKind: Decodable {
  let full: RotaryParameters?
  let sliding: RotaryParameters?

  init(from decoder: any Decoder) throws {
    let fields = try JSONFields(decoder)
    for key in fields.keys.sorted() where key != "full_attention" && key != "sliding_attention" {
      throw ModelFileError(
        .malformed, "rope_parameters must have full_attention and sliding_attention; found \(key).")
    }
    full = try fields.optional("full_attention", missing: nil)
    sliding = try fields.optional("sliding_attention", missing: nil)
  }
}

/// A `config.json`.
private struct ConfigurationFile: Decodable {
  let configuration: ModelConfiguration

  init(from decoder: any Decoder) throws {
    let fields = try JSONFields(decoder)
    try fields.requireNull("quantization_config")
    try fields.require("attention_bias", false)
    try fields.require("attention_dropout", 0.0)
    switch try ConfigurationFile.architecture(fields) {
    case .llama: configuration = try ConfigurationFile.llama(fields)
    case .gemma3: configuration = try ConfigurationFile.gemma3(fields)
    }
  }

  private static func architecture(
    _ fields: JSONFields
  ) throws -> ModelConfiguration.Architecture {
    let type: String? = try fields.optional("model_type", missing: nil)
    let classes: [String] = try fields.optional("architectures", missing: nil) ?? []
    switch (type, classes) {
    case ("llama", ["LlamaForCausalLM"]), ("llama", []), (nil, ["LlamaForCausalLM"]):
      return .llama
    case ("gemma3_text", ["Gemma3ForCausalLM"]), ("gemma3_text", []), (nil, ["Gemma3ForCausalLM"]):
      return .gemma3
    default:
      throw ModelFileError(
        .unsupported,
        "model_type \(type ?? "null") with architectures \(classes) is not computed; llama (LlamaForCausalLM) and gemma3_text (Gemma3ForCausalLM) are."
      )
    }
  }

  private static func llama(_ fields: JSONFields) throws -> ModelConfiguration {
    try fields.require("hidden_act", "silu")
    try fields.require("mlp_bias", false)
    try fields.require("partial_rotary_factor", 1.0)
    let hiddenSize = try fields.value("hidden_size", missing: 4096)
    let headCount = try fields.value("num_attention_heads", missing: 32)
    let layerCount = try layerCount(fields, missing: 32)
    let kinds = try attentionKinds(fields, layerCount) ?? Array(repeating: .full, count: layerCount)
    guard !kinds.contains(.sliding) else {
      throw ModelFileError(
        .unsupported, "layer_types with sliding_attention are not computed for llama.")
    }
    let headDimension = try headDimension(fields, hiddenSize: hiddenSize, headCount: headCount)
    let positions = try fields.value("max_position_embeddings", missing: 2048)
    let scaling: RotaryParameters? = try fields.optional("rope_scaling", missing: nil)
    let rotary: RotaryParameters? =
      try scaling ?? fields.optional("rope_parameters", missing: nil)
    let theta = try rotary?.theta ?? fields.value("rope_theta", missing: 10_000)
    return ModelConfiguration(
      architecture: .llama, vocabularySize: try fields.value("vocab_size", missing: 32_000),
      hiddenSize: hiddenSize,
      intermediateSize: try fields.value("intermediate_size", missing: 11_008),
      headCount: headCount,
      keyValueHeadCount: try fields.optional("num_key_value_heads", missing: nil) ?? headCount,
      headDimension: headDimension, attentionKinds: kinds, slidingWindow: positions,
      ropeTheta: theta, slidingRopeTheta: theta,
      attentionScale: 1 / Double(headDimension).squareRoot(),
      normEpsilon: try fields.value("rms_norm_eps", missing: 1e-6),
      tiesEmbeddings: try fields.value("tie_word_embeddings", missing: false),
      maximumPositions: positions, beginOfSequenceID: try tokenID(fields, "bos", missing: 1),
      endOfSequenceIDs: try endOfSequenceIDs(fields, missing: 2),
      paddingID: try tokenID(fields, "pad", missing: nil))
  }

  private static func gemma3(_ fields: JSONFields) throws -> ModelConfiguration {
    try fields.require("hidden_activation", "gelu_pytorch_tanh")
    try fields.require("use_bidirectional_attention", false)
    try fields.requireNull("attn_logit_softcapping")
    try fields.requireNull("final_logit_softcapping")
    let layerCount = try layerCount(fields, missing: 26)
    let period = try fields.value("sliding_window_pattern", missing: 6)
    guard period > 0 else {
      throw ModelFileError(.malformed, "sliding_window_pattern must be positive; found \(period).")
    }
    let _: RotaryParameters? = try fields.optional("rope_scaling", missing: nil)
    let rotary: RotaryParametersByKind? = try fields.optional("rope_parameters", missing: nil)
    return ModelConfiguration(
      architecture: .gemma3, vocabularySize: try fields.value("vocab_size", missing: 262_208),
      hiddenSize: try fields.value("hidden_size", missing: 2304),
      intermediateSize: try fields.value("intermediate_size", missing: 9216),
      headCount: try fields.value("num_attention_heads", missing: 8),
      keyValueHeadCount: try fields.value("num_key_value_heads", missing: 4),
      headDimension: try fields.value("head_dim", missing: 256),
      attentionKinds: try attentionKinds(fields, layerCount)
        ?? (1...layerCount).map { $0 % period == 0 ? .full : .sliding },
      slidingWindow: try fields.value("sliding_window", missing: 4096),
      ropeTheta: try rotary?.full?.theta ?? fields.value("rope_theta", missing: 1_000_000),
      slidingRopeTheta: try rotary?.sliding?.theta
        ?? fields.value("rope_local_base_freq", missing: 10_000),
      attentionScale: 1 / (try fields.value("query_pre_attn_scalar", missing: 256.0)).squareRoot(),
      normEpsilon: try fields.value("rms_norm_eps", missing: 1e-6),
      tiesEmbeddings: try fields.value("tie_word_embeddings", missing: true),
      maximumPositions: try fields.value("max_position_embeddings", missing: 131_072),
      beginOfSequenceID: try tokenID(fields, "bos", missing: 2),
      endOfSequenceIDs: try endOfSequenceIDs(fields, missing: 1),
      paddingID: try tokenID(fields, "pad", missing: 0))
  }

  private static func layerCount(_ fields: JSONFields, missing: Int) throws -> Int {
    let count = try fields.value("num_hidden_layers", missing: missing)
    guard 1...ModelConfiguration.mostLayers ~= count else {
      throw ModelFileError(
        .malformed,
        "num_hidden_layers must be from 1 to \(ModelConfiguration.mostLayers); found \(count).")
    }
    return count
  }

  private static func attentionKinds(
    _ fields: JSONFields, _ layerCount: Int
  ) throws -> [ModelConfiguration.AttentionKind]? {
    guard let names: [String] = try fields.optional("layer_types", missing: nil) else { return nil }
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

  private static func headDimension(
    _ fields: JSONFields, hiddenSize: Int, headCount: Int
  ) throws -> Int {
    if let stated: Int = try fields.optional("head_dim", missing: nil) { return stated }
    guard headCount > 0, hiddenSize % headCount == 0 else {
      throw ModelFileError(
        .malformed, "hidden_size \(hiddenSize) is not a multiple of \(headCount) attention heads.")
    }
    return hiddenSize / headCount
  }

  private static func tokenID(
    _ fields: JSONFields, _ name: String, missing: Int32?
  ) throws -> Int32? {
    let id: Int32? = try fields.optional("\(name)_token_id", missing: missing)
    // Older files write -1 for "none".
    return id == -1 ? nil : id
  }

  private static func endOfSequenceIDs(
    _ fields: JSONFields, missing: Int32
  ) throws -> [Int32] {
    let key = "eos_token_id"
    guard fields.contains(key) else { return [missing] }
    let ids: TokenIDs? = try fields.optional(key, missing: nil)
    return ids?.ids ?? []
  }
}
