internal import Tensors

/// Tokens counted in a grid over the entropy of their prediction and the probability of the target: the picture by which Diao et
/// al., "Entropy-Adaptive Fine-Tuning", arXiv 2601.02151, find confident conflicts, where both are low.
package struct TokenDensity: Sendable, Equatable {
  /// Cells over the entropies, from 0 to ``largestEntropy``, and over the probabilities, from 0 to 1.
  package static let entropyCells = 12
  package static let probabilityCells = 10
  /// ln 20 in nats, the largest entropy of the 20 largest logits; what is larger is counted in the last cells.
  package static let largestEntropy = 2.995732273553991

  /// Number of tokens of each cell, those of the lowest entropies first and of these those of the lowest probabilities.
  package let counts: [Int]
  /// The mean weight of the tokens of each stretch of entropies; nil where there are none.
  package let meanWeights: [Double?]

  /// Counts tokens, of which none need be there.
  package init(_ tokens: TokenMeasures) {
    var counts = [Int](repeating: 0, count: Self.entropyCells * Self.probabilityCells)
    var sums = [Double](repeating: 0, count: Self.entropyCells)
    var totals = [Int](repeating: 0, count: Self.entropyCells)
    for (index, entropy) in tokens.entropies.enumerated() {
      let probability = ElementaryFunctions.exp(-tokens.crossEntropies[index])
      let stretch = Self.cell(entropy / Self.largestEntropy, of: Self.entropyCells)
      let row = Self.cell(probability, of: Self.probabilityCells)
      counts[stretch * Self.probabilityCells + row] += 1
      sums[stretch] += tokens.weights[index]
      totals[stretch] += 1
    }
    self.counts = counts
    meanWeights = zip(sums, totals).map { $1 > 0 ? $0 / Double($1) : nil }
  }

  private static func cell(_ share: Double, of count: Int) -> Int {
    min(max(Int(share * Double(count)), 0), count - 1)
  }
}
