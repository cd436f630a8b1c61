extension ModelFamily {
  /// Qwen 3, dense: Llama with norms of queries and keys.
  package static let qwen3 = ModelFamily(
    name: "qwen3",
    layerNames: llamaLayerNames.adding(headNormNames),
    huggingFace: HuggingFaceFormat(
      modelType: "qwen3", modelClass: "Qwen3ForCausalLM",
      read: { fields, family in
        try fields.require("use_sliding_window", false)
        return try LlamaConfiguration.read(
          fields, family: family,
          defaults: LlamaConfiguration.Defaults(
            vocabularySize: 151_936, intermediateSize: 22_016, keyValueHeadCount: 32,
            headDimension: 128, maximumPositions: 32_768))
      },
      write: { configuration in
        LlamaConfiguration.fields(of: configuration) + [
          ("attention_bias", "false"), ("use_sliding_window", "false"),
        ]
      }),
    gguf: GGUFFormat(architecture: "qwen3"))
}
