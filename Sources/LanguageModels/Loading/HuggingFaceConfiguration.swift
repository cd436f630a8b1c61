import FoundationEssentials

/// Reads `config.json` and `generation_config.json` of a Hugging Face folder.
///
/// Both forms are read: transformers 4 (`rope_theta`, `rope_local_base_freq`, `sliding_window_pattern`) and
/// transformers 5 (`rope_parameters`, `layer_types`). Missing keys have the defaults of the family's configuration class
/// in transformers 5.16.
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

/// What a `generation_config.json` says about the end of a text.
private struct GenerationFile: Decodable {
  let endOfSequenceIDs: [Int32]?

  init(from decoder: any Decoder) throws {
    let fields = try JSONFields(decoder)
    let ids: TokenIDs? = try fields.optional("eos_token_id", missing: nil)
    endOfSequenceIDs = ids?.ids
  }
}

/// A `config.json`.
private struct ConfigurationFile: Decodable {
  let configuration: ModelConfiguration

  init(from decoder: any Decoder) throws {
    let fields = try JSONFields(decoder)
    try fields.requireNull("quantization_config")
    try fields.require("attention_dropout", 0.0)
    let family = try ConfigurationFile.family(fields)
    try fields.require("attention_bias", family.layerNames[.outputBias] != nil)
    configuration = try family.huggingFace.read(fields, family)
  }

  private static func family(_ fields: JSONFields) throws -> ModelFamily {
    let type: String? = try fields.optional("model_type", missing: nil)
    let classes: [String] = try fields.optional("architectures", missing: nil) ?? []
    let family = ModelFamily.all.first { family in
      let (ownType, ownClasses) = (family.huggingFace.modelType, [family.huggingFace.modelClass])
      return type == ownType
        ? classes.isEmpty || classes == ownClasses : type == nil && classes == ownClasses
    }
    guard let family else {
      let computed = ModelFamily.all.map {
        "\($0.huggingFace.modelType) (\($0.huggingFace.modelClass))"
      }
      throw ModelFileError(
        .unsupported,
        "model_type \(type ?? "null") with architectures \(classes) is not computed; \(computed.joined(separator: ", ")) are."
      )
    }
    return family
  }
}
