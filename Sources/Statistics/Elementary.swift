/// Logarithm, exponential and exact products, in additions, multiplications and divisions of doubles only.
///
/// The C library's functions differ in their last bits from one platform to the next; these give the same bits wherever
/// doubles are those of IEEE 754, and so does everything in this module. They are right to about one unit in the last
/// place.
enum Elementary {
  /// ln 2 in two parts: a multiple of the first by any exponent of a double is exact.
  private static let logarithmOf2 = (high: 0x1.62e42feep-1, low: 0x1.a39ef35793c76p-33)

  /// The natural logarithm; -infinity of zero, NaN of negative numbers and NaN.
  static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x < .infinity else { return x }
    var significand = x.significand
    var exponent = Double(x.exponent)
    if significand > 1.414_213_562_373_095_1 {
      significand /= 2
      exponent += 1
    }
    // ln(1 + f) = 2 artanh(s) with s = f/(2 + f), as f - f²/2 + s(f²/2 + R), where the rounding of s matters least.
    let f = significand - 1
    let s = f / (2 + f)
    let z = s * s
    var series = 2.0 / 23
    series = series * z + 2.0 / 21
    series = series * z + 2.0 / 19
    series = series * z + 2.0 / 17
    series = series * z + 2.0 / 15
    series = series * z + 2.0 / 13
    series = series * z + 2.0 / 11
    series = series * z + 2.0 / 9
    series = series * z + 2.0 / 7
    series = series * z + 2.0 / 5
    series = series * z + 2.0 / 3
    let halfSquare = f * f / 2
    let tail = s * (halfSquare + z * series) + exponent * logarithmOf2.low
    return exponent * logarithmOf2.high - ((halfSquare - tail) - f)
  }

  /// e to the power x: infinity above about 709.78, zero below about -745.13, NaN of NaN.
  static func exp(_ x: Double) -> Double {
    guard !x.isNaN else { return x }
    guard x < 709.79 else { return .infinity }
    guard x > -745.14 else { return 0 }
    let exponent = (x * 1.442_695_040_888_963_4).rounded()
    let high = x - exponent * logarithmOf2.high
    let low = exponent * logarithmOf2.low
    let r = high - low
    let error = (high - r) - low
    var series = 1.0 / 6_227_020_800
    series = series * r + 1.0 / 479_001_600
    series = series * r + 1.0 / 39_916_800
    series = series * r + 1.0 / 3_628_800
    series = series * r + 1.0 / 362_880
    series = series * r + 1.0 / 40320
    series = series * r + 1.0 / 5040
    series = series * r + 1.0 / 720
    series = series * r + 1.0 / 120
    series = series * r + 1.0 / 24
    series = series * r + 1.0 / 6
    series = series * r + 0.5
    let value = 1 + (r + (r * r * series + error))
    return Double(sign: .plus, exponent: Int(exponent), significand: value)
  }

  /// The product and what its rounding lost, so that their sum is the exact one (Dekker 1971).
  ///
  /// Exact unless a factor exceeds about 1e300 or the product is subnormal.
  static func product(_ x: Double, _ y: Double) -> (value: Double, error: Double) {
    func halves(_ x: Double) -> (high: Double, low: Double) {
      let shifted = x * 134_217_729  // 2²⁷ + 1
      let high = shifted - (shifted - x)
      return (high, x - high)
    }
    let (a, b) = (halves(x), halves(y))
    let value = x * y
    let error = a.low * b.low - (((value - a.high * b.high) - a.low * b.high) - a.high * b.low)
    return (value, error)
  }
}
