/// Distances between floating-point numbers, counted in representable numbers.
package enum UnitsInLastPlace {
  /// How many steps lead from one float to the other: 0 for the same number and for −0 and +0.
  ///
  /// Infinity is one step behind the largest finite number. Nil if one of them is not a number.
  static func distance(_ a: Float, _ b: Float) -> UInt64? {
    guard !a.isNaN, !b.isNaN else { return nil }
    let (low, high) = (Int64(ordered(a)), Int64(ordered(b)))
    return (low - high).magnitude
  }

  /// The same for doubles.
  package static func distance(_ a: Double, _ b: Double) -> UInt64? {
    guard !a.isNaN, !b.isNaN else { return nil }
    let (x, y) = (ordered(a), ordered(b))
    // Of two signs, the magnitudes add up to less than 2^64.
    return (x < 0) == (y < 0) ? (x - y).magnitude : x.magnitude + y.magnitude
  }

  /// Bits that rise with the number, with one 0.
  private static func ordered(_ value: Float) -> Int32 {
    let bits = Int32(bitPattern: value.magnitude.bitPattern)
    return value.sign == .minus ? -bits : bits
  }

  private static func ordered(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: value.magnitude.bitPattern)
    return value.sign == .minus ? -bits : bits
  }
}
