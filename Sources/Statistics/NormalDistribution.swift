/// The standard normal distribution.
///
/// Relative error of probabilities and quantiles about 1e-15, in the tails too.
package enum NormalDistribution {
  private static let squareRootOfTwoPi = 2.506_628_274_631_000_5

  /// The density at z; NaN for NaN.
  package static func density(at z: Double) -> Double {
    // z² in two parts: its rounding error would grow with z² in the exponential.
    guard z.magnitude < 40 else { return z.isNaN ? z : 0 }
    let square = Elementary.product(z, z)
    return Elementary.exp(-square.value / 2) * (1 - square.error / 2) / squareRootOfTwoPi
  }

  /// The probability of a value up to z; NaN for NaN.
  package static func cumulativeProbability(at z: Double) -> Double {
    if z.isNaN { return z }
    if z.magnitude < 1 { return 0.5 + centralProbability(z) }
    return z < 0 ? tail(-z) : 1 - tail(z)
  }

  /// The probability of a value above z, as accurate when small as the other tail; NaN for NaN.
  package static func upperTailProbability(at z: Double) -> Double {
    cumulativeProbability(at: -z)
  }

  /// The probability of a value at least as far from 0 as z, on either side; NaN for NaN.
  package static func twoSidedProbability(of z: Double) -> Double {
    2 * cumulativeProbability(at: -z.magnitude)
  }

  /// The z below which the probability is p; NaN for p outside 0...1.
  package static func quantile(at p: Double) -> Double {
    guard 0...1 ~= p else { return .nan }
    guard p > 0 else { return -.infinity }
    guard p < 1 else { return .infinity }
    // 1 - p is exact here, and p - ½ below.
    if p > 0.75 { return -quantile(at: 1 - p) }
    let isCentral = p > 0.25
    var z = isCentral ? (p - 0.5) * squareRootOfTwoPi : initialQuantile(p)
    for _ in 0..<4 {
      let excess = isCentral ? centralProbability(z) - (p - 0.5) : cumulativeProbability(at: z) - p
      // Halley's step, as the second derivative is -z times the first. It triples the number of right digits.
      let newton = excess / density(at: z)
      z -= newton / (1 + newton * z / 2)
    }
    return z
  }

  /// The probability between 0 and z, negative for negative z, by a series of terms of one sign.
  private static func centralProbability(_ z: Double) -> Double {
    var term = z
    var sum = z
    var divisor = 3.0
    while true {
      term *= z * z / divisor
      let next = sum + term
      if next == sum { return density(at: z) * sum }
      sum = next
      divisor += 2
    }
  }

  /// The probability above z for z ≥ 1: density times Mills' ratio, by Laplace's continued fraction.
  private static func tail(_ z: Double) -> Double {
    let density = density(at: z)
    guard density > 0 else { return 0 }
    var value = z
    // What n quotients leave out is of the order of exp(-2z√n).
    let quotients = (20 + 500 / (z * z)).rounded()
    for m in stride(from: quotients, to: 0, by: -1) { value = z + m / value }
    return density / value
  }

  /// A quantile for p ≤ ¼ that is off by less than 5e-4 (Abramowitz and Stegun, 26.2.23).
  private static func initialQuantile(_ p: Double) -> Double {
    let t = (-2 * Elementary.log(p)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    return numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
  }
}
