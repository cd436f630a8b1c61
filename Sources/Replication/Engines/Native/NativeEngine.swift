import Files
import LanguageModels
import Manifests
import Provenance
import Recipes
import Scoring
import Tensors
import Tokenizers
import Training

/// The embedded engine: prepares, trains and evaluates with this package's own code, on the CPU, in fp32 or, where a training
/// says so, in bfloat16.
///
/// Its trainers and evaluators are made here and nowhere else. Replaying segments and tracing executions, for audits and the determinism
/// ladder, are abilities of its own, which take its trainer and its evaluator apart.
struct NativeEngine: Engine {
  /// What the engine states of itself, for records and keys.
  let statement: EngineStatement
  /// The model that every arm starts from.
  let model: StartingModel
  /// Threads to compute with; results do not depend on it.
  let threads: Int
  /// The arithmetic of matrix products.
  let numerics: Numerics
  /// Whether trainings compute activations again instead of keeping them; results do not depend on it.
  let recomputesActivations: Bool
  /// The untouched model as others are compared with it.
  let compared = ComparedModel()

  /// An engine of this program.
  ///
  /// - Throws: ``FileError`` if the running program cannot be read.
  init(
    model: StartingModel, threads: Int, numerics: Numerics, recomputesActivations: Bool = false
  ) throws(FileError) {
    (self.model, self.threads, self.numerics) = (model, threads, numerics)
    self.recomputesActivations = recomputesActivations
    statement = EngineStatement(
      name: EngineName.native.rawValue, program: try RunEnvironment.executableDigest(),
      numerics: numerics.identity)
  }

  init(_ manifest: Manifest, model: StartingModel, options: RunOptions) throws {
    try self.init(
      model: model, threads: options.threads, numerics: manifest.numerics,
      recomputesActivations: manifest.training.recomputesActivations)
  }

  static func obstacles(to manifest: Manifest, options: RunOptions) -> [String] {
    guard !manifest.numerics.isAvailable else { return [] }
    return [
      "The manifest asks for `numerics: openblas`, and the library libopenblas.so.0 cannot be loaded: install OpenBLAS (Debian's libopenblas0), or take out that line for this program's own products."
    ]
  }

  /// The model as an arm begins with it.
  func load() throws -> LoadedModel {
    switch model {
    case .pretrained(let path): try ModelLoader.load(from: path)
    case .initialized(_, _, _, let seed, let deviation):
      ModelLoader.initialized(try model.describe(), seed: seed, standardDeviation: deviation)
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
    let description = try model.describe()
    return try Self.trained(path) {
      try ModelLoader.loadForInference(description, weights: path, holdsWhole: room.holdsWhole)
    }
  }

  /// The model with the weights that training left in `path`, to be saved.
  func load(weights path: String) throws -> LoadedModel {
    let description = try model.describe()
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

  func save(weights: String, to folder: String) throws {
    let loaded = try load(weights: weights)
    try HuggingFaceFolder.save(loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: folder)
  }
}
