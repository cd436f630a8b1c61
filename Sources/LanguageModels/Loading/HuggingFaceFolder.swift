import Files
import Tensors

/// Writes a model as a folder that the Hugging Face libraries load.
package enum HuggingFaceFolder {
  /// Saves a model and its tokenizer: `config.json` and `generation_config.json` in the form of transformers 5,
  /// `model.safetensors` in fp32, and the tokenizer's files.
  ///
  /// Makes the folder at `path` where it is missing. Each file is replaced whole, the weights last. Throws
  /// ``ModelFileError`` or `FileError`.
  package static func save(
    _ model: LanguageModel, tokenizerFiles: TokenizerFiles, to path: String
  ) throws {
    try AtomicFile.createFolder(path)
    for (name, bytes) in try tokenizerFiles.contents() {
      try AtomicFile.write(bytes, to: "\(path)/\(name)")
    }
    let files = [
      ("config.json", try configJSON(model.configuration)),
      ("generation_config.json", generationConfigJSON(model.configuration)),
    ]
    for (name, text) in files {
      try AtomicFile.write(Array(text.utf8), to: "\(path)/\(name)")
    }
    try SafetensorsWriter.write(
      model.layout.tensors(of: model.parameters), metadata: ["format": "pt"],
      to: ContainedPath("\(path)/model.safetensors"))
  }

  /// A `config.json` that gives the same configuration when it is read.
  static func configJSON(_ configuration: ModelConfiguration) throws -> String {
    let (c, format) = (configuration, configuration.family.huggingFace)
    let fields = [
      ("architectures", "[\"\(format.modelClass)\"]"),
      ("attention_dropout", "0.0"),
      ("bos_token_id", text(c.beginOfSequenceID)),
      ("dtype", "\"float32\""),
      ("eos_token_id", text(c.endOfSequenceIDs)),
      ("head_dim", "\(c.headDimension)"),
      ("hidden_size", "\(c.hiddenSize)"),
      ("initializer_range", "0.02"),
      ("intermediate_size", "\(c.intermediateSize)"),
      ("max_position_embeddings", "\(c.maximumPositions)"),
      ("model_type", "\"\(format.modelType)\""),
      ("num_attention_heads", "\(c.headCount)"),
      ("num_hidden_layers", "\(c.layerCount)"),
      ("num_key_value_heads", "\(c.keyValueHeadCount)"),
      ("pad_token_id", text(c.paddingID)),
      (format.normEpsilon, "\(c.normEpsilon)"),
      ("tie_word_embeddings", "\(c.tiesEmbeddings)"),
      // Not who wrote the file, but which form it has: without it transformers takes the file for an old one.
      ("transformers_version", "\"5.0.0\""),
      ("use_cache", "true"),
      ("vocab_size", "\(c.vocabularySize)"),
    ]
    return object(fields + (try format.write(c)))
  }

  private static func generationConfigJSON(_ configuration: ModelConfiguration) -> String {
    object(
      [
        ("bos_token_id", text(configuration.beginOfSequenceID)),
        ("eos_token_id", text(configuration.endOfSequenceIDs)),
        ("pad_token_id", text(configuration.paddingID)),
      ] + configuration.generation.fields)
  }

  private static func text(_ id: Int32?) -> String {
    id.map(String.init) ?? "null"
  }

  private static func text(_ ids: [Int32]) -> String {
    switch ids.count {
    case 0: "null"
    case 1: "\(ids[0])"
    default: "[\(ids.map(String.init).joined(separator: ", "))]"
    }
  }

  private static func object(_ fields: [(String, String)]) -> String {
    let lines = fields.sorted { $0.0 < $1.0 }.map { "  \"\($0.0)\": \($0.1)" }
    return "{\n\(lines.joined(separator: ",\n"))\n}\n"
  }
}
