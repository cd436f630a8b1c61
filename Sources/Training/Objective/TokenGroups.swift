internal import Recipes
internal import Tensors

/// Tokens in four groups: entropy low or not, probability low or not, each below a quantile of all these tokens.
///
/// Tokens with both low are what Diao et al., "Entropy-Adaptive Fine-Tuning", arXiv 2601.02151, call confident conflicts;
/// their pilot takes the lowest 15 % of both, as ``ConflictMask`` does, whose rule this is.
package struct TokenGroups: Sendable {
  /// What an objective does at the tokens of a group, added in their order.
  package struct Sums: Sendable, Equatable {
    /// Sum of weight times cross entropy in nats.
    package fileprivate(set) var loss = 0.0
    /// Sum of ``TokenMeasures/gradientNorms``.
    package fileprivate(set) var gradientNorm = 0.0
  }

  /// The order of the groups: both low, the entropy, the probability, neither.
  package static let order = [(true, true), (true, false), (false, true), (false, false)].map {
    (isEntropyLow: $0, isProbabilityLow: $1)
  }

  /// What low entropies are below, in nats, and low probabilities.
  package let entropyThreshold: Double
  package let probabilityThreshold: Double
  /// Number of tokens of each group.
  package let counts: [Int]
  /// The group of each token.
  private let groups: [Int]

  /// Divides tokens by how a model predicts them; there is at least one.
  package init(_ tokens: TokenMeasures, entropyQuantile: Double, probabilityQuantile: Double) {
    let probabilities = tokens.crossEntropies.map { ElementaryFunctions.exp(-$0) }
    let entropy = ConflictMask.quantile(of: tokens.entropies, at: entropyQuantile)
    let probability = ConflictMask.quantile(of: probabilities, at: probabilityQuantile)
    (entropyThreshold, probabilityThreshold) = (entropy, probability)
    groups = zip(tokens.entropies, probabilities).map {
      ($0 < entropy ? 0 : 2) + ($1 < probability ? 0 : 1)
    }
    var counts = Self.order.map { _ in 0 }
    for group in groups { counts[group] += 1 }
    self.counts = counts
  }

  /// What an objective does at the same tokens, group by group.
  package func sums(_ tokens: TokenMeasures) -> [Sums] {
    precondition(tokens.weights.count == groups.count, "The same tokens are measured.")
    var sums = Self.order.map { _ in Sums() }
    for (index, group) in groups.enumerated() {
      sums[group].loss += tokens.weights[index] * tokens.crossEntropies[index]
      sums[group].gradientNorm += tokens.gradientNorms[index]
    }
    return sums
  }
}
