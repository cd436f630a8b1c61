import Files

/// What a family of decoder-only transformers computes, and what files call its parts.
///
/// A family is one value in a file of this folder; readers, writers and passes ask it and know none by its name. A class
/// because passes copy configurations often, and so each copy counts one reference.
package final class ModelFamily: Sendable {
  /// The families that this package computes.
  package static let all: [ModelFamily] = [.llama, .gemma3, .qwen2, .qwen3, .olmo2, .gptNeoX]

  /// The function of an MLP: of its gate, where it has one.
  enum Activation: Sendable {
    /// x times its logistic function, of a gate.
    case silu
    /// The Gaussian error linear unit in its tanh form, of a gate.
    case gelu
    /// The Gaussian error linear unit in its exact form, without a gate.
    case exactGELU
  }

  /// How rows are normed, except those of queries and keys.
  enum Norm: Sendable {
    /// Divided by their root mean square, and scaled.
    case rms
    /// Mean 0 and variance 1, scaled, and with a bias.
    case layer
  }

  /// Name in messages.
  package let name: String
  /// The function of the MLP.
  let activation: Activation
  /// How rows are normed.
  let norm: Norm
  /// What is added to a norm's weight.
  let normWeightOffset: Float
  /// Whether embeddings are multiplied by the square root of the hidden size.
  let scalesEmbeddings: Bool
  /// Whether a norm of queries or keys takes all heads together instead of each by itself.
  let normsHeadsTogether: Bool
  /// Whether the embedding of the padding token learns nothing, as of a table with `padding_idx`.
  let freezesPadding: Bool
  /// Names of the parameters outside of layers.
  let modelNames: ModelParameterNames
  /// Names of a layer's parameters; a part that has no name is one that the family lacks.
  let layerNames: [LayerParameter: ParameterName]
  /// How Hugging Face folders describe it.
  let huggingFace: HuggingFaceFormat
  /// How GGUF files describe it.
  let gguf: GGUFFormat

  /// Creates a family; defaults are what most families have.
  init(
    name: String, activation: Activation = .silu, norm: Norm = .rms, normWeightOffset: Float = 0,
    scalesEmbeddings: Bool = false, normsHeadsTogether: Bool = false, freezesPadding: Bool = true,
    modelNames: ModelParameterNames = ModelParameterNames(),
    layerNames: [LayerParameter: ParameterName], huggingFace: HuggingFaceFormat, gguf: GGUFFormat
  ) {
    self.name = name
    self.activation = activation
    self.norm = norm
    self.normWeightOffset = normWeightOffset
    self.scalesEmbeddings = scalesEmbeddings
    self.normsHeadsTogether = normsHeadsTogether
    self.freezesPadding = freezesPadding
    self.modelNames = modelNames
    self.layerNames = layerNames
    self.huggingFace = huggingFace
    self.gguf = gguf
  }
}

extension ModelFamily {
  /// Whether the projection of queries, keys and values gives all three of a head before those of the next.
  var interleavesHeads: Bool { layerNames[.queryKeyValue] != nil }
}

extension ModelFamily: Equatable, CustomStringConvertible {
  /// Whether both are the same family.
  package static func == (first: ModelFamily, second: ModelFamily) -> Bool { first === second }

  /// The name.
  package var description: String { name }

  /// What transformers calls the class of a decoder layer.
  package var decoderLayerClass: String {
    let base = String(huggingFace.modelClass.prefix { $0 != "F" })
    return base + (base == "GPTNeoX" ? "Layer" : "DecoderLayer")
  }
}

/// How a Hugging Face `config.json` describes a family.
struct HuggingFaceFormat: Sendable {
  /// `model_type`.
  let modelType: String
  /// The class in `architectures`.
  let modelClass: String
  /// The key of the norms' epsilon.
  var normEpsilon = "rms_norm_eps"
  /// Reads a configuration of the family from the file's fields; throws ``ModelFileError``.
  let read: @Sendable (_ fields: JSONFields, _ family: ModelFamily) throws -> ModelConfiguration
  /// The fields, as JSON texts, that a configuration has beyond those of every family; throws ``ModelFileError``.
  let write: @Sendable (_ configuration: ModelConfiguration) throws -> [(String, String)]
}

/// How a GGUF file describes a family.
struct GGUFFormat: Sendable {
  /// `general.architecture`, which is also what the family's keys begin with.
  let architecture: String
  /// The key of the norms' epsilon, behind the architecture.
  var normEpsilon = "attention.layer_norm_rms_epsilon"
  /// Whether the rows of query and key projections lie in the order that llama.cpp gives them.
  var permutesQueriesAndKeys = false
  /// Whether the rotary embedding may turn only a part of each head.
  var rotatesParts = false
  /// Whether a file may have the divisors of the rotary frequencies as a tensor.
  var hasRotaryDivisors = false
  /// Sets what differs from what is read for every family; throws ``ModelFileError``.
  var read: @Sendable (GGUFFields, inout ModelConfiguration) throws -> Void = { _, _ in }
}
