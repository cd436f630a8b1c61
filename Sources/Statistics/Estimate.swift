/// An estimate with its standard error, and what can be concluded from it by the t distribution.
package struct Estimate: Sendable, Equatable {
  /// The estimated value.
  package let value: Double
  /// Its standard error, above zero.
  package let standardError: Double
  /// The degrees of freedom of the standard error; infinite for the normal distribution.
  package let degreesOfFreedom: Double
  /// The reference distribution of the value divided by its standard error.
  let distribution: StudentDistribution

  /// Creates an estimate; nil unless all numbers can be used.
  ///
  /// That is: a finite value, a finite standard error above zero, and from one to 2e12 or infinitely many degrees of
  /// freedom. A standard error of zero says that the items showed no spread, not that the value is certain.
  package init?(value: Double, standardError: Double, degreesOfFreedom: Double = .infinity) {
    guard value.isFinite, standardError > 0, standardError.isFinite,
      let distribution = StudentDistribution(degreesOfFreedom: degreesOfFreedom)
    else { return nil }
    self.value = value
    self.standardError = standardError
    self.degreesOfFreedom = degreesOfFreedom
    self.distribution = distribution
  }

  /// The value in standard errors.
  package var statistic: Double { value / standardError }

  /// The two-sided p value of the value being 0.
  package var pValue: Double { distribution.twoSidedProbability(of: statistic) }

  /// The p value of "the true value is not above the limit".
  package func pValue(above limit: Double) -> Double {
    distribution.upperTailProbability(at: (value - limit) / standardError)
  }

  /// The p value of "the true value is not below the limit".
  package func pValue(below limit: Double) -> Double {
    distribution.upperTailProbability(at: (limit - value) / standardError)
  }

  /// The p value of "the true value is off zero by the margin or more": two one-sided tests (Schuirmann 1987).
  ///
  /// It is below α exactly if the confidence interval of level 1 - 2α lies between -margin and margin.
  package func equivalencePValue(margin: Double) -> Double {
    max(pValue(above: -margin), pValue(below: margin))
  }

  /// The two-sided confidence interval; nil for a level outside 0..<1.
  package func confidenceInterval(level: Double = 0.95) -> ClosedRange<Double>? {
    guard 0..<1 ~= level else { return nil }
    let halfWidth = -distribution.quantile(at: (1 - level) / 2) * standardError
    guard halfWidth.isFinite else { return nil }
    return (value - halfWidth)...(value + halfWidth)
  }

  /// The difference of two estimates that do not depend on each other, with infinitely many degrees of freedom.
  ///
  /// For arms scored on the same items use ``PairedDifference``; this is what can be said from two published cells alone.
  package func unpairedDifference(from other: Estimate) -> Estimate? {
    Estimate(
      value: value - other.value,
      standardError: (standardError * standardError + other.standardError * other.standardError)
        .squareRoot())
  }
}
