extension ModelFamily {
  /// Llama 2 to 3.3, and others of its form such as SmolLM2: two norms a layer, SiLU-gated MLP.
  package static let llama = ModelFamily(
    name: "llama",
    layerNames: llamaLayerNames,
    huggingFace: HuggingFaceFormat(
      modelType: "llama", modelClass: "LlamaForCausalLM",
      read: { fields, family in
        try fields.require("mlp_bias", false)
        return try LlamaConfiguration.read(
          fields, family: family,
          defaults: LlamaConfiguration.Defaults(
            vocabularySize: 32_000, intermediateSize: 11_008, maximumPositions: 2048,
            beginOfSequenceID: 1, endOfSequenceID: 2))
      },
      write: { configuration in
        LlamaConfiguration.fields(of: configuration) + [
          ("attention_bias", "false"), ("mlp_bias", "false"),
        ]
      }),
    gguf: GGUFFormat(
      architecture: "llama", permutesQueriesAndKeys: true, hasRotaryDivisors: true))

  /// Names of the parameters that Llama's layers have, and with more those of its descendants.
  static let llamaLayerNames: [LayerParameter: ParameterName] = [
    .inputNorm: ParameterName("input_layernorm.weight", gguf: "attn_norm.weight"),
    .query: ParameterName("self_attn.q_proj.weight", gguf: "attn_q.weight"),
    .key: ParameterName("self_attn.k_proj.weight", gguf: "attn_k.weight"),
    .value: ParameterName("self_attn.v_proj.weight", gguf: "attn_v.weight"),
    .output: ParameterName("self_attn.o_proj.weight", gguf: "attn_output.weight"),
    .mlpNorm: ParameterName("post_attention_layernorm.weight", gguf: "ffn_norm.weight"),
    .gate: ParameterName("mlp.gate_proj.weight", gguf: "ffn_gate.weight"),
    .up: ParameterName("mlp.up_proj.weight", gguf: "ffn_up.weight"),
    .down: ParameterName("mlp.down_proj.weight", gguf: "ffn_down.weight"),
  ]

  /// Names of the norms of queries and keys.
  static let headNormNames: [LayerParameter: ParameterName] = [
    .queryNorm: ParameterName("self_attn.q_norm.weight", gguf: "attn_q_norm.weight"),
    .keyNorm: ParameterName("self_attn.k_norm.weight", gguf: "attn_k_norm.weight"),
  ]
}
