/// What a number of items can detect, by the normal approximation.
package enum Power {
  /// The smallest difference that a two-sided test notices with probability `power`: (z₁₋α⸝₂ + z_power) · SE.
  ///
  /// 2.80159 standard errors at the usual 5 % and 80 %.
  package static func minimumDetectableEffect(
    standardError: Double, level: Double = 0.05, power: Double = 0.8
  ) -> Double {
    factor(level: level, power: power) * standardError
  }

  /// The number of paired items that it takes to notice a difference, if the arms answer the share `discordance` of them
  /// differently; nil for no difference, for values outside 0...1, or beyond 10¹⁵ items.
  ///
  /// The variance of a single paired difference is taken to be the discordance, as where the difference is small.
  package static func requiredCount(
    difference: Double, discordance: Double, level: Double = 0.05, power: Double = 0.8
  ) -> Int? {
    guard 0...1 ~= discordance, difference != 0, -1...1 ~= difference else { return nil }
    return count(
      variance: discordance, difference: difference, factor: factor(level: level, power: power))
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
    return count(
      variance: variance, difference: difference, factor: factor(level: level, power: power))
  }

  private static func factor(level: Double, power: Double) -> Double {
    -NormalDistribution.quantile(at: level / 2) + NormalDistribution.quantile(at: power)
  }

  private static func count(variance: Double, difference: Double, factor: Double) -> Int? {
    let ratio = factor / difference
    let count = (ratio * ratio * variance).rounded(.up)
    return count <= 1e15 ? max(1, Int(count)) : nil
  }
}
