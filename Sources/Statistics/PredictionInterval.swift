/// Where one more run of the same experiment is expected to fall, given runs that differ in nothing but chance.
///
/// mean ± t · s · √(1 + 1/k) of k runs, with the (1 + level)/2 quantile of Student's distribution with k - 1 degrees of
/// freedom, for runs that are normally distributed.
package struct PredictionInterval: Sendable, Equatable {
  /// The mean of the runs.
  package let mean: Double
  /// The standard deviation of the runs, with k - 1 in the denominator.
  package let standardDeviation: Double
  /// The number of runs, k.
  package let count: Int
  /// The probability that the next run falls inside.
  package let level: Double
  /// t √(1 + 1/k), by which the standard deviation is multiplied: 15.56 for two runs, 3.04 for five, at 95 %.
  package let multiplier: Double

  /// The interval of these runs; nil for fewer than two, for NaN or infinities, and for a level outside 0..<1.
  package init?(runs: [Double], level: Double = 0.95) {
    guard let mean = Sample.mean(runs), let deviation = Sample.standardDeviation(runs),
      mean.isFinite, deviation.isFinite,
      let multiplier = Self.multiplier(count: runs.count, level: level)
    else { return nil }
    self.mean = mean
    standardDeviation = deviation
    count = runs.count
    self.level = level
    self.multiplier = multiplier
  }

  /// Half the width of the interval; 0 for runs that are all equal.
  package var halfWidth: Double { multiplier * standardDeviation }

  /// The interval.
  package var range: ClosedRange<Double> { (mean - halfWidth)...(mean + halfWidth) }

  /// t √(1 + 1/k) for k runs; nil for fewer than two runs or a level outside 0..<1.
  package static func multiplier(count: Int, level: Double = 0.95) -> Double? {
    guard count > 1, 0..<1 ~= level,
      let student = StudentDistribution(degreesOfFreedom: Double(count - 1))
    else { return nil }
    return -student.quantile(at: (1 - level) / 2) * (1 + 1 / Double(count)).squareRoot()
  }
}
