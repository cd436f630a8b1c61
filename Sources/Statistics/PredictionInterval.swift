/// Where the mean of some more runs of the same experiment is expected to fall, given runs that differ in nothing but chance.
///
/// mean ± t · s · √(1/k + 1/m) for k runs and m more, with the (1 + level)/2 quantile of Student's distribution with k - 1
/// degrees of freedom, for runs that are normally distributed.
package struct PredictionInterval: Sendable, Equatable {
  /// The mean of the runs.
  package let mean: Double
  /// The standard deviation of the runs, with k - 1 in the denominator.
  package let standardDeviation: Double
  /// Mean and standard error s √(1/k + 1/m) of what is predicted; nil for runs that are all equal.
  package let estimate: Estimate?
  /// t √(1/k + 1/m), by which the standard deviation is multiplied: 15.56 for two runs and one more, 3.04 for five, at 95 %.
  package let multiplier: Double

  /// The interval of the mean of `ownRuns` more runs.
  ///
  /// Nil for fewer than two runs or none more, for NaN or infinities, and for a level outside 0..<1.
  package init?(runs: [Double], level: Double = 0.95, ownRuns: Int = 1) {
    guard let mean = Sample.mean(runs), let deviation = Sample.standardDeviation(runs),
      mean.isFinite, deviation.isFinite,
      let multiplier = Self.multiplier(count: runs.count, level: level, ownRuns: ownRuns)
    else { return nil }
    self.mean = mean
    standardDeviation = deviation
    self.multiplier = multiplier
    estimate = Estimate(
      value: mean, standardError: deviation * Self.spread(runs.count, ownRuns),
      degreesOfFreedom: Double(runs.count - 1))
  }

  /// Half the width of the interval; 0 for runs that are all equal.
  package var halfWidth: Double { multiplier * standardDeviation }

  /// The interval.
  package var range: ClosedRange<Double> { (mean - halfWidth)...(mean + halfWidth) }

  /// t √(1/k + 1/m) for k runs and m more; nil for fewer than two runs, none more, or a level outside 0..<1.
  package static func multiplier(count: Int, level: Double = 0.95, ownRuns: Int = 1) -> Double? {
    guard count > 1, ownRuns > 0, 0..<1 ~= level,
      let student = StudentDistribution(degreesOfFreedom: Double(count - 1))
    else { return nil }
    return -student.quantile(at: (1 - level) / 2) * spread(count, ownRuns)
  }

  private static func spread(_ count: Int, _ ownRuns: Int) -> Double {
    (1 / Double(count) + 1 / Double(ownRuns)).squareRoot()
  }
}
