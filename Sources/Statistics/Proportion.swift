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
}
