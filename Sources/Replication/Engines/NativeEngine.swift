import Evaluation
import LanguageModels
import Provenance
import Tensors
import Tokenizers
import Training

/// The embedded engine: prepares, trains and evaluates with this package's own code, on the CPU, in fp32.
///
/// Everything here runs on ``ComputeQueue``, one call after the other.
struct NativeEngine: Sendable {
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

  /// The model as an arm begins with it.
  func load() throws -> LoadedModel {
    switch model {
    case .pretrained(let path): return try ModelLoader.load(from: path)
    case .initialized(let configuration, let tokenizer, let settings, let seed, let deviation):
      return try ModelLoader.initialized(
        configurationPath: configuration, tokenizerPath: tokenizer,
        tokenizerConfigurationPath: settings, seed: seed, standardDeviation: deviation)
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

  /// The tokenizer alone, without keeping the weights.
  func tokenizer() throws -> Tokenizer { try load().tokenizer }
}

/// What went wrong while computing, in one sentence.
package struct EngineError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// Stored weights that are not the model's.
    case damagedWeights
    /// Two arms that did not see the same tokens in the same order.
    case armContract
    /// The run was asked to stop and has saved what it had.
    case interrupted
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error of whatever was asked to stop.
  package static let interrupted = EngineError(
    .interrupted, "Interrupted; the same command goes on where this one stopped.")

  package var description: String { message }
}
