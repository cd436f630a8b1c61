/// Confidence intervals of a proportion.
package enum Proportion {
  /// The 0.975 quantile of the standard normal distribution, for 95 % two-sided intervals.
  package static let z95 = 1.959963984540054

  /// The score interval of Wilson (1927) for `successes` of `count` independent items, two-sided.
  ///
  /// - Parameters:
  ///   - successes: The number of successes.
  ///   - count: The number of items.
  ///   - z: The normal quantile of the level; that of 95 % by default.
  /// - Returns: The interval, inside 0...1; nil without items or for an impossible number of successes.
  package static func wilsonInterval(successes: Int, count: Int, z: Double = z95)
    -> ClosedRange<Double>?
  {
    guard count > 0, 0...count ~= successes, z >= 0, z.isFinite else { return nil }
    let n = Double(count)
    let p = Double(successes) / n
    let denominator = 1 + z * z / n
    let centre = (p + z * z / (2 * n)) / denominator
    let halfWidth = z / denominator * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    // At 0 and at n successes the bound is exactly 0 or 1, which rounding must not miss.
    let lower = successes == 0 ? 0 : max(0, centre - halfWidth)
    let upper = successes == count ? 1 : min(1, centre + halfWidth)
    return lower...upper
  }

  /// The exact interval of Clopper and Pearson (1934) for `successes` of `count` independent items, two-sided.
  ///
  /// It holds the true proportion at least as often as `level` says, whatever the proportion and the number of items.
  ///
  /// - Parameters:
  ///   - successes: The number of successes.
  ///   - count: The number of items.
  ///   - level: The share of samples whose interval holds the true proportion.
  /// - Returns: The interval, inside 0...1; nil without items, for an impossible number or a level outside 0..<1.
  package static func clopperPearsonInterval(
    successes: Int, count: Int, level: Double = 0.95
  ) -> ClosedRange<Double>? {
    guard count > 0, 0...count ~= successes, 0..<1 ~= level else { return nil }
    let tail = (1 - level) / 2
    let (right, wrong) = (Double(successes), Double(count - successes))
    let lower = BetaDistribution(alpha: right, beta: wrong + 1)?.quantile(at: tail) ?? 0
    let upper = BetaDistribution(alpha: right + 1, beta: wrong)?.quantile(at: 1 - tail) ?? 1
    return min(lower, upper)...max(lower, upper)
  }

  /// The interval of equal tails of the proportion after `successes` of `count` items, if every proportion was equally
  /// likely before: of the beta distribution with successes + 1 and failures + 1.
  ///
  /// For few items it is to be preferred to normal approximations (Bowyer et al. 2025, arXiv 2503.01747).
  ///
  /// - Parameters:
  ///   - successes: The number of successes.
  ///   - count: The number of items.
  ///   - level: The probability that the proportion lies inside.
  /// - Returns: The interval; nil for an impossible number of successes or a level outside 0..<1.
  package static func uniformPriorInterval(
    successes: Int, count: Int, level: Double = 0.95
  ) -> ClosedRange<Double>? {
    guard 0...max(0, count) ~= successes, 0..<1 ~= level,
      let posterior = BetaDistribution(
        alpha: Double(successes + 1), beta: Double(count - successes + 1))
    else { return nil }
    let tail = (1 - level) / 2
    return posterior.quantile(at: tail)...posterior.quantile(at: 1 - tail)
  }
}
