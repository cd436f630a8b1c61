import Files
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

/// A model that is only asked, with all that is needed to ask it.
package struct InferenceModel {
  /// Configuration and weights.
  package let weights: InferenceWeights
  /// Text to token ids and back.
  package let tokenizer: Tokenizer
  /// What the tokenizer was read from.
  package let tokenizerFiles: TokenizerFiles

  /// A model that was loaded for training, and shares its weights.
  package init(_ loaded: LoadedModel) {
    weights = InferenceWeights(loaded.model)
    (tokenizer, tokenizerFiles) = (loaded.tokenizer, loaded.tokenizerFiles)
  }

  init(_ description: ModelDescription, _ weights: InferenceWeights) {
    self.weights = weights
    (tokenizer, tokenizerFiles) = (description.tokenizer, description.tokenizerFiles)
  }
}

/// Loads models from files of other programs.
package enum ModelLoader {
  /// Loads the GGUF file or the Hugging Face folder at `path`.
  ///
  /// Weights become fp32 whatever they are stored as. Throws ``ModelFileError``, `TensorFileError` or
  /// `TokenizerError` for whatever is missing, damaged, contradictory or not computed by this package.
  package static func load(from path: String) throws -> LoadedModel {
    let (description, weights) = try checkpoint(at: path)
    return LoadedModel(description, try weights.model(description.configuration))
  }

  /// Loads the same to be asked only, with weights as they are stored where that changes no bit.
  ///
  /// `holdsWhole`, told how many bytes they take, says whether all of them are held, or a layer at a time. Throws as
  /// ``load(from:)`` does.
  package static func loadForInference(
    from path: String, holdsWhole: (InferenceWeightSizes) -> Bool = { _ in true }
  ) throws -> InferenceModel {
    let (description, weights) = try checkpoint(at: path)
    return InferenceModel(
      description,
      try InferenceWeights(weights, description.configuration, holdsWhole: holdsWhole))
  }

  /// Loads a model whose weights are in a safetensors file that is apart from its other files.
  package static func load(
    _ description: ModelDescription, weights path: String
  ) throws -> LoadedModel {
    LoadedModel(
      description, try HuggingFaceWeights(file: path).model(description.configuration))
  }

  /// The same of a model whose weights are in a safetensors file that is apart from its other files.
  package static func loadForInference(
    _ description: ModelDescription, weights path: String,
    holdsWhole: (InferenceWeightSizes) -> Bool = { _ in true }
  ) throws -> InferenceModel {
    InferenceModel(
      description,
      try InferenceWeights(
        HuggingFaceWeights(file: path), description.configuration, holdsWhole: holdsWhole))
  }

  /// Bytes that the weights at `path`, of a model of this configuration, take where inference holds them.
  ///
  /// Throws as ``load(from:)`` does.
  package static func inferenceSizes(
    at path: String, _ configuration: ModelConfiguration
  ) throws -> InferenceWeightSizes {
    let weights: any CheckpointWeights =
      FolderContent.hasFolder(path)
      ? try HuggingFaceWeights(folder: path)
      : GGUFWeights(file: try GGUFFile(contentsOf: path), configuration: configuration)
    let layout = ParameterLayout(configuration, separatingMatrices: true)
    return InferenceWeightSizes(WeightSections(layout, element: weights.element))
  }

  private static func checkpoint(
    at path: String
  ) throws -> (ModelDescription, any CheckpointWeights) {
    if FolderContent.hasFolder(path) {
      return (try ModelDescription(folder: path), try HuggingFaceWeights(folder: path))
    }
    let file = try GGUFFile(contentsOf: path)
    let description = try ModelDescription(gguf: file)
    return (description, GGUFWeights(file: file, configuration: description.configuration))
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
