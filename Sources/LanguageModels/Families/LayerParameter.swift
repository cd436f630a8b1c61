/// The parameters that a layer may have, in the order in which they lie in memory.
///
/// Query, key and value projections lie side by side, as do their biases and the gate and up projections, so that each
/// group is one operation.
enum LayerParameter: CaseIterable, Sendable {
  case inputNorm
  case query, key, value
  case queryBias, keyBias, valueBias
  case queryNorm, keyNorm
  case output
  case attentionOutputNorm
  case mlpNorm
  case gate, up
  case down
  case mlpOutputNorm

  /// What kind of parameter it is.
  var kind: ParameterLayout.Kind {
    switch self {
    case .inputNorm, .queryNorm, .keyNorm, .attentionOutputNorm, .mlpNorm, .mlpOutputNorm: .norm
    case .queryBias, .keyBias, .valueBias: .bias
    case .query, .key, .value, .output, .gate, .up, .down: .matrix
    }
  }

  /// `[rows, columns]` of a projection, output features first, or the one width of everything else.
  func shape(in c: ModelConfiguration) -> [Int] {
    switch self {
    case .inputNorm, .attentionOutputNorm, .mlpNorm, .mlpOutputNorm: [c.hiddenSize]
    case .query: [c.queryWidth, c.hiddenSize]
    case .key, .value: [c.keyValueWidth, c.hiddenSize]
    case .queryBias: [c.queryWidth]
    case .keyBias, .valueBias: [c.keyValueWidth]
    case .queryNorm, .keyNorm: [c.headDimension]
    case .output: [c.hiddenSize, c.queryWidth]
    case .gate, .up: [c.intermediateSize, c.hiddenSize]
    case .down: [c.hiddenSize, c.intermediateSize]
    }
  }
}

/// What files call a parameter.
struct ParameterName: Sendable, Equatable {
  /// Name in a Hugging Face checkpoint; of a layer's parameter what follows `model.layers.N.`.
  let huggingFace: String
  /// Name in a GGUF file; of a layer's parameter what follows `blk.N.`.
  let gguf: String

  init(_ huggingFace: String, gguf: String) {
    self.huggingFace = huggingFace
    self.gguf = gguf
  }

  /// The full name of a layer's parameter.
  func inLayer(_ index: Int) -> ParameterName {
    ParameterName("model.layers.\(index).\(huggingFace)", gguf: "blk.\(index).\(gguf)")
  }

  /// Names that every family has.
  static let embedding = ParameterName("model.embed_tokens.weight", gguf: "token_embd.weight")
  static let finalNorm = ParameterName("model.norm.weight", gguf: "output_norm.weight")
  static let head = ParameterName("lm_head.weight", gguf: "output.weight")
}

extension [LayerParameter: ParameterName] {
  /// These names and others, which come before these where both name a parameter.
  func adding(_ others: Self) -> Self { merging(others) { $1 } }
}
