import Files

extension ModelFamily {
  /// Gemma 3, text only: four norms a layer with `1 + w`, query/key norms, GELU-gated MLP, scaled embeddings.
  package static let gemma3 = ModelFamily(
    name: "gemma3", activation: .gelu, normWeightOffset: 1, scalesEmbeddings: true,
    layerNames: llamaLayerNames.adding(headNormNames).adding([
      // The same name as of Llama's norm before the MLP, at another place.
      .attentionOutputNorm: ParameterName(
        "post_attention_layernorm.weight", gguf: "post_attention_norm.weight"),
      .mlpNorm: ParameterName("pre_feedforward_layernorm.weight", gguf: "ffn_norm.weight"),
      .mlpOutputNorm: ParameterName(
        "post_feedforward_layernorm.weight", gguf: "post_ffw_norm.weight"),
    ]),
    huggingFace: HuggingFaceFormat(
      modelType: "gemma3_text", modelClass: "Gemma3ForCausalLM", read: readGemma3,
      write: writeGemma3),
    gguf: GGUFFormat(architecture: "gemma3", read: readGemma3Metadata))

  @Sendable private static func readGemma3(
    _ fields: JSONFields, _ family: ModelFamily
  ) throws -> ModelConfiguration {
    try fields.require("hidden_activation", "gelu_pytorch_tanh")
    try fields.require("use_bidirectional_attention", false)
    try fields.requireNull("attn_logit_softcapping")
    try fields.requireNull("final_logit_softcapping")
    let layerCount = try fields.layerCount(missing: 26)
    let period = try fields.value("sliding_window_pattern", missing: 6)
    guard period > 0 else {
      throw ModelFileError(.malformed, "sliding_window_pattern must be positive; found \(period).")
    }
    let scaling: RotaryParameters? = try fields.optional("rope_scaling", missing: nil)
    try scaling?.requireUnscaled()
    try scaling?.requireWhole()
    let rotary: RotaryParametersByKind? = try fields.optional("rope_parameters", missing: nil)
    return ModelConfiguration(
      family: family, vocabularySize: try fields.value("vocab_size", missing: 262_208),
      hiddenSize: try fields.value("hidden_size", missing: 2304),
      intermediateSize: try fields.value("intermediate_size", missing: 9216),
      headCount: try fields.value("num_attention_heads", missing: 8),
      keyValueHeadCount: try fields.value("num_key_value_heads", missing: 4),
      headDimension: try fields.value("head_dim", missing: 256),
      attentionKinds: try fields.attentionKinds(layerCount)
        ?? (1...layerCount).map { $0 % period == 0 ? .full : .sliding },
      slidingWindow: try fields.value("sliding_window", missing: 4096),
      ropeTheta: try rotary?.full?.theta ?? fields.value("rope_theta", missing: 1_000_000),
      slidingRopeTheta: try rotary?.sliding?.theta
        ?? fields.value("rope_local_base_freq", missing: 10_000),
      attentionScale: 1 / (try fields.value("query_pre_attn_scalar", missing: 256.0)).squareRoot(),
      normEpsilon: try fields.value("rms_norm_eps", missing: 1e-6),
      tiesEmbeddings: try fields.value("tie_word_embeddings", missing: true),
      maximumPositions: try fields.value("max_position_embeddings", missing: 131_072),
      beginOfSequenceID: try fields.tokenID("bos", missing: 2),
      endOfSequenceIDs: try fields.endOfSequenceIDs(missing: 1),
      paddingID: try fields.tokenID("pad", missing: 0))
  }

  @Sendable private static func writeGemma3(
    _ c: ModelConfiguration
  ) throws -> [(String, String)] {
    let kinds = c.attentionKinds.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    let full = RotaryParameters.json(theta: c.ropeTheta)
    let sliding = RotaryParameters.json(theta: c.slidingRopeTheta)
    return [
      ("attention_bias", "false"), ("attn_logit_softcapping", "null"),
      ("final_logit_softcapping", "null"), ("hidden_activation", "\"gelu_pytorch_tanh\""),
      ("layer_types", "[\(kinds)]"), ("query_pre_attn_scalar", "\(try attentionDivisor(c))"),
      ("rope_parameters", "{\"full_attention\": \(full), \"sliding_attention\": \(sliding)}"),
      ("sliding_window", "\(c.slidingWindow)"), ("use_bidirectional_attention", "false"),
    ]
  }

  /// The whole number whose inverse square root is Gemma's attention scale.
  private static func attentionDivisor(_ configuration: ModelConfiguration) throws -> Int {
    let scale = configuration.attentionScale
    let divisor = (1 / (scale * scale)).rounded()
    guard 1...Double(ModelConfiguration.largestDimension) ~= divisor,
      1 / divisor.squareRoot() == scale
    else {
      throw ModelFileError(
        .unsupported,
        "The attention scale \(scale) cannot be saved: it is not the inverse square root of a whole number."
      )
    }
    return Int(divisor)
  }

  @Sendable private static func readGemma3Metadata(
    _ fields: GGUFFields, _ configuration: inout ModelConfiguration
  ) throws {
    configuration.attentionKinds = try attentionKinds(fields, configuration.layerCount)
    configuration.slidingWindow = try fields.requiredInteger("attention.sliding_window")
    configuration.ropeTheta = try fields.requiredNumber("rope.freq_base")
    configuration.slidingRopeTheta = try fields.number("rope.freq_base_swa") ?? 10_000
    // The 27B model, known by its 62 layers, is the one whose scale does not come from the head dimension.
    if configuration.layerCount == 62 {
      let divisor = configuration.hiddenSize / configuration.headCount
      configuration.attentionScale = 1 / Double(divisor).squareRoot()
    }
  }

  /// Which layers slide: every sixth is full unless the file says otherwise.
  private static func attentionKinds(
    _ fields: GGUFFields, _ layerCount: Int
  ) throws -> [ModelConfiguration.AttentionKind] {
    let name = "attention.sliding_window_pattern"
    if let slides = try fields.truthValues(name) {
      guard slides.count == layerCount else {
        throw ModelFileError(
          .malformed,
          "\(fields.path): \(fields.key(name)) has \(slides.count) values for \(layerCount) layers."
        )
      }
      return slides.map { $0 ? .sliding : .full }
    }
    let period = try fields.integer(name) ?? 6
    guard period > 0 else { throw fields.bad(name, "positive") }
    return (0..<layerCount).map { ($0 + 1) % period == 0 ? .full : .sliding }
  }
}
