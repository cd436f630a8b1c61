/// The sign-flip test of sums that do not depend on each other: whether they lie around zero (Fisher 1935, The Design of
/// Experiments, section 21).
///
/// If neither arm is better, each sum could as well have had the other sign. The p value is the share of all ways to choose
/// the signs whose total is as far from zero as the observed one: exact however few sums there are, and however they are
/// distributed. For sums of 1 and -1 it is McNemar's exact test.
package struct SignFlipTest: Sendable, Equatable {
  /// So many sums are tested; beyond, Student's t is as good and there are too many ways.
  package static let largestCount = 20

  /// The sums other than zero.
  private let sums: [Double]

  /// Prepares a test, for instance of the sums over clusters of first minus second.
  ///
  /// Nil for more than ``largestCount`` sums other than zero, for NaN and for infinities.
  package init?(sums: [Double]) {
    let sums = sums.filter { $0 != 0 }
    guard sums.count <= Self.largestCount, sums.allSatisfy(\.isFinite) else { return nil }
    self.sums = sums
  }

  /// The number of sums other than zero.
  package var count: Int { sums.count }

  /// The two-sided p value; 1 if all sums are zero.
  ///
  /// - Complexity: O(2ⁿ) for n sums.
  package var pValue: Double {
    // The last bits of a sum do not decide.
    let scale = Sample.sum(sums.map(\.magnitude))
    let limit = Sample.sum(sums).magnitude - 1e-12 * scale
    guard let first = sums.first else { return 1 }
    // Turning all signs changes no distance, so that the first one may stay.
    let extreme = sums.withUnsafeBufferPointer { Self.count($0, from: 1, sum: first, limit: limit) }
    return Double(extreme) / Double(1 << (sums.count - 1))
  }

  /// The smallest p value that so many sums could have; 1 without any.
  package static func smallestPValue(count: Int) -> Double {
    var p = 1.0
    for _ in 0..<max(0, min(count, 1000) - 1) { p /= 2 }
    return p
  }

  /// How many choices of the signs from an index on end as far from zero as the limit.
  private static func count(
    _ sums: UnsafeBufferPointer<Double>, from index: Int, sum: Double, limit: Double
  ) -> Int {
    guard index < sums.count else { return sum.magnitude >= limit ? 1 : 0 }
    return count(sums, from: index + 1, sum: sum + sums[index], limit: limit)
      + count(sums, from: index + 1, sum: sum - sums[index], limit: limit)
  }
}
