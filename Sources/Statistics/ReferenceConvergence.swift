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

  /// The test of the mean of some runs.
  ///
  /// Nil if fewer than two runs are left, for NaN and for infinities.
  ///
  /// - Parameters:
  ///   - runs: the reference runs.
  ///   - ownRuns: the number of runs that are compared.
  ///   - dropped: how many of the best and how many of the worst runs are left out on both sides: 4 for MLPerf's unet3d, 1
  ///     for its other benchmarks.
  package init?(_ runs: [Double], ownRuns: Int = 1, dropped: Int = 1) {
    guard dropped >= 0, runs.count >= 2 * dropped + 2, runs.allSatisfy(\.isFinite), ownRuns >= 1
    else { return nil }
    let kept = Self.kept(runs, dropped: dropped)
    guard let mean = Sample.mean(kept), let all = Sample.mean(runs),
      let variance = Sample.mean(runs.map { ($0 - all) * ($0 - all) })
    else { return nil }
    let count = Self.keptCount(of: ownRuns, dropped: dropped)
    self.mean = mean
    estimate = Estimate(
      value: mean,
      standardError: (variance * (1 / Double(kept.count) + 1 / Double(count))).squareRoot(),
      degreesOfFreedom: Double(kept.count + count - 2))
  }

  /// The mean of runs that are compared, without those that are left out: of three, the middle one.
  package static func mean(of runs: [Double], dropped: Int = 1) -> Double? {
    Sample.mean(kept(runs, dropped: dropped))
  }

  /// The runs that count; all if there are too few to leave any out.
  private static func kept(_ runs: [Double], dropped: Int) -> [Double] {
    guard keptCount(of: runs.count, dropped: dropped) < runs.count else { return runs }
    return Array(runs.sorted().dropFirst(dropped).dropLast(dropped))
  }

  private static func keptCount(of count: Int, dropped: Int) -> Int {
    count > 2 * dropped ? count - 2 * dropped : count
  }
}
