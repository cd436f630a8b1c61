import Files

/// A linear axis: values, the places that they are drawn at, and round numbers to read them by.
struct ChartScale: Sendable, Equatable {
  /// The values at both ends.
  let range: ClosedRange<Double>
  /// Where these are drawn.
  let start: Double
  let end: Double
  /// Round values inside of the range, with their texts.
  let ticks: [Tick]

  /// A round value.
  struct Tick: Sendable, Equatable {
    let value: Double
    let text: String
  }

  /// An axis for these values, of which those that are not finite are left out.
  ///
  /// - Parameters:
  ///   - values: what has to find room.
  ///   - start: where the least value is drawn.
  ///   - end: where the largest one is drawn.
  ///   - count: about how many round values are named.
  init(_ values: [Double], from start: Double, to end: Double, ticks count: Int = 5) {
    let finite = values.filter(\.isFinite)
    var lower = finite.min() ?? 0
    var upper = finite.max() ?? 1
    if lower == upper {
      let room = lower == 0 ? 1 : abs(lower) * 0.1
      (lower, upper) = (lower - room, upper + room)
    }
    let room = (upper - lower) * 0.04
    (lower, upper) = (lower - room, upper + room)
    range = lower...upper
    (self.start, self.end) = (start, end)
    ticks = Self.ticks(lower, upper, count)
  }

  /// Where a value is drawn.
  func position(_ value: Double) -> Double {
    start + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (end - start)
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private static func ticks(_ lower: Double, _ upper: Double, _ count: Int) -> [Tick] {
    let rough = (upper - lower) / Double(max(count, 1))
    guard rough > 1e-300, rough.isFinite else { return [] }
    // By multiplying: the last bits of a logarithm are another library's.
    var (exponent, power) = (0, 1.0)
    while power * 10 <= rough { (exponent, power) = (exponent + 1, power * 10) }
    while power > rough { (exponent, power) = (exponent - 1, power / 10) }
    let factor = [1, 2, 5, 10].first { Double($0) * power >= rough * 0.999 } ?? 10
    // As whole multiples, since sums of steps would drift.
    let digits = max(0, -(factor == 10 ? exponent + 1 : exponent))
    let step = Double(factor) * power
    let first = (lower / step).rounded(.up)
    let last = (upper / step).rounded(.down)
    guard first <= last, last - first < 100 else { return [] }
    return stride(from: first, through: last, by: 1).map { multiple in
      let value = multiple * step
      let isTiny = abs(upper) < 1e-3 && abs(lower) < 1e-3
      let text = isTiny ? English.short(value) : Decimals.fixed(value, digits)
      return Tick(value: value, text: text)
    }
  }
}
