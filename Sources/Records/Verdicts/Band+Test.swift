import Files
import Manifests
import Statistics

extension Band.Limits {
  /// The test that the band comes to: of the observed value's distance from the documented one.
  func test(of observed: Double, named name: String) -> SignificanceTest? {
    if let flips, let count = flipCount {
      let bound = Int((abs(observed - center) * Double(count) - 0.5).rounded(.up))
      let pValue = bound > 0 ? max(0, 1 - flips.probability(within: bound - 1)) : 1
      return SignificanceTest(
        name: "exact \(name)", statistic: nil, degreesOfFreedom: nil, pValue: pValue,
        adjustedPValue: pValue, standardError: estimate?.standardError, interval: nil)
    }
    guard let middle = estimate, let level,
      let distance = Estimate(
        value: observed - middle.value, standardError: middle.standardError,
        degreesOfFreedom: middle.degreesOfFreedom)
    else { return nil }
    return SignificanceTest(
      name: distance.degreesOfFreedom.isFinite ? "t of \(name)" : "z of \(name)",
      statistic: distance.statistic,
      degreesOfFreedom: distance.degreesOfFreedom.isFinite ? distance.degreesOfFreedom : nil,
      pValue: distance.pValue, adjustedPValue: distance.pValue,
      standardError: distance.standardError,
      interval: distance.confidenceInterval(level: level).map {
        SignificanceTest.Interval($0, level: level)
      })
  }

  /// How far off a repetition has to be on average to lie outside four times in five; nil if the limits come from no
  /// distribution.
  var smallestDetectable: Double? {
    estimate.map { halfWidth + NormalDistribution.quantile(at: 0.8) * $0.standardError }
  }
}

extension DocumentedResults.Unit {
  /// A fraction as values of this unit are shown: four digits after the point, two of a percentage.
  package func text(_ fraction: Double) -> String {
    switch self {
    case .fraction: Decimals.fixed(fraction, 4)
    case .percent: Decimals.fixed(100 * fraction, 2)
    case .nats, .bits: Decimals.fixed(fraction, 4)
    }
  }
}
