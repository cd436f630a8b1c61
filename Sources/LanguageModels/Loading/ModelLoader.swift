package import Tokenizers

/// A model with all that is needed to run it and to save it again.
package struct LoadedModel {
  /// Configuration and weights.
  package let model: LanguageModel
  /// Text to token ids and back.
  package let tokenizer: Tokenizer
  /// What ``HuggingFaceFolder`` writes beside the weights.
  package let tokenizerFiles: TokenizerFiles

  init(_ description: ModelDescription, _ model: LanguageModel) {
    self.model = model
    tokenizer = description.tokenizer
    tokenizerFiles = description.tokenizerFiles
  }
}

/// Loads models from files of other programs.
package enum ModelLoader {
  /// Loads the GGUF file or the Hugging Face folder at `path`.
  ///
  /// Weights become fp32 whatever they are stored as. Throws ``ModelFileError``, `TensorFileError` or
  /// `TokenizerError` for whatever is missing, damaged, contradictory or not computed by this package.
  package static func load(from path: String) throws -> LoadedModel {
    if FolderContent.hasFolder(path) {
      let description = try ModelDescription(folder: path)
      return LoadedModel(
        description, try HuggingFaceWeights(folder: path).model(description.configuration))
    }
    let file = try GGUFFile(contentsOf: path)
    let description = try ModelDescription(gguf: file)
    let weights = GGUFWeights(file: file, configuration: description.configuration)
    return LoadedModel(description, try weights.model(description.configuration))
  }

  /// Creates a model with random weights.
  package static func initialized(
    _ description: ModelDescription, seed: UInt64, standardDeviation: Double
  ) -> LoadedModel {
    LoadedModel(
      description,
      LanguageModel(
        configuration: description.configuration, seed: seed, standardDeviation: standardDeviation))
  }
}
