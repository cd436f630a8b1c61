/// Whether the mean of some runs is that of reference runs: MLPerf's test of reference convergence points, for both sides.
///
/// The mean leaves out the best and the worst runs ("olympic"); the standard deviation is that of all reference runs, with
/// k in the denominator, and serves for both sides, as in MLPerf's checker (mlcommons/logging, rcp_checker). Its written
/// rules take the standard deviation of the remaining runs, which is smaller.
package struct ReferenceConvergence: Sendable, Equatable {
  /// The mean of the reference runs without the ones left out.
  package let mean: Double
  /// That mean with the standard error s √(1/k + 1/m) of another mean's distance from it, for k reference runs and m own ones
  /// that count; nil for runs that are all equal.
  package let estimate: Estimate?

  /// The test of a mean of `ownRuns` runs, of which as many are left out where there are enough.
  ///
  /// Nil for fewer than four runs, NaN and infinities.
  ///
  /// - Parameters:
  ///   - runs: the reference runs; at least four, of which the best and the worst are left out.
  ///   - ownRuns: the number of runs that are compared.
  package init?(_ runs: [Double], ownRuns: Int = 1) {
    guard runs.count >= 4, runs.allSatisfy(\.isFinite), ownRuns >= 1 else { return nil }
    let kept = Array(runs.sorted().dropFirst().dropLast())
    guard let mean = Sample.mean(kept), let all = Sample.mean(runs),
      let variance = Sample.mean(runs.map { ($0 - all) * ($0 - all) })
    else { return nil }
    let count = ownRuns >= 4 ? ownRuns - 2 : ownRuns
    self.mean = mean
    estimate = Estimate(
      value: mean,
      standardError: (variance * (1 / Double(kept.count) + 1 / Double(count))).squareRoot(),
      degreesOfFreedom: Double(kept.count + count - 2))
  }
}
