import Testing

@testable import Statistics

/// A row of published numbers: n, b and c, and what follows from them to six decimals.
private struct Golden: CustomTestStringConvertible, Sendable {
  let counts: (n: Int, b: Int, c: Int)
  let difference: Double
  let error: Double
  let z: Double
  let exact: Double
  let mid: Double
  let corrected: Double
  let uncorrected: Double
  var testDescription: String { "\(counts)" }

  static let rows = [
    Golden(
      counts: (541, 31, 38), difference: -0.012939, error: 0.015358, z: -0.842475,
      exact: 0.470369, mid: 0.402963, corrected: 0.470101, uncorrected: 0.399396),
    Golden(
      counts: (14042, 702, 622), difference: 0.005697, error: 0.002591, z: 2.198899,
      exact: 0.029884, mid: 0.027928, corrected: 0.029922, uncorrected: 0.027906),
    Golden(
      counts: (1319, 60, 62), difference: -0.001516, error: 0.008377, z: -0.181005,
      exact: 0.927911, mid: 0.856984, corrected: 0.927861, uncorrected: 0.856311),
    Golden(
      counts: (100, 10, 0), difference: 0.100000, error: 0.030151, z: 3.316625,
      exact: 0.001953, mid: 0.000977, corrected: 0.004427, uncorrected: 0.001565),
    Golden(
      counts: (220, 34, 15), difference: 0.086364, error: 0.031352, z: 2.754626,
      exact: 0.009399, mid: 0.006600, corrected: 0.010128, uncorrected: 0.006642),
  ]
}

@Suite("Pairs of right and wrong")
struct BinaryPairsTests {
  @Test("Published numbers, to the six digits given", arguments: Golden.rows)
  private func golden(row: Golden) throws {
    let (n, b, c) = row.counts
    let pairs = try #require(BinaryPairs(count: n, firstOnly: b, secondOnly: c))
    let paired = try #require(
      PairedDifference(first: (0..<n).map { $0 < b }, second: (0..<n).map { b..<(b + c) ~= $0 }))
    let estimate = try #require(paired.estimate)
    for (value, expected) in [
      (estimate.value, row.difference), (estimate.standardError, row.error),
      (estimate.statistic, row.z),
      (pairs.exactPValue, row.exact), (pairs.midPValue, row.mid),
      (pairs.chiSquaredPValue(continuityCorrection: true), row.corrected),
      (pairs.chiSquaredPValue(continuityCorrection: false), row.uncorrected),
    ] {
      #expect((value - expected).magnitude <= 0.500_001e-6)
    }
    #expect(estimate.degreesOfFreedom == Double(n - 1))
  }

  @Test("Swapping the arms leaves every p value as it is")
  func swapped() throws {
    for (n, b, c) in [(541, 31, 38), (10, 0, 0), (10, 10, 0), (1, 1, 0), (7, 3, 3)] {
      let pairs = try #require(BinaryPairs(count: n, firstOnly: b, secondOnly: c))
      let other = try #require(BinaryPairs(count: n, firstOnly: c, secondOnly: b))
      #expect(pairs.exactPValue == other.exactPValue)
      #expect(pairs.midPValue == other.midPValue)
      for correction in [true, false] {
        #expect(
          pairs.chiSquaredPValue(continuityCorrection: correction)
            == other.chiSquaredPValue(continuityCorrection: correction))
      }
    }
  }

  @Test("Without discordant items, or with as many on both sides, nothing is significant")
  func undecided() throws {
    for (b, c) in [(0, 0), (1, 1), (20, 20)] {
      let pairs = try #require(BinaryPairs(count: 100, firstOnly: b, secondOnly: c))
      #expect(pairs.exactPValue == 1)
      #expect(pairs.midPValue == 1)
      #expect(pairs.chiSquaredPValue(continuityCorrection: true) == 1)
      #expect(pairs.chiSquaredPValue(continuityCorrection: false) == 1)
    }
  }

  @Test("Impossible tables are refused")
  func impossible() {
    for (n, b, c) in [
      (0, 0, 0), (-1, 0, 0), (5, 3, 3), (5, -1, 0), (5, 0, -1), (5, .max, .max), (.max, 1, 1),
    ] {
      #expect(BinaryPairs(count: n, firstOnly: b, secondOnly: c) == nil)
    }
  }

  @Test("A million discordant items are exact, too, and of a tail that no double holds there is 0")
  func large() throws {
    // By SciPy 1.17.1: binomtest(49500, 100000).pvalue and binomtest(499000, 1000000).pvalue.
    let pairs = try #require(BinaryPairs(count: 200_000, firstOnly: 49500, secondOnly: 50500))
    #expect((pairs.exactPValue / 0.001_582_359_878_851_515_4 - 1).magnitude <= 1e-11)
    let more = try #require(BinaryPairs(count: 1 << 30, firstOnly: 499_000, secondOnly: 501_000))
    #expect((more.exactPValue / 0.045_608_299_865_389_6 - 1).magnitude <= 1e-11)
    let extreme = try #require(BinaryPairs(count: 1 << 30, firstOnly: 1 << 30, secondOnly: 0))
    #expect(extreme.exactPValue == 0)
    #expect(extreme.midPValue == 0)
  }
}

