extension ModelFamily {
  /// Qwen 2 and 2.5, dense: Llama with biases on queries, keys and values.
  package static let qwen2 = ModelFamily(
    name: "qwen2",
    layerNames: llamaLayerNames.adding([
      .queryBias: ParameterName("self_attn.q_proj.bias", gguf: "attn_q.bias"),
      .keyBias: ParameterName("self_attn.k_proj.bias", gguf: "attn_k.bias"),
      .valueBias: ParameterName("self_attn.v_proj.bias", gguf: "attn_v.bias"),
    ]),
    huggingFace: HuggingFaceFormat(
      modelType: "qwen2", modelClass: "Qwen2ForCausalLM",
      read: { fields, family in
        try fields.require("use_sliding_window", false)
        return try LlamaConfiguration.read(
          fields, family: family,
          defaults: LlamaConfiguration.Defaults(
            vocabularySize: 151_936, intermediateSize: 22_016, keyValueHeadCount: 32,
            maximumPositions: 32_768))
      },
      write: { configuration in
        LlamaConfiguration.fields(of: configuration) + [("use_sliding_window", "false")]
      }),
    gguf: GGUFFormat(architecture: "qwen2"))
}
