/// Which whole numbers of items a printed mean can stand for: the test of granularity-related inconsistency of means
/// (Brown and Heathers 2017), in exact arithmetic.
///
/// A count k of n items fits a printed value x if |k/n - x| is at most half a unit in the last place. The interval is
/// closed, so that every way to round a half is allowed. Of a value whose further digits were cut off, x ≤ k/n < x + 1 unit.
///
/// ```swift
/// let printed = PrintedValue(text: "46.7", unit: .percent)
/// let right = printed.flatMap { GRIM.possibleCounts(of: $0, count: 30) }  // 14...14
/// ```
package enum GRIM {
  /// The counts, from 0 to the number of items, that a printed proportion of `count` items can stand for.
  ///
  /// Nil if there are none: then no such number of items gives this value.
  package static func possibleCounts(of printed: PrintedValue, count: Int) -> ClosedRange<Int>? {
    possibleTotals(of: printed, count: count)?.intersection(0...max(0, count))
  }

  /// The whole numbers that the sum over `count` items can be if their mean is printed so, for items of any whole value.
  ///
  /// Nil if there are none, without items, or if all exceed the integers.
  package static func possibleTotals(of printed: PrintedValue, count: Int) -> ClosedRange<Int>? {
    guard count > 0 else { return nil }
    let totals = bounds(of: printed, count: count)
    guard totals.lower <= totals.upper, totals.lower <= Int.max, totals.upper >= Int.min else {
      return nil
    }
    return Int(clamping: totals.lower)...Int(clamping: totals.upper)
  }

  /// The least and the greatest whole number in n(2P ± 1)/2T, for the printed value P/T; the least is greater if there
  /// are none.
  private static func bounds(of printed: PrintedValue, count: Int) -> (
    lower: Int128, upper: Int128
  ) {
    // Less than 2⁶³ · 2⁵⁵, so that no product overflows.
    let divisor = 2 * Int128(printed.denominator)
    // Of digits that were cut off, the end further from zero is not reached.
    let isCutOff = printed.rounding == .down
    let low =
      Int128(count) * Int128(printed.halves.lower) + (isCutOff && printed.numerator < 0 ? 1 : 0)
    let high =
      Int128(count) * Int128(printed.halves.upper) - (isCutOff && printed.numerator >= 0 ? 1 : 0)
    // Division truncates towards zero; the bounds are rounded inwards.
    return (
      low / divisor + (low % divisor > 0 ? 1 : 0), high / divisor - (high % divisor < 0 ? 1 : 0)
    )
  }

  /// Whether some value of so many decimals is impossible: only with fewer items than such values from 0 to 1.
  package static func isInformative(_ printed: PrintedValue, count: Int) -> Bool {
    probabilityOfInconsistency(printed, count: count) > 0
  }

  /// The probability that a value of that many decimals, taken at random, fits no count: max(0, 1 - n/10ᴰ).
  package static func probabilityOfInconsistency(_ printed: PrintedValue, count: Int) -> Double {
    max(0, 1 - Double(max(0, count)) / Double(printed.denominator))
  }

  /// The numbers of items in a range for which every one of these values is possible, each item answered `runs` times.
  ///
  /// Nil for a range of more than ten million numbers or with numbers below 1, and for more answers than integers.
  package static func itemCounts(
    in range: ClosedRange<Int>, fitting values: [PrintedValue], runs: Int = 1
  ) -> [Int]? {
    guard range.lowerBound >= 1, range.upperBound - range.lowerBound < 10_000_000, runs >= 1,
      !range.upperBound.multipliedReportingOverflow(by: runs).overflow
    else { return nil }
    return range.filter { count in
      values.allSatisfy { possibleCounts(of: $0, count: count * runs) != nil }
    }
  }

  /// The range of the sum of parts that are known to be in ranges; nil if it exceeds the integers.
  package static func sum(of parts: [ClosedRange<Int>]) -> ClosedRange<Int>? {
    var (lower, upper) = (0, 0)
    for part in parts {
      let low = lower.addingReportingOverflow(part.lowerBound)
      let high = upper.addingReportingOverflow(part.upperBound)
      guard !low.overflow, !high.overflow else { return nil }
      (lower, upper) = (low.partialValue, high.partialValue)
    }
    return lower...upper
  }

  /// Parts and total, each restricted to what the others leave possible; nil if the parts cannot add up to the total.
  ///
  /// Every number of the results is part of some solution. Nil also for sums beyond the integers.
  package static func narrowed(parts: [ClosedRange<Int>], total: ClosedRange<Int>) -> (
    parts: [ClosedRange<Int>], total: ClosedRange<Int>
  )? {
    guard let sum = sum(of: parts), let total = total.intersection(sum) else { return nil }
    var narrowed: [ClosedRange<Int>] = []
    for part in parts {
      // What the other parts add up to, at least and at most.
      let others = (sum.lowerBound - part.lowerBound)...(sum.upperBound - part.upperBound)
      let lower = total.lowerBound.subtractingReportingOverflow(others.upperBound)
      let upper = total.upperBound.subtractingReportingOverflow(others.lowerBound)
      guard !lower.overflow, !upper.overflow,
        let left = part.intersection(lower.partialValue...upper.partialValue)
      else { return nil }
      narrowed.append(left)
    }
    return (narrowed, total)
  }
}

extension ClosedRange<Int> {
  /// The numbers in both ranges; nil if there are none.
  func intersection(_ other: Self) -> Self? {
    overlaps(other) ? clamped(to: other) : nil
  }
}
