/// One operation of a training step or a forward pass, in words that a person who knows transformers understands.
///
/// What observers are told, in the order in which results are computed. Building one costs nothing; its text is made
/// only when somebody asks.
package enum Operation: Sendable, Hashable {
  /// Token ids of a micro-batch, or of the rows of a forward pass; 1 x T.
  case tokens
  /// The id to be predicted at each token, or -100; 1 x T.
  case targets
  /// Embeddings of the tokens.
  case embedding
  /// Part of a layer, from 0.
  case layer(Int, LayerOperation)
  /// The final norm of rows whose logits are wanted.
  case finalNorm
  /// Logits of some rows.
  case logits
  /// Cross entropy, entropy or weight of each of these rows.
  case crossEntropy
  case entropy
  case weight
  /// Gradient of the loss with respect to the logits.
  case logitsGradient
  /// Gradient of the output projection's input and of its weights.
  case headInputGradient
  case headWeightGradient
  /// Gradient of the final norm's input and of its weight.
  case finalNormGradient
  case finalNormWeightGradient
  /// Gradient of the final norm's bias, where it has one.
  case finalNormBiasGradient
  /// Gradient of the embeddings, with the head's part where it is tied.
  case embeddingGradient
  /// L2 norm of the whole gradient.
  case gradientNorm
  /// The step's learning rate and the factor that clips its gradient.
  case learningRate
  case clipping
  /// A parameter behind the update, by its name in the checkpoint.
  case updated(parameter: String)
  /// The step's loss.
  case loss

  /// Part of a layer's forward or backward pass; the value is its text.
  package enum LayerOperation: String, Sendable, Hashable {
    case inputNorm = "forward: norm before attention"
    case queryKeyValue = "forward: query/key/value projection"
    case rotated = "forward: normed and rotated queries and keys"
    case attention = "forward: attention"
    case attentionOutput = "forward: output projection of attention"
    case attentionResidual = "forward: residual stream after attention"
    case mlpNorm = "forward: norm before the MLP"
    case gateUp = "forward: gate and up projections"
    case gated = "forward: gated activation"
    case down = "forward: down projection"
    case mlpResidual = "forward: residual stream after the MLP"

    case mlpOutputNormGradient = "backward: gradient before the norm behind the MLP"
    case mlpOutputNormWeightGradient = "backward: weight gradient of the norm behind the MLP"
    case downInputGradient = "backward: input gradient of the down projection"
    case gateUpGradient = "backward: gradient of gate and up"
    case gatedAgain = "backward: gated activation, computed again"
    case downWeightGradient = "backward: weight gradient of the down projection"
    case downBiasGradient = "backward: bias gradient of the down projection"
    case upBiasGradient = "backward: bias gradient of the up projection"
    case mlpNormAgain = "backward: norm before the MLP, computed again"
    case gateUpWeightGradient = "backward: weight gradient of gate and up projections"
    case gateUpInputGradient = "backward: input gradient of gate and up projections"
    case mlpNormWeightGradient = "backward: weight gradient of the norm before the MLP"
    case mlpNormBiasGradient = "backward: bias gradient of the norm before the MLP"
    case mlpInputGradient = "backward: gradient of the residual stream before the MLP"
    case attentionOutputNormGradient = "backward: gradient before the norm behind attention"
    case attentionOutputNormWeightGradient =
      "backward: weight gradient of the norm behind attention"
    case outputInputGradient = "backward: input gradient of attention's output projection"
    case rotatedAgain = "backward: normed and rotated queries and keys, computed again"
    case attentionAgain = "backward: attention, computed again"
    case attentionGradient = "backward: gradient of rotated queries and keys and of values"
    case outputWeightGradient = "backward: weight gradient of attention's output projection"
    case outputBiasGradient = "backward: bias gradient of attention's output projection"
    case queryNormWeightGradient = "backward: weight gradient of the query norm"
    case keyNormWeightGradient = "backward: weight gradient of the key norm"
    case queryKeyValueGradient = "backward: gradient of queries, keys and values"
    case queryKeyValueBiasGradient =
      "backward: bias gradient of query/key/value projections"
    case inputNormAgain = "backward: norm before attention, computed again"
    case queryKeyValueWeightGradient = "backward: weight gradient of query/key/value projections"
    case queryKeyValueInputGradient = "backward: input gradient of query/key/value projections"
    case inputNormWeightGradient = "backward: weight gradient of the norm before attention"
    case inputNormBiasGradient = "backward: bias gradient of the norm before attention"
    case layerInputGradient = "backward: gradient of the residual stream before the layer"
  }
}

extension Operation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tokens: "tokens of the batch"
    case .targets: "targets of the batch"
    case .embedding: "forward: embedding"
    case .layer(let index, let operation): "layer \(index), \(operation.rawValue)"
    case .finalNorm: "forward: final norm"
    case .logits: "forward: logits"
    case .crossEntropy: "objective: cross entropy of each token"
    case .entropy: "objective: entropy of each token"
    case .weight: "objective: weight of each token"
    case .logitsGradient: "objective: gradient of the logits"
    case .headInputGradient: "backward: input gradient of the output projection to logits"
    case .headWeightGradient: "backward: weight gradient of the output projection to logits"
    case .finalNormGradient: "backward: gradient before the final norm"
    case .finalNormWeightGradient: "backward: weight gradient of the final norm"
    case .finalNormBiasGradient: "backward: bias gradient of the final norm"
    case .embeddingGradient: "backward: gradient of the embedding"
    case .gradientNorm: "gradient norm"
    case .learningRate: "learning rate"
    case .clipping: "factor that clips the gradient"
    case .updated(let parameter): "after AdamW: \(parameter)"
    case .loss: "loss"
    }
  }
}
