/// The score test of a difference of paired proportions, and its interval (Tango 1998, Statistics in Medicine 17).
///
/// The variance is that under the difference that is tested, not the observed one, which is none where few items differ. Its
/// error rate is therefore close to the stated one there too, where that of the t test is several times as large.
///
/// ```swift
/// let test = PairedScoreTest(count: 228, firstOnly: 1, secondOnly: 0)
/// let pValue = test?.pValue(below: 0.02)  // 0.046
/// ```
package struct PairedScoreTest: Sendable, Equatable {
  /// The number of items, n.
  private let n: Double
  /// What speaks for either arm: items that only it gets right, b and c.
  private let b, c: Double

  /// Creates a test; nil without items, for NaN, and for parts that are negative or more than the items.
  ///
  /// Scores between 0 and 1 have a smaller variance than right and wrong answers with the same means: with the sum of their
  /// positive and of their negative differences for b and c, p values are too large rather than too small.
  package init?(count: Int, firstOnly: Double, secondOnly: Double) {
    guard count > 0, firstOnly >= 0, secondOnly >= 0,
      firstOnly + secondOnly <= Double(count) * (1 + 1e-12)
    else { return nil }
    (n, b, c) = (Double(count), firstOnly, secondOnly)
  }

  /// The statistic of a true difference of `limit`, in -1...1: normal if it is the true one.
  package func statistic(of limit: Double) -> Double {
    // The mirror image is the more accurate one for negative differences.
    guard limit >= 0 else { return -Self.statistic(n, c, b, -limit) }
    return Self.statistic(n, b, c, limit)
  }

  /// The p value of "the true difference is not above the limit".
  package func pValue(above limit: Double) -> Double {
    guard limit > -1 else { return limit < -1 ? 0 : 1 }
    guard limit < 1 else { return 1 }
    return NormalDistribution.upperTailProbability(at: statistic(of: limit))
  }

  /// The p value of "the true difference is not below the limit".
  package func pValue(below limit: Double) -> Double {
    guard limit < 1 else { return limit > 1 ? 0 : 1 }
    guard limit > -1 else { return 1 }
    return NormalDistribution.cumulativeProbability(at: statistic(of: limit))
  }

  /// The differences that the test does not reject at the level; nil for a level outside 0..<1.
  package func confidenceInterval(level: Double = 0.95) -> ClosedRange<Double>? {
    guard 0..<1 ~= level else { return nil }
    let z = -NormalDistribution.quantile(at: (1 - level) / 2)
    let lower = root(of: z)
    let upper = root(of: -z)
    return lower <= upper ? lower...upper : nil
  }

  /// The difference at which the statistic, which falls as the difference grows, takes a value; -1 or 1 if it never does.
  private func root(of value: Double) -> Double {
    var (low, high) = (-1.0, 1.0)
    guard statistic(of: low) > value else { return low }
    guard statistic(of: high) < value else { return high }
    for _ in 0..<64 {
      let middle = (low + high) / 2
      let statistic = statistic(of: middle)
      // Met exactly, it ends the search, so that mirror images have mirrored roots.
      if statistic == value { return middle }
      if statistic > value { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The statistic for a difference of 0 or more.
  private static func statistic(_ n: Double, _ b: Double, _ c: Double, _ limit: Double) -> Double {
    let distance = b - c - n * limit
    guard distance != 0 else { return 0 }
    // The likeliest p₂₁ if p₁₂ - p₂₁ is the limit: the larger root of 2n p² + linear p - product = 0.
    let linear = limit * (2 * n - b + c) - (b + c)
    let product = c * limit * (1 - limit)
    let root = (linear * linear + 8 * n * product).squareRoot()
    let share = linear > 0 ? 2 * product / (linear + root) : (root - linear) / (4 * n)
    let variance = n * (2 * share + limit * (1 - limit))
    guard variance > 0 else { return distance < 0 ? -.infinity : .infinity }
    return distance / variance.squareRoot()
  }
}
