import Files
package import Tokenizers

/// All of a model but its weights: enough to refuse it, to size it and to tokenise for it.
package struct ModelDescription {
  /// Shapes and constants.
  package let configuration: ModelConfiguration
  /// Text to token ids and back.
  package let tokenizer: Tokenizer
  /// What ``HuggingFaceFolder`` writes beside the weights.
  package let tokenizerFiles: TokenizerFiles

  /// Parameters of the model.
  package var parameterCount: Int { ParameterLayout(configuration).count }

  init(configuration: ModelConfiguration, tokenizer: Tokenizer, tokenizerFiles: TokenizerFiles) {
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.tokenizerFiles = tokenizerFiles
  }

  /// Describes the GGUF file or the Hugging Face folder at `path`.
  ///
  /// So a model that is not computed is refused before anything else is brought for it. Throws as
  /// ``ModelLoader/load(from:)`` does.
  package init(at path: String) throws {
    if FolderContent.hasFolder(path) {
      try self.init(folder: path)
    } else {
      try self.init(gguf: try GGUFFile(contentsOf: path))
    }
  }

  init(gguf file: GGUFFile) throws {
    let vocabulary = try GGUFVocabulary(of: file)
    var chatTemplate: String?
    if case .string(let template) = file.metadata["tokenizer.chat_template"] {
      chatTemplate = template
    }
    self.init(
      configuration: try GGUFConfiguration.read(file), tokenizer: try Tokenizer(gguf: vocabulary),
      tokenizerFiles: TokenizerFiles(vocabulary: vocabulary, chatTemplate: chatTemplate))
  }

  init(folder path: String) throws {
    let configuration = try Self.configuration(ofFolder: path)
    let tokenizerFiles = try TokenizerFiles(folder: path)
    self.init(
      configuration: configuration,
      tokenizer: try tokenizerFiles.tokenizer(beside: "\(path)/config.json"),
      tokenizerFiles: tokenizerFiles)
  }

  /// The configuration of the model in the Hugging Face folder at `path`.
  static func configuration(ofFolder path: String) throws -> ModelConfiguration {
    let configPath = "\(path)/config.json"
    let maximumSize = HuggingFaceConfiguration.maximumSize
    guard let config = try FolderContent.bytesIfPresent(configPath, maximumSize: maximumSize)
    else { throw ModelFileError(.missing, "\(path) has no config.json.") }
    return try HuggingFaceConfiguration.read(
      configJSON: config,
      generationConfigJSON: try FolderContent.bytesIfPresent(
        "\(path)/generation_config.json", maximumSize: maximumSize),
      path: configPath)
  }

  /// Describes a model by files that are not side by side.
  ///
  /// The configuration is a `config.json` and the tokenizer a `tokenizer.json`, with a `tokenizer_config.json` if
  /// there is one, all as transformers writes them. Throws as ``ModelLoader/load(from:)`` does.
  package init(
    configurationPath: String, tokenizerPath: String, tokenizerConfigurationPath: String?
  ) throws {
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
    self.init(
      configuration: configuration,
      tokenizer: try tokenizerFiles.tokenizer(beside: configurationPath),
      tokenizerFiles: tokenizerFiles)
  }

  /// Checks the `config.json` at `path` alone; throws as ``ModelLoader/load(from:)`` does.
  package static func checkConfiguration(at path: String) throws {
    _ = try HuggingFaceConfiguration.read(
      configJSON: try FolderContent.bytes(path, maximumSize: HuggingFaceConfiguration.maximumSize),
      generationConfigJSON: nil, path: path)
  }
}
