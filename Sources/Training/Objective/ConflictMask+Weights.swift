internal import Recipes
internal import Tensors

extension ConflictMask {
  /// The weights of all tokens of a window, 1 or 0; at least one, that of the highest entropy, is 1.
  func weights(of tokens: TokenPredictions) -> [Double] {
    let probabilities = tokens.crossEntropies.map { ElementaryFunctions.exp(-$0) }
    let lowEntropy = Self.quantile(of: tokens.entropies, at: entropyQuantile)
    let lowProbability = Self.quantile(of: probabilities, at: probabilityQuantile)
    return zip(tokens.entropies, probabilities).map { entropy, probability in
      entropy < lowEntropy && probability < lowProbability ? 0 : 1
    }
  }

  /// The number that a share of all values lies below, interpolated between two of them.
  ///
  /// Hyndman and Fan's seventh definition, `linear` in `torch.quantile` and `numpy.quantile`, whose bits in fp64 it has.
  /// There is at least one value, and all are finite.
  static func quantile(of values: [Double], at share: Double) -> Double {
    let sorted = values.sorted()
    let position = share * Double(sorted.count - 1)
    let below = sorted[Int(position)]
    let above = sorted[min(Int(position) + 1, sorted.count - 1)]
    // From the nearer of the two, as both libraries do, so that no rounding leads beyond either.
    let part = position - position.rounded(.down)
    return part < 0.5
      ? below + part * (above - below) : above - (above - below) * (1 - part)
  }
}
