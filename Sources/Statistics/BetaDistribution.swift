/// The beta distribution: probabilities are the regularised incomplete beta function Iₓ(α, β), quantiles its inverse.
///
/// Relative error of a tail about 1e-14, more (1e-16 times the exponent) where it is below 1e-30.
package struct BetaDistribution: Sendable, Equatable {
  /// The shape parameters, that of x and that of 1 - x.
  package let alpha: Double
  package let beta: Double

  /// The distribution of these shapes; nil unless both are in 0.5...1e12, where the accuracy has been checked.
  package init?(alpha: Double, beta: Double) {
    guard 0.5...1e12 ~= alpha, 0.5...1e12 ~= beta else { return nil }
    self.alpha = alpha
    self.beta = beta
  }

  /// The probability of a value up to x; NaN for NaN.
  package func cumulativeProbability(at x: Double) -> Double { tails(x: x, y: 1 - x).lower }

  /// The probability of a value above x, as accurate when small as the other tail; NaN for NaN.
  package func upperTailProbability(at x: Double) -> Double { tails(x: x, y: 1 - x).upper }

  /// The x below which the probability is p; NaN for p outside 0...1.
  package func quantile(at p: Double) -> Double {
    let odds = quantileOdds(lower: p, upper: 1 - p)
    return odds <= 1 ? odds / (1 + odds) : 1 / (1 + 1 / odds)
  }

  /// The probabilities on both sides of x, where y = 1 - x is given, as x may be too close to 1 to tell.
  func tails(x: Double, y: Double) -> (lower: Double, upper: Double) {
    guard !x.isNaN, !y.isNaN else { return (.nan, .nan) }
    guard x > 0 else { return (0, 1) }
    guard y > 0 else { return (1, 0) }
    let kernel = BetaKernel(a: alpha, b: beta, x: x, y: y)
    // The continued fraction is that of the side on which x lies; it is the smaller one, or nearly.
    if kernel.deviation >= 0 {
      let lower = Self.tail(kernel, a: alpha, b: beta, x: x, y: y, deviation: kernel.deviation)
      return (lower, 1 - lower)
    }
    let upper = Self.tail(kernel, a: beta, b: alpha, x: y, y: x, deviation: -kernel.deviation)
    return (1 - upper, upper)
  }

  /// The odds x/(1 - x) of the quantile with these probabilities below and above; NaN unless both are in 0...1.
  ///
  /// Newton's method on the logarithm of the tail as a function of the logarithm of the odds: the function is concave,
  /// so that it converges from everywhere; a bracket guards it against tails that underflow.
  func quantileOdds(lower: Double, upper: Double) -> Double {
    guard 0...1 ~= lower, 0...1 ~= upper else { return .nan }
    guard lower > 0 else { return 0 }
    guard upper > 0 else { return .infinity }
    if lower > upper {
      guard let mirrored = Self(alpha: beta, beta: alpha) else { return .nan }
      return 1 / mirrored.quantileOdds(lower: upper, upper: lower)
    }
    let spread = (1 / alpha + 1 / beta).squareRoot()
    var odds = alpha / beta * Elementary.exp(NormalDistribution.quantile(at: lower) * spread)
    var bracket = (low: 0.0, high: Double.infinity)
    for _ in 0..<300 {
      let (x, y) = (odds / (1 + odds), 1 / (1 + odds))
      let tail = tails(x: x, y: y).lower
      let slope = BetaKernel(a: alpha, b: beta, x: x, y: y).value
      let step = Elementary.log(tail / lower) * tail / slope
      if tail < lower { bracket.low = odds } else { bracket.high = odds }
      var next = odds * Elementary.exp(-step)
      // At a step of this size the next one would be below the rounding error.
      if step.magnitude < 1e-11 { return next }
      if !(bracket.low < next && next < bracket.high) {
        switch (bracket.low > 0, bracket.high < .infinity) {
        case (true, true): next = bracket.low.squareRoot() * bracket.high.squareRoot()
        case (true, false): next = odds * 8
        default: next = odds / 8
        }
        if next == bracket.low || next == bracket.high { return next }
      }
      odds = next
    }
    return odds
  }

  /// The probability below x by the continued fraction of DiDonato and Morris (1992, ACM TOMS 18, algorithm 708, BFRAC).
  ///
  /// For x not above the mean a/(a + b), where a and b are the shapes of x and y = 1 - x; the deviation is a - (a + b)x.
  private static func tail(
    _ kernel: BetaKernel, a: Double, b: Double, x: Double, y: Double, deviation: Double
  ) -> Double {
    guard kernel.value > 0 else { return 0 }
    // The m-th partial quotient: numerator and denominator.
    func denominator(_ m: Double) -> Double {
      // The second term vanishes for m = 0, also for a = 1.
      (m > 0 ? m + m * (b - m) * x / (a + 2 * m - 1) : 0)
        + (a + m) * (deviation + 1 + m * (1 + y)) / (a + 2 * m + 1)
    }
    func numerator(_ m: Double) -> Double {
      let d = a + 2 * m - 1
      return ((a + m - 1) / d) * ((a + b + m - 1) / d) * m * (b - m) * x * x
    }
    // From the last quotient to the first, where rounding errors shrink; twice as many until it no longer matters.
    func fraction(_ quotients: Int) -> Double {
      var value = denominator(Double(quotients))
      for m in stride(from: Double(quotients), to: 0, by: -1) {
        value = denominator(m - 1) + numerator(m) / value
      }
      return value
    }
    var quotients = 16
    var value = fraction(quotients)
    // Some 50,000 for a and b of 1e9 each; the bound only stops what rounding keeps from settling. Rounding alone moves
    // the value by several units in the last place, so that less than 32 of them count as settled.
    while quotients < 1 << 20 {
      quotients *= 2
      let next = fraction(quotients)
      let change = (next - value).magnitude
      value = next
      if change <= 32 * value.ulp { break }
    }
    return min(kernel.value / value, 1)
  }
}
