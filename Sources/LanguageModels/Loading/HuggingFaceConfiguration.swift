import Files

/// Reads `config.json` and `generation_config.json` of a Hugging Face folder.
///
/// Both forms are read: transformers 4 (`rope_theta`, `rope_local_base_freq`, `sliding_window_pattern`) and
/// transformers 5 (`rope_parameters`, `layer_types`). Missing keys have the defaults of the family's configuration class
/// in transformers 5.16. The files are read in Python's dialect of JSON, but a key that stands twice is refused: which of
/// its values was meant nobody can tell.
enum HuggingFaceConfiguration {
  /// Largest configuration file that is read, in bytes.
  static let maximumSize = 1 << 22

  /// The checked configuration; throws ``ModelFileError``.
  ///
  /// How texts are generated is what `generationConfigJSON` says and, where there is none, what `configJSON` says, as
  /// transformers takes them. `path` names config.json in messages.
  static func read(
    configJSON: [UInt8], generationConfigJSON: [UInt8]?, path: String
  ) throws -> ModelConfiguration {
    var configuration = try decode(configJSON, path: path, configurationOfModel)
    let generation =
      generationConfigJSON.map { ($0, "the generation_config.json beside \(path)") }
      ?? (configJSON, path)
    try decode(generation.0, path: generation.1) { fields in
      configuration.generation = GenerationRules(fields)
      // A default of the family's class does not count here.
      configuration.endOfSequenceIDs = try fields.endOfSequenceIDs(missing: nil)
    }
    try configuration.check(source: path)
    return configuration
  }

  /// Hands the object that a JSON file holds to `body`; every error is a sentence about the file at `path`.
  static func decode<Result>(
    _ json: [UInt8], path: String, _ body: (JSONFields) throws -> Result
  ) throws -> Result {
    do {
      let value = try JSONParser.parse(json, source: path, dialect: .python)
      return try body(try JSONFields(JSONField(value, source: path)))
    } catch let error as FileError {
      throw ModelFileError(.malformed, error.message)
    } catch let error as ModelFileError {
      throw ModelFileError(error.code, "\(path): \(error.message)")
    }
  }

  private static func configurationOfModel(_ fields: JSONFields) throws -> ModelConfiguration {
    let family = try family(fields)
    try fields.requireNull("quantization_config")
    try fields.require("attention_dropout", 0.0)
    try fields.require("attention_bias", family.layerNames[.outputBias] != nil)
    var configuration = try family.huggingFace.read(fields, family)
    // The first key that the harness looks for the longest input in, whatever else the family has.
    if let positions: Int = try fields.optional("n_positions", missing: nil) {
      configuration.maximumPositions = positions
    }
    return configuration
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
