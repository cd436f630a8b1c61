/// How well each of some tokens was predicted, in their order.
struct TokenPredictions {
  /// Cross entropies in nats.
  var crossEntropies: [Double] = []
  /// Entropies of the largest logits in nats.
  var entropies: [Double] = []

  /// Adds other tokens behind these.
  mutating func append(_ other: TokenPredictions) {
    crossEntropies += other.crossEntropies
    entropies += other.entropies
  }
}
