/// The weight xᵃ yᵇ / B(a, b) with y = 1 - x, of which all beta, binomial and Student probabilities are made.
///
/// Written as Loader does for the binomial distribution ("Fast and Accurate Computation of Binomial Probabilities", 2000),
/// here for any real a and b: √(ab/2π(a + b)) · exp(μ(a + b) - μ(a) - μ(b) - D), where μ is what Stirling's formula
/// leaves of the logarithm of the gamma function, and D the deviance a ln(a/nx) + b ln(b/ny), n = a + b. No large terms
/// cancel, so that the relative error is about 1e-16 (1 + D).
struct BetaKernel {
  /// xᵃ yᵇ / B(a, b).
  let value: Double
  /// a - (a + b) x: how far x lies below the mean, times a + b.
  let deviation: Double

  /// Evaluates the weight at x and y = 1 - x, both in 0...1, of which the smaller is taken as exact.
  init(a: Double, b: Double, x: Double, y: Double) {
    let n = a + b
    if x <= y {
      let mean = Elementary.product(n, x)
      deviation = (a - mean.value) - mean.error
    } else {
      let mean = Elementary.product(n, y)
      deviation = (mean.value - b) + mean.error
    }
    let deviance =
      Self.deviance(count: a, mean: n * x, difference: deviation)
      + Self.deviance(count: b, mean: n * y, difference: -deviation)
    let stirling =
      Self.stirlingRemainder(n) - Self.stirlingRemainder(a) - Self.stirlingRemainder(b)
    let scale = (a * (b / n) / (2 * Double.pi)).squareRoot()
    value = scale * Elementary.exp(stirling - deviance)
  }

  /// k ln(k/m) - (k - m) for a count k and its mean m, given their difference k - m without its rounding error.
  ///
  /// Zero or positive; infinity for a mean of zero.
  static func deviance(count: Double, mean: Double, difference: Double) -> Double {
    guard mean > 0 else { return .infinity }
    let v = difference / (count + mean)
    guard v.magnitude < 0.3 else {
      return count * Elementary.log(count / mean) - difference
    }
    // ln(k/m) = 2 artanh(v): the first term of the series and the difference are taken together, as they cancel.
    var sum = 0.0
    var power = v * v * v
    var divisor = 3.0
    while true {
      let next = sum + power / divisor
      if next == sum { break }
      sum = next
      power *= v * v
      divisor += 2
    }
    return difference * v + 2 * count * sum
  }

  /// ln Γ(z) - ((z - ½) ln z - z + ½ ln 2π), for z > 0: about 1/12z, without cancellation.
  static func stirlingRemainder(_ z: Double) -> Double {
    var sum = 0.0
    var z = z
    while z < 10 {
      sum += recurrence(z)
      z += 1
    }
    // The asymptotic series, B₂ₖ / 2k(2k - 1)z²ᵏ⁻¹; what follows is below 2e-18.
    let w = 1 / (z * z)
    var series = -3617.0 / 122_400
    series = series * w + 1.0 / 156
    series = series * w - 691.0 / 360_360
    series = series * w + 1.0 / 1188
    series = series * w - 1.0 / 1680
    series = series * w + 1.0 / 1260
    series = series * w - 1.0 / 360
    series = series * w + 1.0 / 12
    return series / z + sum
  }

  /// The remainder at z less the one at z + 1: (z + ½) ln(1 + 1/z) - 1.
  private static func recurrence(_ z: Double) -> Double {
    guard z >= 1 else { return (z + 0.5) * Elementary.log((z + 1) / z) - 1 }
    // Gudermann's series: with w = 1/(2z + 1) it is artanh(w)/w - 1.
    let square = 1 / ((2 * z + 1) * (2 * z + 1))
    var sum = 0.0
    var power = square
    var divisor = 3.0
    while true {
      let next = sum + power / divisor
      if next == sum { return sum }
      sum = next
      power *= square
      divisor += 2
    }
  }
}
