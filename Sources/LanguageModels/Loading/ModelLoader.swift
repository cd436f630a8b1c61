package import Tokenizers

/// A model with all that is needed to run it and to save it again.
package struct LoadedModel {
  /// Configuration and weights.
  package let model: LanguageModel
  /// Text to token ids and back.
  package let tokenizer: Tokenizer
  /// What ``HuggingFaceFolder`` writes beside the weights.
  package let tokenizerFiles: TokenizerFiles
}

/// Loads models from files of other programs.
package enum ModelLoader {
  /// Loads the GGUF file or the Hugging Face folder at `path`.
  ///
  /// Weights become fp32 whatever they are stored as. Throws ``ModelFileError``, `TensorFileError` or
  /// `TokenizerError` for whatever is missing, damaged, contradictory or not computed by this package.
  package static func load(from path: String) throws -> LoadedModel {
    FolderContent.hasFolder(path) ? try loadFolder(path) : try loadGGUF(path)
  }

  private static func loadGGUF(_ path: String) throws -> LoadedModel {
    let file = try GGUFFile(contentsOf: path)
    let configuration = try GGUFConfiguration.read(file)
    let vocabulary = try GGUFVocabulary(of: file)
    var chatTemplate: String?
    if case .string(let template) = file.metadata["tokenizer.chat_template"] {
      chatTemplate = template
    }
    let tokenizer = try Tokenizer(gguf: vocabulary)
    let weights = GGUFWeights(file: file, configuration: configuration)
    return LoadedModel(
      model: try weights.model(configuration), tokenizer: tokenizer,
      tokenizerFiles: TokenizerFiles(vocabulary: vocabulary, chatTemplate: chatTemplate))
  }

  private static func loadFolder(_ path: String) throws -> LoadedModel {
    let configuration = try configuration(ofFolder: path)
    let tokenizerFiles = try TokenizerFiles(folder: path)
    let tokenizer = try tokenizerFiles.tokenizer(beside: "\(path)/config.json")
    return LoadedModel(
      model: try HuggingFaceWeights(folder: path).model(configuration), tokenizer: tokenizer,
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
}