@Suite("Discordance frontier")
struct DiscordanceFrontierTests {
  @Test(
    "Published frontier: the largest b + c at which a difference is significant",
    arguments: [
      (80, 14042, 1624), (11, 834, 25), (7, 541, 9), (2, 1319, nil), (4, 1172, nil),
      (1, 10042, nil),
    ] as [(Int, Int, Int?)])
  func published(difference: Int, count: Int, largest: Int?) {
    for sign in [1, -1] {
      #expect(
        DiscordanceFrontier.largestDiscordantCount(difference: sign * difference, count: count)
          == largest)
    }
  }

  @Test("The frontier is where a search from the least discordance on loses significance")
  func exhaustive() {
    for count in [5, 6, 30, 61] {
      for difference in 0...count {
        for level in [0.05, 0.2] {
          let significant = stride(from: difference, through: count, by: 2).prefix { discordant in
            let c = (discordant - difference) / 2
            let pairs = BinaryPairs(count: count, firstOnly: difference + c, secondOnly: c)
            return (pairs?.exactPValue ?? 1) < level
          }
          #expect(
            DiscordanceFrontier.largestDiscordantCount(
              difference: difference, count: count, level: level) == significant.map(\.self).last)
        }
      }
    }
  }

  @Test("Impossible differences have no frontier")
  func impossible() {
    for (difference, count) in [(0, 10), (11, 10), (1, 0), (1, -1), (.min, 10), (.max, .max)] {
      #expect(
        DiscordanceFrontier.largestDiscordantCount(difference: difference, count: count) == nil)
    }
    #expect(
      DiscordanceFrontier.largestDiscordantCount(difference: 10, count: 100, level: .nan) == nil)
  }
}

@Suite("Prediction intervals")
struct PredictionIntervalTests {
  @Test("Published interval for a fourth run after three")
  func golden() throws {
    let interval = try #require(PredictionInterval(runs: [0.3153, 0.3141, 0.3160]))
    #expect((interval.standardDeviation - 0.00096090).magnitude <= 0.5e-8)
    #expect((interval.range.lowerBound - 0.310359).magnitude <= 0.5e-6)
    #expect((interval.range.upperBound - 0.319907).magnitude <= 0.5e-6)
  }

  // The specification says 2.15 for twenty runs; SciPy gives 2.14471.
  @Test(
    "Published multipliers of the standard deviation",
    arguments: [(2, 15.56), (3, 4.97), (4, 3.56), (5, 3.04), (10, 2.37), (20, 2.14)])
  func multipliers(count: Int, expected: Double) throws {
    let multiplier = try #require(PredictionInterval.multiplier(count: count))
    #expect((multiplier - expected).magnitude <= 0.5e-2)
  }

  @Test("One run, no run, NaN and impossible levels predict nothing")
  func impossible() {
    #expect(PredictionInterval(runs: []) == nil)
    #expect(PredictionInterval(runs: [1]) == nil)
    #expect(PredictionInterval(runs: [1, .nan]) == nil)
    #expect(PredictionInterval(runs: [1, .infinity]) == nil)
    #expect(PredictionInterval(runs: [1, 2], level: 1) == nil)
    #expect(PredictionInterval(runs: [1, 2], level: .nan) == nil)
    #expect(PredictionInterval(runs: [1, 2], level: -0.1) == nil)
    #expect(PredictionInterval(runs: [2, 2])?.range == 2...2)
    #expect(PredictionInterval(runs: [-.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == nil)
  }
}
