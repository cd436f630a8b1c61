import Files
import LanguageModels
import Provenance
import Scoring
import Tensors
import Tokenizers
import Training

/// The embedded engine: prepares, trains and evaluates with this package's own code, on the CPU, in fp32.
///
/// It trains an arm (``train(_:_:)``) and evaluates a model (``evaluate(_:_:finished:record:progress:)``); trainers and
/// evaluators are made here and nowhere else. Replaying segments and tracing executions, for audits and the determinism
/// ladder, are abilities of its own, which take its trainer and its evaluator apart. Everything here runs on
/// ``ComputeQueue``, one call after the other.
struct NativeEngine: Sendable {
  /// What the engine states of itself, for records and keys.
  let statement: EngineStatement
  /// The model that every arm starts from.
  let model: ModelInput
  /// Threads to compute with; results do not depend on it.
  let threads: Int
  /// The arithmetic of matrix products.
  let numerics: Numerics
  /// Whether trainings compute activations again instead of keeping them; results do not depend on it.
  let recomputesActivations: Bool

  /// Where weights and tokenizer come from, as paths of verified files.
  enum ModelInput: Sendable {
    /// A GGUF file or a Hugging Face folder.
    case pretrained(path: String)
    /// Random weights.
    case initialized(
      configurationPath: String, tokenizerPath: String, tokenizerConfigurationPath: String?,
      seed: UInt64, standardDeviation: Double)
  }

  /// An engine of this program.
  ///
  /// - Throws: ``FileError`` if the running program cannot be read.
  init(
    model: ModelInput, threads: Int, numerics: Numerics, recomputesActivations: Bool = false
  ) throws(FileError) {
    (self.model, self.threads, self.numerics) = (model, threads, numerics)
    self.recomputesActivations = recomputesActivations
    statement = EngineStatement(
      name: "native", program: try RunEnvironment.executableDigest(), numerics: numerics.identity)
  }

  /// All of the model that an arm begins with but its weights.
  func describe() throws -> ModelDescription {
    switch model {
    case .pretrained(let path): try ModelDescription(at: path)
    case .initialized(let configuration, let tokenizer, let settings, _, _):
      try ModelDescription(
        configurationPath: configuration, tokenizerPath: tokenizer,
        tokenizerConfigurationPath: settings)
    }
  }

  /// The model as an arm begins with it.
  func load() throws -> LoadedModel {
    switch model {
    case .pretrained(let path): try ModelLoader.load(from: path)
    case .initialized(_, _, _, let seed, let deviation):
      ModelLoader.initialized(try describe(), seed: seed, standardDeviation: deviation)
    }
  }

  /// The model to be asked, with the weights that training left in `path`, or untouched without one.
  ///
  /// Weights are held as they are stored where that changes no bit, and a layer at a time where memory is short.
  func loadForInference(weights path: String?) throws -> InferenceModel {
    let room = MachineRoom()
    guard let path else {
      guard case .pretrained(let model) = model else { return InferenceModel(try load()) }
      return try ModelLoader.loadForInference(from: model, holdsWhole: room.holdsWhole)
    }
    let description = try describe()
    return try Self.trained(path) {
      try ModelLoader.loadForInference(description, weights: path, holdsWhole: room.holdsWhole)
    }
  }

  /// Bytes that the untouched model, of this configuration, takes where it is asked.
  func inferenceSizes(_ configuration: ModelConfiguration) throws -> InferenceWeightSizes {
    switch model {
    case .pretrained(let path): try ModelLoader.inferenceSizes(at: path, configuration)
    case .initialized: InferenceWeightSizes(configuration, .float32)
    }
  }

  /// The model with the weights that training left in `path`, to be saved.
  func load(weights path: String) throws -> LoadedModel {
    let description = try describe()
    return try Self.trained(path) { try ModelLoader.load(description, weights: path) }
  }

  private static func trained<Model>(
    _ path: String, _ load: () throws -> Model
  ) throws -> Model {
    do {
      return try load()
    } catch let error as ModelFileError {
      throw EngineError(
        .damagedWeights, "\(error) Remove the file and run again.")
    }
  }
}
