/// Whether the mean of some runs is that of reference runs: MLPerf's test of reference convergence points, for both sides.
///
/// The mean leaves out the best and the worst runs ("olympic"); the standard deviation is that of all reference runs, with
/// k in the denominator, and serves for both sides, as in MLPerf's checker (mlcommons/logging, rcp_checker). Its written
/// rules take the standard deviation of the remaining runs, which is smaller.
package struct ReferenceConvergence: Sendable, Equatable {
  /// The mean of the reference runs without the ones left out.
  package let mean: Double
  /// The standard deviation of all reference runs, with their number in the denominator.
  package let standardDeviation: Double
  /// Half the width of the accepted range.
  package let halfWidth: Double

  /// The least mean that is accepted.
  package var lower: Double { mean - halfWidth }
  /// The largest mean that is accepted.
  package var upper: Double { mean + halfWidth }

  /// The test of a mean of `ownRuns` runs, of which as many are left out where there are enough.
  ///
  /// Nil for fewer than four runs, NaN, infinities, or another level.
  ///
  /// - Parameters:
  ///   - runs: the reference runs; at least four, of which the best and the worst are left out.
  ///   - level: the probability that runs of the same kind are accepted, below 1.
  ///   - ownRuns: the number of runs that are compared.
  package init?(_ runs: [Double], level: Double = 0.95, ownRuns: Int = 1) {
    guard runs.count >= 4, runs.allSatisfy(\.isFinite), ownRuns >= 1 else { return nil }
    let kept = Array(runs.sorted().dropFirst().dropLast())
    guard let mean = Sample.mean(kept), let all = Sample.mean(runs),
      let variance = Sample.mean(runs.map { ($0 - all) * ($0 - all) })
    else { return nil }
    self.init(
      mean: mean, standardDeviation: variance.squareRoot(), referenceCount: kept.count,
      ownCount: ownRuns >= 4 ? ownRuns - 2 : ownRuns, tail: (1 - level) / 2)
  }

  /// The test from a summary of the reference runs.
  ///
  /// Nil without runs, with fewer than three in all, or for a tail outside 0..<0.5.
  ///
  /// - Parameters:
  ///   - mean: the mean of the reference runs that count.
  ///   - standardDeviation: the standard deviation that serves for both sides.
  ///   - referenceCount: the number of reference runs that count.
  ///   - ownCount: the number of own runs that count.
  ///   - tail: the probability of a mean outside the range on one side, for runs of the same kind.
  package init?(
    mean: Double, standardDeviation: Double, referenceCount: Int, ownCount: Int, tail: Double
  ) {
    guard referenceCount > 0, ownCount > 0, tail > 0, tail < 0.5,
      let student = StudentDistribution(
        degreesOfFreedom: Double(referenceCount + ownCount - 2))
    else { return nil }
    self.mean = mean
    self.standardDeviation = standardDeviation
    halfWidth =
      -student.quantile(at: tail) * standardDeviation
      * (1 / Double(referenceCount) + 1 / Double(ownCount)).squareRoot()
  }
}
