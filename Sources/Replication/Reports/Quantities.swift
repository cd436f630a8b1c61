// Numbers as a person reads them, the same in every locale.

/// Decimal numbers with a fixed number of digits.
package enum Decimals {
  /// The number rounded to `digits` digits after the point, halves away from zero.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let factor = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    let scaled = Int((abs(value) * factor).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let text = String(scaled)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
  }

  /// The same with a sign in any case.
  static func signed(_ value: Double, _ digits: Int) -> String {
    let text = fixed(value, digits)
    return text.hasPrefix("-") ? text : "+" + text
  }
}

/// Times.
enum Durations {
  /// Hours, minutes and seconds, as coarse as is useful.
  static func text(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "unknown time" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

/// Sizes of files.
package enum Sizes {
  /// Megabytes of a million bytes, or smaller units.
  package static func text(_ bytes: Int) -> String {
    if bytes >= 1_000_000 { return "\(Decimals.fixed(Double(bytes) / 1e6, 1)) MB" }
    if bytes >= 1000 { return "\(Decimals.fixed(Double(bytes) / 1e3, 1)) kB" }
    return "\(bytes) bytes"
  }
}
