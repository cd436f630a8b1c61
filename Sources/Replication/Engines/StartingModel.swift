import LanguageModels
import Tensors

/// The model that every arm starts from: where weights and tokenizer come from, as paths of verified files.
enum StartingModel: Sendable {
  /// A GGUF file or a Hugging Face folder.
  case pretrained(path: String)
  /// Random weights.
  case initialized(
    configurationPath: String, tokenizerPath: String, tokenizerConfigurationPath: String?,
    seed: UInt64, standardDeviation: Double)

  /// All of the model but its weights.
  func describe() throws -> ModelDescription {
    switch self {
    case .pretrained(let path): try ModelDescription(at: path)
    case .initialized(let configuration, let tokenizer, let settings, _, _):
      try ModelDescription(
        configurationPath: configuration, tokenizerPath: tokenizer,
        tokenizerConfigurationPath: settings)
    }
  }

  /// Bytes that the untouched model, of this configuration, takes where it is asked.
  func inferenceSizes(_ configuration: ModelConfiguration) throws -> InferenceWeightSizes {
    switch self {
    case .pretrained(let path): try ModelLoader.inferenceSizes(at: path, configuration)
    case .initialized: InferenceWeightSizes(configuration, .float32)
    }
  }
}
