/// What a family of decoder-only transformers computes, and what files call its parts.
///
/// A family is one value in a file of this folder; readers, writers and passes ask it and know none by its name. A class
/// because passes copy configurations often, and so each copy counts one reference.
package final class ModelFamily: Sendable {
  /// The families that this package computes.
  package static let all: [ModelFamily] = [.llama, .gemma3, .qwen2, .qwen3]

  /// The function of an MLP's gate.
  enum Activation: Sendable {
    /// x times its logistic function.
    case silu
    /// The Gaussian error linear unit in its tanh form.
    case gelu
  }

  /// Name in messages.
  package let name: String
  /// The function of the MLP's gate.
  let activation: Activation
  /// What is added to a norm's weight.
  let normWeightOffset: Float
  /// Whether embeddings are multiplied by the square root of the hidden size.
  let scalesEmbeddings: Bool
  /// Names of a layer's parameters; a part that has no name is one that the family lacks.
  let layerNames: [LayerParameter: ParameterName]
  /// How Hugging Face folders describe it.
  let huggingFace: HuggingFaceFormat
  /// How GGUF files describe it.
  let gguf: GGUFFormat

  /// Creates a family; defaults are what most families have.
  init(
    name: String, activation: Activation = .silu, normWeightOffset: Float = 0,
    scalesEmbeddings: Bool = false, layerNames: [LayerParameter: ParameterName],
    huggingFace: HuggingFaceFormat, gguf: GGUFFormat
  ) {
    self.name = name
    self.activation = activation
    self.normWeightOffset = normWeightOffset
    self.scalesEmbeddings = scalesEmbeddings
    self.layerNames = layerNames
    self.huggingFace = huggingFace
    self.gguf = gguf
  }
}

extension ModelFamily: Equatable, CustomStringConvertible {
  /// Whether both are the same family.
  package static func == (first: ModelFamily, second: ModelFamily) -> Bool { first === second }

  /// The name.
  package var description: String { name }
}

/// How a Hugging Face `config.json` describes a family.
struct HuggingFaceFormat: Sendable {
  /// `model_type`.
  let modelType: String
  /// The class in `architectures`.
  let modelClass: String
  /// Reads a configuration of the family from the file's fields; throws ``ModelFileError``.
  let read: @Sendable (_ fields: JSONFields, _ family: ModelFamily) throws -> ModelConfiguration
  /// The fields, as JSON texts, that a configuration has beyond those of every family; throws ``ModelFileError``.
  let write: @Sendable (_ configuration: ModelConfiguration) throws -> [(String, String)]
}

/// How a GGUF file describes a family.
struct GGUFFormat: Sendable {
  /// `general.architecture`, which is also what the family's keys begin with.
  let architecture: String
  /// Whether the rows of query and key projections lie in the order that llama.cpp gives them.
  var permutesQueriesAndKeys = false
  /// Whether a file may have the divisors of the rotary frequencies as a tensor.
  var hasRotaryDivisors = false
  /// Sets what differs from what is read for every family; throws ``ModelFileError``.
  var read: @Sendable (GGUFFields, inout ModelConfiguration) throws -> Void = { _, _ in }
}
