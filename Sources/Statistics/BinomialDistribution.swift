/// The number of successes among n independent items of equal probability.
package struct BinomialDistribution: Sendable, Equatable {
  /// The number of items, n.
  package let count: Int
  /// The probability of success of one item, p.
  package let probability: Double

  /// The distribution; nil for a negative number of items, more than 1e12, or a probability outside 0...1.
  package init?(count: Int, probability: Double) {
    guard 0...1_000_000_000_000 ~= count, 0...1 ~= probability else { return nil }
    self.count = count
    self.probability = probability
  }

  /// The probability of exactly `successes`; 0 for an impossible number.
  package func probability(of successes: Int) -> Double {
    guard 0...count ~= successes else { return 0 }
    let (p, q) = (probability, 1 - probability)
    if successes == 0 { return allAlike(q, other: p) }
    if successes == count { return allAlike(p, other: q) }
    let (a, b) = (Double(successes), Double(count - successes))
    return BetaKernel(a: a, b: b, x: p, y: q).value * (Double(count) / b / a)
  }

  /// The probability of at most `successes`.
  package func cumulativeProbability(at successes: Int) -> Double { tails(at: successes).lower }

  /// The probability of more than `successes`, as accurate when small as the other tail.
  package func upperTailProbability(at successes: Int) -> Double { tails(at: successes).upper }

  /// The probabilities of at most `successes` and of more: the incomplete beta function at q and p.
  private func tails(at successes: Int) -> (lower: Double, upper: Double) {
    guard successes >= 0 else { return (0, 1) }
    guard successes < count else { return (1, 0) }
    // Shapes are at least 1, so that there is such a distribution.
    let beta = BetaDistribution(alpha: Double(count - successes), beta: Double(successes + 1))
    return beta?.tails(x: 1 - probability, y: probability) ?? (.nan, .nan)
  }

  /// The n-th power of a probability, given 1 less it.
  private func allAlike(_ p: Double, other q: Double) -> Double {
    guard count > 0 else { return 1 }
    guard p > 0 else { return 0 }
    let n = Double(count)
    return Elementary.exp(
      -(BetaKernel.deviance(count: n, mean: n * p, difference: n * q) + n * q))
  }
}
