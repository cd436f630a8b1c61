import Files

extension ModelFamily {
  /// GPT-NeoX, as of Pythia: layer norms, biases, an MLP without a gate, rotary embeddings of a part of each head.
  package static let gptNeoX = ModelFamily(
    name: "gpt_neox", activation: .exactGELU, norm: .layer, freezesPadding: false,
    modelNames: ModelParameterNames(
      embedding: ParameterName("gpt_neox.embed_in.weight", gguf: "token_embd.weight"),
      finalNorm: ParameterName("gpt_neox.final_layer_norm.weight", gguf: "output_norm.weight"),
      finalNormBias: ParameterName("gpt_neox.final_layer_norm.bias", gguf: "output_norm.bias"),
      head: ParameterName("embed_out.weight", gguf: ParameterName.ggufHead),
      layers: "gpt_neox.layers."),
    layerNames: [
      .inputNorm: ParameterName("input_layernorm.weight", gguf: "attn_norm.weight"),
      .inputNormBias: ParameterName("input_layernorm.bias", gguf: "attn_norm.bias"),
      .queryKeyValue: ParameterName("attention.query_key_value.weight", gguf: "attn_qkv.weight"),
      .queryKeyValueBias: ParameterName("attention.query_key_value.bias", gguf: "attn_qkv.bias"),
      .output: ParameterName("attention.dense.weight", gguf: "attn_output.weight"),
      .outputBias: ParameterName("attention.dense.bias", gguf: "attn_output.bias"),
      .mlpNorm: ParameterName("post_attention_layernorm.weight", gguf: "ffn_norm.weight"),
      .mlpNormBias: ParameterName("post_attention_layernorm.bias", gguf: "ffn_norm.bias"),
      .up: ParameterName("mlp.dense_h_to_4h.weight", gguf: "ffn_up.weight"),
      .upBias: ParameterName("mlp.dense_h_to_4h.bias", gguf: "ffn_up.bias"),
      .down: ParameterName("mlp.dense_4h_to_h.weight", gguf: "ffn_down.weight"),
      .downBias: ParameterName("mlp.dense_4h_to_h.bias", gguf: "ffn_down.bias"),
    ],
    huggingFace: HuggingFaceFormat(
      modelType: "gpt_neox", modelClass: "GPTNeoXForCausalLM", normEpsilon: "layer_norm_eps",
      read: readGPTNeoX, write: writeGPTNeoX),
    gguf: GGUFFormat(
      architecture: "gptneox", normEpsilon: "attention.layer_norm_epsilon", rotatesParts: true,
      read: { fields, configuration in
        configuration.usesParallelResidual =
          try fields.truthValue("use_parallel_residual") ?? true
      }))

  @Sendable private static func readGPTNeoX(
    _ fields: JSONFields, _ family: ModelFamily
  ) throws -> ModelConfiguration {
    try fields.require("hidden_act", "gelu")
    try fields.require("hidden_dropout", 0.0)
    let hiddenSize = try fields.value("hidden_size", missing: 6144)
    let headCount = try fields.value("num_attention_heads", missing: 64)
    let headDimension = try fields.headDimension(
      missing: nil, hiddenSize: hiddenSize, headCount: headCount)
    let positions = try fields.value("max_position_embeddings", missing: 2048)
    let scaling: RotaryParameters? = try fields.optional("rope_scaling", missing: nil)
    let rotary: RotaryParameters? =
      try scaling ?? fields.optional("rope_parameters", missing: nil)
    try rotary?.requireUnscaled()
    let theta = try rotary?.theta ?? fields.value("rotary_emb_base", missing: 10_000)
    let part = try rotary?.part ?? fields.value("rotary_pct", missing: 0.25)
    guard 0...1 ~= part else {
      throw ModelFileError(
        .malformed,
        "rotary_pct, the part of each head that rotates, must be from 0 to 1; found \(part).")
    }
    // Cut off, as Python does; what no number of this kind can hold is refused with the other dimensions.
    let rotaryDimension =
      Int(exactly: (Double(headDimension) * part).rounded(.towardZero)) ?? headDimension
    return ModelConfiguration(
      family: family, vocabularySize: try fields.value("vocab_size", missing: 50_432),
      hiddenSize: hiddenSize,
      intermediateSize: try fields.value("intermediate_size", missing: 24_576),
      headCount: headCount,
      keyValueHeadCount: try fields.optional("num_key_value_heads", missing: nil) ?? headCount,
      headDimension: headDimension,
      attentionKinds: Array(repeating: .full, count: try fields.layerCount(missing: 44)),
      slidingWindow: positions, rotaryDimension: rotaryDimension,
      ropeTheta: theta, slidingRopeTheta: theta,
      attentionScale: 1 / Double(headDimension).squareRoot(),
      normEpsilon: try fields.value("layer_norm_eps", missing: 1e-5),
      usesParallelResidual: try fields.value("use_parallel_residual", missing: true),
      tiesEmbeddings: try fields.value("tie_word_embeddings", missing: false),
      maximumPositions: positions, beginOfSequenceID: try fields.tokenID("bos", missing: 0),
      endOfSequenceIDs: try fields.endOfSequenceIDs(missing: 2),
      paddingID: try fields.tokenID("pad", missing: nil))
  }

  @Sendable private static func writeGPTNeoX(_ c: ModelConfiguration) -> [(String, String)] {
    var part = Double(c.rotaryDimension) / Double(c.headDimension)
    // Readers cut their product off.
    if Int(Double(c.headDimension) * part) < c.rotaryDimension { part = part.nextUp }
    return [
      ("attention_bias", "true"), ("hidden_act", "\"gelu\""), ("hidden_dropout", "0.0"),
      ("rope_parameters", RotaryParameters.json(theta: c.ropeTheta, part: part)),
      ("use_parallel_residual", "\(c.usesParallelResidual)"),
    ]
  }
}
