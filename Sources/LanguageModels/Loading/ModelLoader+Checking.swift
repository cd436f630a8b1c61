import Tokenizers

extension ModelLoader {
  /// Checks all of the model at `path` but its weights, and gives its configuration.
  ///
  /// So a model that is not computed is refused before anything else is brought for it. Throws as ``load(from:)`` does.
  package static func checkedConfiguration(at path: String) throws -> ModelConfiguration {
    guard FolderContent.hasFolder(path) else {
      let file = try GGUFFile(contentsOf: path)
      let configuration = try GGUFConfiguration.read(file)
      _ = try Tokenizer(gguf: try GGUFVocabulary(of: file))
      return configuration
    }
    let configuration = try configuration(ofFolder: path)
    _ = try TokenizerFiles(folder: path).tokenizer(beside: "\(path)/config.json")
    return configuration
  }

  /// Checks the `config.json` at `path`; throws as ``load(from:)`` does.
  package static func checkConfiguration(at path: String) throws {
    _ = try HuggingFaceConfiguration.read(
      configJSON: try FolderContent.bytes(path, maximumSize: HuggingFaceConfiguration.maximumSize),
      generationConfigJSON: nil, path: path)
  }
}
