/// Sums over trainable tokens of what an objective gives for each.
struct TokenLosses: Equatable {
  /// Number of tokens.
  var count = 0
  /// Weight times cross entropy.
  var weighted = 0.0
  /// Cross entropy.
  var crossEntropy = 0.0
  /// Entropy of the largest logits.
  var entropy = 0.0
  /// Weight.
  var weight = 0.0

  /// Adds the sums over other tokens.
  mutating func add(_ other: TokenLosses) {
    count += other.count
    weighted += other.weighted
    crossEntropy += other.crossEntropy
    entropy += other.entropy
    weight += other.weight
  }
}
