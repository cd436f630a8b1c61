/// The parameters that a layer may have, in the order in which they lie in memory.
///
/// Query, key and value projections lie side by side, as do their biases and the gate and up projections, so that each
/// group is one operation; a layer norm's bias lies behind its weight.
enum LayerParameter: CaseIterable, Sendable {
  case inputNorm, inputNormBias
  case query, key, value
  case queryBias, keyBias, valueBias
  /// All three as one tensor in which each head's rows of queries, keys and values follow each other.
  case queryKeyValue, queryKeyValueBias
  case queryNorm, keyNorm
  case output, outputBias
  case attentionOutputNorm
  case mlpNorm, mlpNormBias
  case gate, up, upBias
  case down, downBias
  case mlpOutputNorm

  /// What kind of parameter it is.
  var kind: ParameterLayout.Kind {
    switch self {
    case .inputNorm, .queryNorm, .keyNorm, .attentionOutputNorm, .mlpNorm, .mlpOutputNorm: .norm
    case .inputNormBias, .queryBias, .keyBias, .valueBias, .queryKeyValueBias, .outputBias,
      .mlpNormBias, .upBias, .downBias:
      .bias
    case .query, .key, .value, .queryKeyValue, .output, .gate, .up, .down: .matrix
    }
  }

  /// `[rows, columns]` of a projection, output features first, or the one width of everything else.
  func shape(in c: ModelConfiguration) -> [Int] {
    switch self {
    case .inputNorm, .inputNormBias, .outputBias, .attentionOutputNorm, .mlpNorm, .mlpNormBias,
      .downBias, .mlpOutputNorm:
      [c.hiddenSize]
    case .query: [c.queryWidth, c.hiddenSize]
    case .key, .value: [c.keyValueWidth, c.hiddenSize]
    case .queryKeyValue: [c.attentionWidth, c.hiddenSize]
    case .queryBias: [c.queryWidth]
    case .keyBias, .valueBias: [c.keyValueWidth]
    case .queryKeyValueBias: [c.attentionWidth]
    case .queryNorm: [c.queryWidth / c.queryNormCount]
    case .keyNorm: [c.keyValueWidth / c.keyNormCount]
    case .output: [c.hiddenSize, c.queryWidth]
    case .gate, .up: [c.intermediateSize, c.hiddenSize]
    case .upBias: [c.intermediateSize]
    case .down: [c.hiddenSize, c.intermediateSize]
    }
  }
}

/// What files call a parameter.
struct ParameterName: Sendable, Equatable {
  /// Name in a Hugging Face checkpoint; of a layer's parameter what follows the layer's number.
  let huggingFace: String
  /// Name in a GGUF file; of a layer's parameter what follows `blk.N.`.
  let gguf: String

  init(_ huggingFace: String, gguf: String) {
    self.huggingFace = huggingFace
    self.gguf = gguf
  }

  /// The name in a GGUF file of the output projection, which all families give it.
  static let ggufHead = "output.weight"
}

/// What files call the parameters outside of layers.
struct ModelParameterNames: Sendable {
  var embedding = ParameterName("model.embed_tokens.weight", gguf: "token_embd.weight")
  var finalNorm = ParameterName("model.norm.weight", gguf: "output_norm.weight")
  /// The bias of the final norm, where norms have one.
  var finalNormBias: ParameterName?
  var head = ParameterName("lm_head.weight", gguf: ParameterName.ggufHead)
  /// What stands before a layer's number in a Hugging Face checkpoint.
  var layers = "model.layers."

  /// The full name of a layer's parameter.
  func layer(_ index: Int, _ name: ParameterName) -> ParameterName {
    ParameterName("\(layers)\(index).\(name.huggingFace)", gguf: "blk.\(index).\(name.gguf)")
  }
}

extension [LayerParameter: ParameterName] {
  /// These names and others, which come before these where both name a parameter.
  func adding(_ others: Self) -> Self { merging(others) { $1 } }
}
