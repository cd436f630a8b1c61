/// How often McNemar's exact test finds a difference, summed over everything that two arms could answer.
///
/// Of `count` items each is answered differently with the probability `discordance`; of those that are, the first arm is
/// right with a probability that makes up the difference.
struct ExactPower {
  /// The share of items that are answered differently.
  let discordance: Double
  /// For the numbers m of differing items that matter: their probability, and the largest number of the rarer kind that is
  /// significant, -1 if none is.
  private let cases: [(differing: Int, probability: Double, largest: Int)]

  /// Nil without items, beyond 10⁶ of them, or for a discordance outside 0...1.
  init?(count: Int, discordance: Double, level: Double) {
    guard 1...1_000_000 ~= count,
      let differing = BinomialDistribution(count: count, probability: discordance)
    else { return nil }
    self.discordance = discordance
    var cases: [(Int, Double, Int)] = []
    var largest = -1
    for number in 0...count {
      let probability = differing.probability(of: number)
      let isPast = Double(number) > discordance * Double(count)
      if isPast, probability < 1e-13 { break }
      // With one more differing item, one more of the rarer kind is significant, or as many.
      while 2 * (largest + 1) < number, Self.isSignificant(largest + 1, of: number, level) {
        largest += 1
      }
      if probability >= 1e-13 { cases.append((number, probability, largest)) }
    }
    self.cases = cases
  }

  private static func isSignificant(_ rarer: Int, of differing: Int, _ level: Double) -> Bool {
    BinaryPairs(count: differing, firstOnly: differing - rarer, secondOnly: rarer)
      .map { $0.exactPValue < level } ?? false
  }

  /// The probability to find a difference of the arms of this size, which is at most the discordance.
  func power(of difference: Double) -> Double {
    guard discordance > 0 else { return 0 }
    let share = min(1, (1 + difference / discordance) / 2)
    return Sample.sum(
      cases.map { differing, probability, largest in
        guard largest >= 0,
          let first = BinomialDistribution(count: differing, probability: share)
        else { return 0 }
        let tails =
          first.cumulativeProbability(at: largest)
          + first.upperTailProbability(at: differing - largest - 1)
        return probability * tails
      })
  }

  /// The smallest difference that is found with this probability; nil if not even the largest possible is.
  func smallestDifference(power: Double) -> Double? {
    guard self.power(of: discordance) >= power else { return nil }
    var (low, high) = (0.0, discordance)
    for _ in 0..<24 {
      let middle = (low + high) / 2
      if self.power(of: middle) >= power { high = middle } else { low = middle }
    }
    return high
  }
}
