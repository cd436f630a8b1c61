extension ModelLoader {
  /// Creates a model with random weights from the files that describe it.
  ///
  /// The configuration is a `config.json` and the tokenizer a `tokenizer.json`, with a `tokenizer_config.json` if
  /// there is one, all as transformers writes them. Throws as ``load(from:)`` does.
  package static func initialized(
    configurationPath: String, tokenizerPath: String, tokenizerConfigurationPath: String?,
    seed: UInt64, standardDeviation: Double
  ) throws -> LoadedModel {
    func bytes(_ path: String, _ maximumSize: Int) throws -> [UInt8] {
      guard let bytes = try FolderContent.bytesIfPresent(path, maximumSize: maximumSize) else {
        throw ModelFileError(.missing, "There is no file \(path).")
      }
      return bytes
    }
    let configuration = try HuggingFaceConfiguration.read(
      configJSON: try bytes(configurationPath, HuggingFaceConfiguration.maximumSize),
      generationConfigJSON: nil, path: configurationPath)
    var files = [
      (name: "tokenizer.json", bytes: try bytes(tokenizerPath, TokenizerFiles.maximumSize))
    ]
    if let path = tokenizerConfigurationPath {
      files.append(("tokenizer_config.json", try bytes(path, TokenizerFiles.maximumSize)))
    }
    let tokenizerFiles = TokenizerFiles(files: files)
    return LoadedModel(
      model: LanguageModel(
        configuration: configuration, seed: seed, standardDeviation: standardDeviation),
      tokenizer: try tokenizerFiles.tokenizer(beside: configurationPath),
      tokenizerFiles: tokenizerFiles)
  }
}
