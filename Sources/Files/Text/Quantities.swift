import Foundation

// Numbers as a person reads them, the same in every locale.

/// Decimal numbers with a fixed number of digits.
package enum Decimals {
  /// The number rounded to `digits` digits after the point, as C's printf does it; a zero has no sign.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    // Of which sign it is depends on the processor.
    if value.isNaN { return "nan" }
    let text = String(format: "%.\(digits)f", value)
    let isZero = text.allSatisfy { "-.0".contains($0) }
    return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
  }

  /// The same with a sign in any case.
  package static func signed(_ value: Double, _ digits: Int) -> String {
    let text = fixed(value, digits)
    return text.hasPrefix("-") || value.isNaN ? text : "+" + text
  }
}

/// Times.
package enum Durations {
  /// Hours, minutes and seconds, as coarse as is useful.
  package static func text(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "unknown time" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

extension Durations {
  /// A time that nobody knows exactly: days where it is days, and no zero.
  package static func estimate(_ seconds: Double) -> String {
    if seconds.isFinite, seconds < 0.95 {
      return seconds < 0.05 ? "0.1 s" : "\(Decimals.fixed(seconds, 1)) s"
    }
    guard seconds.isFinite, seconds < 1e10, seconds >= 86_400 else { return text(seconds) }
    let hours = Int((seconds / 3600).rounded())
    if hours < 48 { return "\(hours) h" }
    return hours < 240 ? "\(Decimals.fixed(Double(hours) / 24, 1)) days" : "\(hours / 24) days"
  }
}

/// Sizes of files.
package enum Sizes {
  /// Gigabytes of 1e9 bytes, or smaller units.
  package static func text(_ bytes: Int) -> String {
    if bytes >= 1_000_000_000 { return "\(Decimals.fixed(Double(bytes) / 1e9, 1)) GB" }
    if bytes >= 1_000_000 { return "\(Decimals.fixed(Double(bytes) / 1e6, 1)) MB" }
    if bytes >= 1000 { return "\(Decimals.fixed(Double(bytes) / 1e3, 1)) kB" }
    return "\(bytes) bytes"
  }
}
