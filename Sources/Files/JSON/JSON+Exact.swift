/// Numbers that a verdict depends on, written so that no reader and no printer can change them.
extension JSON {
  /// A double as `{"bits": "0x…", "decimal": "…"}`: 16 hexadecimal digits of IEEE 754 and the shortest decimal text.
  ///
  /// NaN and infinities are kept as well; their decimal text is "nan", "inf" or "-inf".
  package static func exact(_ value: Double) -> JSON {
    [
      "bits": .string(hexadecimal(value.bitPattern, digits: 16)),
      "decimal": .string(decimal(value)),
    ]
  }

  /// A float as `{"bits": "0x…", "decimal": "…"}`: 8 hexadecimal digits of IEEE 754 and the shortest decimal text that
  /// reads back as the same float.
  package static func exact(_ value: Float) -> JSON {
    let text =
      value.isFinite
      ? CanonicalJSON.text(of: Double(value.description) ?? 0) : decimal(Double(value))
    return [
      "bits": .string(hexadecimal(UInt64(value.bitPattern), digits: 8)),
      "decimal": .string(value.sign == .minus && value == 0 ? "-0" : text),
    ]
  }

  /// The double that ``exact(_:)-(Double)`` wrote, or the float that ``exact(_:)-(Float)`` wrote.
  ///
  /// Nil if this is no such object or if its two spellings do not say the same number.
  package var exactValue: Double? {
    guard let object = objectValue, object.members.count == 2,
      let bits = object["bits"]?.stringValue, bits.hasPrefix("0x"),
      let pattern = UInt64(bits.dropFirst(2), radix: 16)
    else { return nil }
    let value: Double
    let written: JSON
    switch bits.utf8.count {
    case 18:
      value = Double(bitPattern: pattern)
      written = .exact(value)
    case 10:
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
      value = Double(float)
      written = .exact(float)
    default: return nil
    }
    return self == written ? value : nil
  }

  private static func hexadecimal(_ bits: UInt64, digits: Int) -> String {
    let text = String(bits, radix: 16)
    return "0x" + String(repeating: "0", count: digits - text.utf8.count) + text
  }

  private static func decimal(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return value == 0 && value.sign == .minus ? "-0" : CanonicalJSON.text(of: value)
  }
}
