extension ModelFamily {
  /// OLMo 2: Llama whose blocks are normed at their output instead of their input, with norms of all queries and all
  /// keys together.
  package static let olmo2 = ModelFamily(
    name: "olmo2", normsHeadsTogether: true,
    layerNames: llamaLayerNames.adding(headNormNames).adding([
      .attentionOutputNorm: ParameterName(
        "post_attention_layernorm.weight", gguf: "post_attention_norm.weight"),
      .mlpOutputNorm: ParameterName(
        "post_feedforward_layernorm.weight", gguf: "post_ffw_norm.weight"),
    ]).filter { $0.key != .inputNorm && $0.key != .mlpNorm },
    huggingFace: HuggingFaceFormat(
      modelType: "olmo2", modelClass: "Olmo2ForCausalLM",
      read: { fields, family in
        try fields.requireNull("clip_qkv")
        return try LlamaConfiguration.read(
          fields, family: family,
          defaults: LlamaConfiguration.Defaults(
            vocabularySize: 50_304, intermediateSize: 11_008, maximumPositions: 2048,
            normEpsilon: 1e-5, endOfSequenceID: 50_279, paddingID: 1))
      },
      write: { configuration in
        LlamaConfiguration.fields(of: configuration) + [("attention_bias", "false")]
      }),
    gguf: GGUFFormat(architecture: "olmo2"))
}
