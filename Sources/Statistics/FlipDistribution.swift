/// The number of right answers gained less those lost, if each of n items changes with the same probability, as often for the
/// better as for the worse.
///
/// Exact, where the normal distribution puts too little beyond its limits: with few changing items, the tails are those of a
/// difference of two Poisson variables (Skellam 1946).
package struct FlipDistribution: Sendable, Equatable {
  /// Numbers of changing items beyond this take too long and are as good as normal.
  package static let largestMean = 50.0

  /// For the numbers of changing items that matter, their probability.
  private let cases: [(changed: BinomialDistribution, probability: Double)]
  /// The number of items.
  private let count: Int

  package static func == (left: FlipDistribution, right: FlipDistribution) -> Bool {
    left.count == right.count && left.cases.elementsEqual(right.cases) { $0 == $1 }
  }

  /// The distribution; nil without items, for a share outside 0...1, and where more than ``largestMean`` change on average.
  package init?(count: Int, discordance: Double) {
    guard count > 0, Double(count) * discordance <= Self.largestMean,
      let number = BinomialDistribution(count: count, probability: discordance)
    else { return nil }
    var cases: [(BinomialDistribution, Double)] = []
    for changed in 0...count {
      let probability = number.probability(of: changed)
      let isPast = Double(changed) > discordance * Double(count)
      if isPast, probability < 1e-16 { break }
      guard let fair = BinomialDistribution(count: changed, probability: 0.5) else { return nil }
      cases.append((fair, probability))
    }
    self.cases = cases
    self.count = count
  }

  /// The probability that gains and losses differ by at most `bound`.
  package func probability(within bound: Int) -> Double {
    guard bound >= 0 else { return 0 }
    return Sample.sum(
      cases.map { changed, probability in
        guard bound < changed.count else { return probability }
        // |2g - m| ≤ k for g gains of m changes: losses and gains are at least (m - k)/2, rounded up.
        let least = (changed.count - bound + 1) / 2
        return probability * max(0, 1 - 2 * changed.cumulativeProbability(at: least - 1))
      })
  }

  /// The smallest bound that is kept with at least this probability; nil for one outside 0..<1.
  package func bound(level: Double) -> Int? {
    guard 0..<1 ~= level else { return nil }
    return (0...count).first { probability(within: $0) >= level } ?? count
  }
}
