import Files

/// Reads and writes the `config.json` of Llama and of families that are configured alike.
enum LlamaConfiguration {
  /// What a missing key means, which differs from family to family.
  struct Defaults {
    let vocabularySize: Int
    let intermediateSize: Int
    /// nil where there are as many as query heads.
    var keyValueHeadCount: Int?
    /// nil where it is the hidden size divided by the number of heads.
    var headDimension: Int?
    let maximumPositions: Int
    var normEpsilon = 1e-6
    var beginOfSequenceID: Int32?
    var endOfSequenceID: Int32?
    var paddingID: Int32?
  }

  /// The configuration that a file's fields say; throws ``ModelFileError``.
  static func read(
    _ fields: JSONFields, family: ModelFamily, defaults: Defaults
  ) throws -> ModelConfiguration {
    try fields.require("hidden_act", "silu")
    try fields.require("partial_rotary_factor", 1.0)
    let hiddenSize = try fields.value("hidden_size", missing: 4096)
    let headCount = try fields.value("num_attention_heads", missing: 32)
    let layerCount = try fields.layerCount(missing: 32)
    let kinds =
      try fields.attentionKinds(layerCount) ?? Array(repeating: .full, count: layerCount)
    guard !kinds.contains(.sliding) else {
      throw ModelFileError(
        .unsupported, "layer_types with sliding_attention are not computed for \(family.name).")
    }
    let headDimension = try fields.headDimension(
      missing: defaults.headDimension, hiddenSize: hiddenSize, headCount: headCount)
    let positions = try fields.value("max_position_embeddings", missing: defaults.maximumPositions)
    let scaling: RotaryParameters? = try fields.optional("rope_scaling", missing: nil)
    let rotary: RotaryParameters? =
      try scaling ?? fields.optional("rope_parameters", missing: nil)
    try rotary?.requireWhole()
    let rotaryScaling = rotary?.scaling(positions: positions)
    // There transformers would take it instead of the one in the rotary parameters.
    if rotaryScaling != nil { try fields.requireNull("original_max_position_embeddings") }
    let theta = try rotary?.theta ?? fields.value("rope_theta", missing: 10_000)
    return ModelConfiguration(
      family: family,
      vocabularySize: try fields.value("vocab_size", missing: defaults.vocabularySize),
      hiddenSize: hiddenSize,
      intermediateSize: try fields.value("intermediate_size", missing: defaults.intermediateSize),
      headCount: headCount,
      keyValueHeadCount: try fields.optional(
        "num_key_value_heads", missing: defaults.keyValueHeadCount) ?? headCount,
      headDimension: headDimension, attentionKinds: kinds, slidingWindow: positions,
      ropeTheta: theta, slidingRopeTheta: theta,
      rotaryScaling: rotaryScaling,
      attentionScale: 1 / Double(headDimension).squareRoot(),
      normEpsilon: try fields.value("rms_norm_eps", missing: defaults.normEpsilon),
      tiesEmbeddings: try fields.value("tie_word_embeddings", missing: false),
      maximumPositions: positions,
      beginOfSequenceID: try fields.tokenID("bos", missing: defaults.beginOfSequenceID),
      endOfSequenceIDs: try fields.endOfSequenceIDs(missing: defaults.endOfSequenceID),
      paddingID: try fields.tokenID("pad", missing: defaults.paddingID))
  }

  /// The fields that such a file has beyond those of every family.
  static func fields(of configuration: ModelConfiguration) -> [(String, String)] {
    [
      ("hidden_act", "\"silu\""),
      (
        "rope_parameters",
        RotaryParameters.json(
          theta: configuration.ropeTheta, scaling: configuration.rotaryScaling)
      ),
    ]
  }
}
