/// What a number of items, or of seeds, can detect.
package enum Power {
  /// Up to so many items, McNemar's exact test is looked at; beyond, the normal approximation is as good.
  package static let largestExactCount = 1000

  /// The smallest difference that a test notices with probability `power`: (z₁₋α⸝₂ + z_power) · SE, with z₁₋α if it is
  /// one-sided.
  ///
  /// 2.80159 standard errors at the usual 5 % and 80 %, 2.48648 for one-sided tests.
  package static func minimumDetectableEffect(
    standardError: Double, level: Double = 0.05, power: Double = 0.8, isOneSided: Bool = false
  ) -> Double {
    factor(level: isOneSided ? 2 * level : level, power: power) * standardError
  }

  /// The same for an estimate with few degrees of freedom, such as one over seeds: (t₁₋α⸝₂ + t_power) · SE.
  package static func minimumDetectableEffect(
    _ estimate: Estimate, level: Double = 0.05, power: Double = 0.8, isOneSided: Bool = false
  ) -> Double {
    let student = estimate.distribution
    let tail = isOneSided ? level : level / 2
    return (student.quantile(at: power) - student.quantile(at: tail)) * estimate.standardError
  }

  /// The smallest difference of two arms that McNemar's exact test notices with probability `power`, if they answer the
  /// share `discordance` of `count` items differently.
  ///
  /// The normal approximation beyond ``largestExactCount`` items. Nil if even differences that all favour one arm are
  /// noticed less often, and for impossible numbers.
  package static func smallestDifference(
    discordance: Double, count: Int, level: Double = 0.05, power: Double = 0.8
  ) -> Double? {
    guard count > largestExactCount else {
      return ExactPower(count: count, discordance: discordance, level: level)?
        .smallestDifference(power: power)
    }
    let difference = minimumDetectableEffect(
      standardError: (discordance / Double(count)).squareRoot(), level: level, power: power)
    return difference <= discordance ? difference : nil
  }

  /// The number of paired items that it takes to notice a difference, if the arms answer the share `discordance` of them
  /// differently; nil for no difference, for values outside 0...1, or beyond 10¹⁵ items.
  ///
  /// At least as many as the normal approximation says, which takes the variance of a single paired difference to be the
  /// discordance; more where McNemar's exact test needs them. No fewer items differ than the difference takes.
  package static func requiredCount(
    difference: Double, discordance: Double, level: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    guard 0...1 ~= discordance, -1...1 ~= difference else { return nil }
    let discordance = max(discordance, difference.magnitude)
    let approximation = requiredCount(
      difference: difference, questionVariance: discordance, samplingVariances: (0, 0),
      samples: (1, 1), level: level, power: power)
    guard let approximation, approximation <= largestExactCount else { return approximation }
    return (approximation...largestExactCount).first { count in
      let exact = ExactPower(count: count, discordance: discordance, level: level)
      return exact.map { $0.power(of: difference.magnitude) >= power } ?? false
    } ?? largestExactCount + 1
  }

  /// The largest share of items that two arms may answer differently for `count` of them to notice a difference.
  package static func largestDiscordance(
    difference: Double, count: Int, level: Double = 0.05, power: Double = 0.8
  ) -> Double {
    let ratio = difference / factor(level: level, power: power)
    return min(1, ratio * ratio * Double(count))
  }

  /// The number of questions of Miller 2024 (arXiv 2411.00640, section 5), each answered several times by each model.
  ///
  /// n = (z₁₋α⸝₂ + z_power)² (ω² + σ²_A/K_A + σ²_B/K_B) / δ².
  ///
  /// - Parameters:
  ///   - difference: the difference δ of the models' means.
  ///   - questionVariance: the variance ω² over questions of the difference of the models' expected scores.
  ///   - samplingVariances: the mean variances σ² of one answer to the same question, of either model.
  ///   - samples: the numbers K of answers to each question, of either model.
  ///   - level: the probability α of a false positive, two-sided.
  ///   - power: the probability to notice the difference.
  /// - Returns: nil for no difference, numbers of samples below 1, negative variances, or beyond 10¹⁵ questions.
  package static func requiredCount(
    difference: Double, questionVariance: Double,
    samplingVariances: (first: Double, second: Double), samples: (first: Int, second: Int),
    level: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    guard difference != 0, samples.first > 0, samples.second > 0, questionVariance >= 0,
      samplingVariances.first >= 0, samplingVariances.second >= 0
    else { return nil }
    let variance =
      questionVariance + samplingVariances.first / Double(samples.first)
      + samplingVariances.second / Double(samples.second)
    let ratio = factor(level: level, power: power) / difference
    let count = (ratio * ratio * variance).rounded(.up)
    return count <= 1e15 ? max(1, Int(count)) : nil
  }

  /// The number of seeds, each training both arms, that it takes to notice a difference of their means by a paired t test.
  ///
  /// The least k of which (t₁₋α⸝₂ + t_power) · s/√k, with k - 1 degrees of freedom, is no more than the difference.
  ///
  /// - Parameters:
  ///   - difference: the difference of the arms.
  ///   - standardDeviation: the standard deviation s between seeds of the difference.
  ///   - level: the probability α of a false positive, two-sided.
  ///   - power: the probability to notice the difference.
  /// - Returns: nil for no difference, no spread, or more than ten thousand seeds.
  package static func requiredSeeds(
    difference: Double, standardDeviation: Double, level: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    guard difference != 0, difference.isFinite, standardDeviation > 0 else { return nil }
    return (2...10_000).first { count in
      guard let student = StudentDistribution(degreesOfFreedom: Double(count - 1)) else {
        return false
      }
      let factor = student.quantile(at: power) - student.quantile(at: level / 2)
      return factor * standardDeviation / Double(count).squareRoot() <= difference.magnitude
    }
  }

  private static func factor(level: Double, power: Double) -> Double {
    -NormalDistribution.quantile(at: level / 2) + NormalDistribution.quantile(at: power)
  }
}
