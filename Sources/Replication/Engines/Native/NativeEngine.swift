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
  init(model: ModelInput, threads: Int, numerics: Numerics) throws(FileError) {
    (self.model, self.threads, self.numerics) = (model, threads, numerics)
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

  /// The model with the weights that training left in `path`, or untouched without one.
  func load(weights path: String?) throws -> LoadedModel {
    let loaded = try load()
    guard let path else { return loaded }
    let file = try SafetensorsFile(contentsOf: path)
    for entry in loaded.model.layout.entries {
      guard file.tensor(entry.name)?.shape == entry.shape else {
        throw EngineError(
          .damagedWeights,
          "The weights in \(path) lack \(entry.name) with the shape \(entry.shape); remove the file and run again."
        )
      }
      try file.read(
        entry.name,
        into: UnsafeMutableBufferPointer(rebasing: loaded.model.parameters.elements[entry.range]))
    }
    return loaded
  }
}
