/// What a metric measures: the unit of its values, which of them can be, and which end is the better one.
///
/// Found from the metric's name, so that results which others recorded are judged by the same limits.
package struct Quantity: Sendable, Equatable {
  /// What values count.
  package enum Unit: String, Sendable {
    /// The share of something, from 0 to 1.
    case share
    /// Natural logarithms of probabilities.
    case nats
    /// Logarithms of probabilities to the base 2.
    case bits
  }

  /// The unit.
  package let unit: Unit
  /// The values that can be, all of them finite; a limit that is infinite is none.
  package let range: ClosedRange<Double>
  /// Whether less is better, as of a loss.
  package let isLowerBetter: Bool

  /// How far single-precision sums put below zero what cannot be negative.
  private static let rounding = 1e-3

  /// The quantity of a metric by the harness's name, with or without a filter after a comma.
  ///
  /// What is not known is a share: metrics of tasks are, and what is none would be refused for its values.
  package init(metric: String) {
    let name = metric.split(separator: ",", maxSplits: 1).first.map(String.init) ?? metric
    switch name {
    case "nats_per_token", "kl_from_base":
      self.init(unit: .nats, range: -Self.rounding ... .infinity, isLowerBetter: true)
    case "bits_per_byte", "gold_bits_per_byte":
      self.init(unit: .bits, range: -Self.rounding ... .infinity, isLowerBetter: true)
    case "gold_nats", "choices_nats", "choice_nats":
      self.init(unit: .nats, range: -.infinity...Self.rounding, isLowerBetter: false)
    case "margin":
      self.init(unit: .nats, range: -.infinity ... .infinity, isLowerBetter: false)
    default:
      self.init(unit: .share, range: 0...1, isLowerBetter: false)
    }
  }

  private init(unit: Unit, range: ClosedRange<Double>, isLowerBetter: Bool) {
    self.unit = unit
    self.range = range
    self.isLowerBetter = isLowerBetter
  }

  /// How far two values can be apart: 1 for shares, infinity for all others.
  package var largestDifference: Double { range.upperBound - range.lowerBound }

  /// Whether no value is below zero but by rounding, so that ratios of means have a meaning.
  package var isNonnegative: Bool { range.lowerBound > -1 }

  /// Whether a value can be; false for NaN and infinities.
  package func admits(_ value: Double) -> Bool { value.isFinite && range.contains(value) }

  /// The admissible values in words: "from 0 to 1".
  package var rangeText: String {
    switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
    case (true, true): "from 0 to 1"
    case (true, false): "finite and not negative"
    case (false, true): "finite and not positive"
    case (false, false): "finite"
    }
  }
}
