/// Whether a printed standard error fits printed proportions: the descriptive binary test (Heathers and Brown 2019), in
/// exact arithmetic.
package enum DEBIT {
  /// What the variance p(1 - p) is divided by.
  package enum Divisor: Sendable, CaseIterable {
    /// n - 1, as of a sample; what lm-evaluation-harness prints.
    case sample
    /// n.
    case population
  }

  /// The counts of `numerators` for which √(p(1 - p)/(n - 1)), or with n for n - 1, is printed as `standardError`, where
  /// p = k/n.
  ///
  /// In up to two ranges, in order, as k and n - k have the same error; empty if the error fits none of them, for a
  /// negative error, and for fewer than two items or more than a million million.
  package static func counts(
    of count: Int, in numerators: ClosedRange<Int>, fitting standardError: PrintedValue,
    divisor: Divisor = .sample
  ) -> [ClosedRange<Int>] {
    guard 2...1_000_000_000_000 ~= count, standardError.numerator >= 0,
      let numerators = numerators.intersection(0...count)
    else { return [] }
    let half = count / 2
    // The error rises up to half the items and falls from there, so that two bisections find each range.
    let rising = numerators.intersection(0...half).flatMap { range in
      fitting(range) { compare($0, of: count, with: standardError, divisor) }
    }
    let falling = numerators.intersection((half + 1)...count).flatMap { range in
      fitting((count - range.upperBound)...(count - range.lowerBound)) {
        compare($0, of: count, with: standardError, divisor)
      }
    }
    let mirrored = falling.map { (count - $0.upperBound)...(count - $0.lowerBound) }
    return [rising, mirrored].compactMap(\.self)
  }

  /// The part of a range in which a rising comparison is 0.
  private static func fitting(_ range: ClosedRange<Int>, _ comparison: (Int) -> Int)
    -> ClosedRange<Int>?
  {
    func first(where isReached: (Int) -> Bool) -> Int {
      var (low, high) = (range.lowerBound, range.upperBound + 1)
      while low < high {
        let middle = low + (high - low) / 2
        if isReached(comparison(middle)) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let lower = first { $0 >= 0 }
    let end = first { $0 > 0 }
    return lower < end ? lower...(end - 1) : nil
  }

  /// -1, 0 or 1 for a standard error below, within or above what the printed one is rounded from, bounds included.
  private static func compare(
    _ successes: Int, of count: Int, with printed: PrintedValue, _ divisor: Divisor
  ) -> Int {
    // (2S - 1)² n²(n - 1) ≤ 4T² k(n - k) ≤ (2S + 1)² n²(n - 1) for the printed S/T: products of 256 bits.
    let n = UInt128(count)
    let scale = n * n * (divisor == .sample ? n - 1 : n)
    let denominator = UInt128(printed.denominator)
    let square = (4 * denominator * denominator).multipliedFullWidth(
      by: UInt128(successes) * UInt128(count - successes))
    func bound(_ root: Int) -> (high: UInt128, low: UInt128) {
      let root = UInt128(max(0, root))
      return (root * root).multipliedFullWidth(by: scale)
    }
    let lower = bound(printed.halves.lower)
    if (square.high, square.low) < lower { return -1 }
    return (square.high, square.low) > bound(printed.halves.upper) ? 1 : 0
  }
}
