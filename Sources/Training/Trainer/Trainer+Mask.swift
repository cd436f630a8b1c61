internal import LanguageModels
internal import Recipes

// Which tokens are masked depends on all tokens of a window, so the model predicts them once before it learns from any.
extension Trainer {
  /// The weights of all tokens of a step, one array a micro-batch; nil unless the objective masks tokens.
  func maskedWeights(of batches: [[Int]], step: Int) throws -> [[Double]]? {
    guard case .masked(let mask) = configuration.objective else { return nil }
    let predictions = try batches.map { try self.predictions(of: $0, step: step) }
    var weights = [[Double]](repeating: [], count: batches.count)
    let windows = configuration.reduction.windows(
      microBatches: batches.count, ranks: configuration.ranks)
    for window in windows {
      var tokens = TokenPredictions()
      for index in window { tokens.append(predictions[index]) }
      var rest = mask.weights(of: tokens)[...]
      for index in window {
        let count = predictions[index].entropies.count
        weights[index] = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
    }
    return weights
  }

  /// How well the tokens of a micro-batch are predicted.
  ///
  /// Observers are told of it when the tokens are learned.
  private func predictions(of batch: [Int], step: Int) throws -> TokenPredictions {
    let observer = backpropagation.observer
    backpropagation.observer = nil
    defer { backpropagation.observer = observer }
    var predictions = TokenPredictions()
    backpropagation.run(try examples.packed(batch), gradients: nil) { block in
      predictions.append(evaluator.predictions(block))
    }
    let total = predictions.crossEntropies.reduce(0, +)
    guard total.isFinite, predictions.entropies.allSatisfy(\.isFinite) else {
      throw nonFinite("loss", total, step: step, batch)
    }
    return predictions
  }
}
