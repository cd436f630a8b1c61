/// Functions of one fp64 number whose bits do not depend on the platform's mathematics library.
///
/// Only additions, products, quotients and fused multiply-adds are used, all correctly rounded by IEEE 754. Errors are
/// below 2 units in the last place over the stated ranges. Not fast: for constants and tables, not for loops.
package enum ElementaryFunctions {
  private static let ln2High = 0x1.62e42fefa39efp-1
  private static let ln2Low = 0x1.abc9e3b39803fp-56

  /// e to the power x.
  package static func exp(_ x: Double) -> Double {
    guard !x.isNaN else { return x }
    guard x < 709.79 else { return .infinity }
    guard x > -745.2 else { return 0 }
    let n = (x / ln2High).rounded(.toNearestOrEven)
    let r = x.addingProduct(-n, ln2High).addingProduct(-n, ln2Low)
    // Taylor's series: |r| <= ln(2)/2, so that 17 terms reach 2^-60.
    var sum = 1.0
    for k in stride(from: 17.0, through: 1, by: -1) { sum = (sum * (r / k)) + 1 }
    // Two factors, so that results below the normal range are rounded once, at the end.
    let half = Int(n) / 2
    return sum * Double(sign: .plus, exponent: half, significand: 1)
      * Double(sign: .plus, exponent: Int(n) - half, significand: 1)
  }

  /// Natural logarithm of x; negative infinity of 0, NaN below.
  package static func log(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x == 0 ? -.infinity : (x > 0 ? x : .nan) }
    var exponent = Double(x.exponent)
    var m = x.significand
    if m > 1.4142135623730951 {
      m /= 2
      exponent += 1
    }
    // log m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172.
    let s = (m - 1) / (m + 1)
    let z = s * s
    var sum = 1.0 / 25
    for k in stride(from: 23.0, through: 3, by: -2) { sum = (1 / k).addingProduct(sum, z) }
    let artanh = s.addingProduct(s * z, sum)
    return (2 * artanh).addingProduct(exponent, ln2Low).addingProduct(exponent, ln2High)
  }

  /// base to the power exponent, for base > 0 and results in the normal range.
  ///
  /// The error grows with |exponent log base|: about that many units in the last place.
  package static func power(_ base: Double, _ exponent: Double) -> Double {
    exponent == 0 ? 1 : exp(exponent * log(base))
  }

  /// Cosine of x radians, |x| < 2^30.
  package static func cosine(_ x: Double) -> Double {
    let (r, quadrant) = reduce(x)
    switch quadrant {
    case 0: return cosineSeries(r)
    case 1: return -sineSeries(r)
    case 2: return -cosineSeries(r)
    default: return sineSeries(r)
    }
  }

  /// Sine of x radians, |x| < 2^30.
  package static func sine(_ x: Double) -> Double {
    let (r, quadrant) = reduce(x)
    switch quadrant {
    case 0: return sineSeries(r)
    case 1: return cosineSeries(r)
    case 2: return -sineSeries(r)
    default: return -cosineSeries(r)
    }
  }

  /// Splits x into the nearest multiple of pi/2, given modulo 4, and a remainder; pi/2 is in three parts.
  private static func reduce(_ x: Double) -> (remainder: Double, quadrant: Int) {
    precondition(abs(x) < 0x1p30, "Angle \(x) is too large for an accurate sine.")
    let n = (x * 0x1.45f306dc9c883p-1).rounded(.toNearestOrEven)
    let r = x.addingProduct(-n, 0x1.921fb54442d18p+0)
      .addingProduct(-n, 0x1.1a62633145c07p-54)
      .addingProduct(-n, -0x1.f1976b7ed8fbcp-110)
    return (r, Int(n) & 3)
  }

  private static func sineSeries(_ r: Double) -> Double {
    let z = r * r
    var sum = 1.0
    for k in stride(from: 20.0, through: 2, by: -2) { sum = 1 - z / (k * (k + 1)) * sum }
    return r * sum
  }

  private static func cosineSeries(_ r: Double) -> Double {
    let z = r * r
    var sum = 1.0
    for k in stride(from: 21.0, through: 1, by: -2) { sum = 1 - z / (k * (k + 1)) * sum }
    return sum
  }
}
