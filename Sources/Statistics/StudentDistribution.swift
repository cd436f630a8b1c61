/// Student's t distribution; with infinitely many degrees of freedom the standard normal one.
///
/// Accuracy as that of ``BetaDistribution``.
package struct StudentDistribution: Sendable, Equatable {
  /// The degrees of freedom, which may be infinite.
  package let degreesOfFreedom: Double
  /// The distribution of ν/(ν + t²); nil for the normal distribution.
  private let beta: BetaDistribution?

  /// The distribution; nil for less than one degree of freedom, NaN, or finite numbers above 2e12.
  package init?(degreesOfFreedom: Double) {
    self.degreesOfFreedom = degreesOfFreedom
    if degreesOfFreedom == .infinity {
      beta = nil
      return
    }
    guard let beta = BetaDistribution(alpha: degreesOfFreedom / 2, beta: 0.5),
      degreesOfFreedom >= 1
    else { return nil }
    self.beta = beta
  }

  /// The probability of a value up to t; NaN for NaN.
  package func cumulativeProbability(at t: Double) -> Double {
    guard let beta else { return NormalDistribution.cumulativeProbability(at: t) }
    let (outside, inside) = probabilities(of: t, beta)
    if t.magnitude <= 1 { return t < 0 ? 0.5 - inside / 2 : 0.5 + inside / 2 }
    return t < 0 ? outside / 2 : 1 - outside / 2
  }

  /// The probability of a value above t, as accurate when small as the other tail; NaN for NaN.
  package func upperTailProbability(at t: Double) -> Double { cumulativeProbability(at: -t) }

  /// The probability of a value at least as far from 0 as t, on either side; NaN for NaN.
  package func twoSidedProbability(of t: Double) -> Double {
    guard let beta else { return NormalDistribution.twoSidedProbability(of: t) }
    return probabilities(of: t, beta).outside
  }

  /// The t below which the probability is p; NaN for p outside 0...1.
  package func quantile(at p: Double) -> Double {
    guard let beta else { return NormalDistribution.quantile(at: p) }
    guard 0...1 ~= p else { return .nan }
    // 2 min(p, 1 - p) and its complement are exact where they are small.
    let tail = min(p, 1 - p)
    let odds = beta.quantileOdds(lower: 2 * tail, upper: 1 - 2 * tail)
    let t = (degreesOfFreedom / odds).squareRoot()
    return p < 0.5 ? -t : t
  }

  /// The probabilities of a value farther from 0 than t and of one closer.
  private func probabilities(of t: Double, _ beta: BetaDistribution) -> (
    outside: Double, inside: Double
  ) {
    let ratio = t.magnitude / degreesOfFreedom.squareRoot()
    // ν/(ν + t²) and t²/(ν + t²), each without cancellation or overflow.
    let (x, y): (Double, Double)
    if ratio > 1 {
      let square = 1 / ratio / ratio
      (x, y) = (square / (1 + square), 1 / (1 + square))
    } else {
      let square = t * t / degreesOfFreedom
      (x, y) = (1 / (1 + square), square / (1 + square))
    }
    let tails = beta.tails(x: x, y: y)
    return (tails.lower, tails.upper)
  }
}
