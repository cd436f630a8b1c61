/// A number as printed in a table, kept exactly: its digits say to which precision it was rounded.
package struct PrintedValue: Sendable, Hashable {
  /// What the digits count.
  package enum Unit: String, Sendable, CaseIterable {
    /// Ones: 0.3153 is 0.3153.
    case fraction
    /// Hundredths: 31.53 is 0.3153, so that two more decimals are known.
    case percent
  }

  /// What was done with the digits that are not printed.
  package enum Rounding: Sendable {
    /// Rounded to the nearest value, a half in any way.
    case nearest
    /// Cut off.
    case down
  }

  /// The text as printed.
  package let text: String
  /// The unit it is printed in.
  package let unit: Unit
  /// The value as a whole number of units in the last place: 3153 for 0.3153.
  package let numerator: Int
  /// The number of decimals of the fraction: 4 for 0.3153, and for 31.53 percent.
  package let decimals: Int

  /// What was done with the digits that are not printed.
  package var rounding = Rounding.nearest

  /// Reads an optional minus, digits, and an optional point with digits after it, in ASCII.
  ///
  /// Digits before the point may be left out. Nil for anything else, and for more than 16 digits.
  package init?(text: String, unit: Unit = .fraction) {
    var bytes = Substring(text).utf8
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes.removeFirst() }
    let parts = bytes.split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard 1...16 ~= digits.count, parts.last?.isEmpty == false else { return nil }
    var magnitude = 0
    for digit in digits {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
      magnitude = 10 * magnitude + Int(digit - UInt8(ascii: "0"))
    }
    self.text = text
    self.unit = unit
    numerator = isNegative ? -magnitude : magnitude
    decimals = (parts.count == 2 ? parts[1].count : 0) + (unit == .percent ? 2 : 0)
  }

  /// Ten to the number of decimals: the value is numerator/denominator, and half a unit in the last place
  /// 1/(2 · denominator).
  package var denominator: Int { (0..<decimals).reduce(1) { power, _ in 10 * power } }

  /// The value as a fraction, never in percent: exactly rounded for up to 15 digits.
  package var value: Double { Double(numerator) / Double(denominator) }

  /// Where numbers lie that are printed so, in halves of a unit in the last place.
  ///
  /// Both ends belong to it, but for the one further from zero of digits that were cut off.
  package var halves: (lower: Int, upper: Int) {
    switch rounding {
    case .nearest: (2 * numerator - 1, 2 * numerator + 1)
    case .down where numerator < 0: (2 * numerator - 2, 2 * numerator)
    case .down: (2 * numerator, 2 * numerator + 2)
    }
  }

  /// Half a unit in the last place, by which a rounded number may be off.
  package var halfUnit: Double { 0.5 / Double(denominator) }
}
