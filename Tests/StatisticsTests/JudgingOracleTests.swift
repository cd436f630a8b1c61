import Foundation
import Testing

@testable import Statistics

/// What SciPy, statsmodels and enumeration say, written by Fixtures/make_judging.py.
private struct JudgingOracle: Decodable, Sendable {
  struct Ratio: Decodable {
    let values, weights: [Double]
    let clusters: [String]
    let mean, standardError: Double
  }

  struct LogSum: Decodable {
    let values: [Double]
    let sum: Double
  }

  struct Tango: Decodable {
    let n, b, c: Int
    let limit, statistic, above, below, level, lower, upper: Double
  }

  struct SignFlips: Decodable {
    let sums: [Double]
    let p: Double
  }

  struct Flips: Decodable {
    let n, k: Int
    let d, within, skellam: Double
  }

  let ratios: [Ratio]
  let logSums: [LogSum]
  let tango: [Tango]
  let signFlips: [SignFlips]
  let flips: [Flips]

  init() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let data = try Data(contentsOf: folder.appending(path: "judging.json"))
    self = try decoder.decode(JudgingOracle.self, from: data)
  }
}

/// Whether two numbers agree to ten significant digits; NaN agrees with nothing.
private func agree(_ value: Double?, _ expected: Double) -> Bool {
  guard let value else { return false }
  return (value - expected).magnitude <= 1e-10 * max(expected.magnitude, 1e-12)
}

@Suite("What verdicts rest on, by SciPy, statsmodels and enumeration")
struct JudgingOracleTests {
  @Test("Ratios and their errors agree with weighted regressions that are robust against clusters")
  func ratios() throws {
    for row in try JudgingOracle().ratios {
      let paired = try #require(
        PairedDifference(
          differences: row.values, clusters: row.clusters, weights: row.weights,
          largestDifference: .infinity))
      #expect(agree(paired.value, row.mean))
      #expect(agree(paired.standardError, row.standardError))
      #expect(paired.independentCount == Set(row.clusters).count)
      let isSingle = paired.independentCount == row.values.count
      if isSingle {
        let alone = PairedDifference(differences: row.values, weights: row.weights)
        #expect(agree(alone?.standardError, row.standardError))
      }
    }
  }

  @Test("Weights that are all alike change nothing but the last bits")
  func equalWeights() throws {
    let row = try #require(try JudgingOracle().ratios.first)
    let weights = [Double](repeating: 7, count: row.values.count)
    let weighted = PairedDifference(differences: row.values, weights: weights)
    let plain = try #require(PairedDifference(differences: row.values))
    #expect(agree(weighted?.value, plain.value))
    #expect(agree(weighted?.standardError, plain.standardError ?? .nan))
    #expect(PairedDifference(differences: [1, 2], weights: [0, 0]) == nil)
    #expect(PairedDifference(differences: [1, 2], weights: [1]) == nil)
  }

  @Test("Scores without limits show nothing without a spread")
  func noLimits() throws {
    let same = try #require(
      PairedDifference(
        differences: [Double](repeating: 2, count: 50), largestDifference: .infinity))
    #expect(same.pValue(above: 1) == 1 && same.pValue == 1)
    #expect(same.equivalencePValue(margin: 100) == 1)
  }

  @Test("Tango's test and interval agree with the likelihood's maximum found by root finding")
  func tango() throws {
    for row in try JudgingOracle().tango {
      let test = try #require(
        PairedScoreTest(count: row.n, firstOnly: Double(row.b), secondOnly: Double(row.c)))
      let statistic = test.statistic(of: row.limit)
      #expect((statistic - row.statistic).magnitude < 1e-7, "\(row)")
      #expect((test.pValue(above: row.limit) - row.above).magnitude < 1e-8, "\(row)")
      #expect((test.pValue(below: row.limit) - row.below).magnitude < 1e-8, "\(row)")
      let interval = try #require(test.confidenceInterval(level: row.level))
      #expect((interval.lowerBound - row.lower).magnitude < 1e-7, "\(row)")
      #expect((interval.upperBound - row.upper).magnitude < 1e-7, "\(row)")
      let mirrored = try #require(
        PairedScoreTest(count: row.n, firstOnly: Double(row.c), secondOnly: Double(row.b)))
      #expect(mirrored.statistic(of: -row.limit) == 0 - statistic)
    }
    #expect(PairedScoreTest(count: 0, firstOnly: 0, secondOnly: 0) == nil)
    #expect(PairedScoreTest(count: 3, firstOnly: 2, secondOnly: 2) == nil)
    #expect(PairedScoreTest(count: 3, firstOnly: .nan, secondOnly: 0) == nil)
    let none = try #require(PairedScoreTest(count: 228, firstOnly: 0, secondOnly: 0))
    #expect(none.pValue(above: -2) == 0 && none.pValue(above: 1) == 1)
    #expect(none.pValue(below: 2) == 0 && none.pValue(below: -1) == 1)
  }

  @Test("One more item that speaks against a claim never makes it clearer")
  func monotone() throws {
    for n in [24, 80, 228] {
      for margin in [0.02, 0.05, 0.1] {
        var last = 0.0
        for ahead in 0...20 {
          let test = try #require(
            PairedScoreTest(count: n, firstOnly: Double(ahead), secondOnly: 0))
          let p = test.pValue(below: margin)
          #expect(p >= last)
          last = p
        }
      }
    }
  }

  @Test("Sign flips agree with the enumeration of all signs, and with McNemar's exact test")
  func signFlips() throws {
    for row in try JudgingOracle().signFlips {
      #expect(SignFlipTest(sums: row.sums)?.pValue == row.p, "\(row)")
      #expect(SignFlipTest(sums: row.sums.map { -$0 })?.pValue == row.p)
      #expect(SignFlipTest(sums: row.sums + [0, 0, 0])?.pValue == row.p)
    }
    for (b, c) in [(5, 1), (12, 3), (0, 7), (10, 10)] {
      let sums = [Double](repeating: 1, count: b) + [Double](repeating: -1, count: c)
      let exact = try #require(BinaryPairs(count: 100, firstOnly: b, secondOnly: c)).exactPValue
      #expect(agree(SignFlipTest(sums: sums)?.pValue, exact))
    }
    #expect(SignFlipTest(sums: [])?.pValue == 1 && SignFlipTest(sums: [0, 0])?.count == 0)
    #expect(SignFlipTest(sums: [Double](repeating: 1, count: 21)) == nil)
    #expect(SignFlipTest(sums: [.nan]) == nil && SignFlipTest(sums: [.infinity]) == nil)
    #expect(SignFlipTest.smallestPValue(count: 6) == 0.03125)
    #expect(SignFlipTest.smallestPValue(count: 0) == 1)
  }

  @Test("Flips of items agree with sums over SciPy's binomial distribution, near its Skellam's")
  func flips() throws {
    for row in try JudgingOracle().flips {
      let flips = try #require(FlipDistribution(count: row.n, discordance: row.d))
      let within = flips.probability(within: row.k)
      #expect(agree(within, row.within), "\(row)")
      #expect((within - row.skellam).magnitude < 0.02)
      let bound = try #require(flips.bound(level: within - 1e-9))
      #expect(bound <= row.k && flips.probability(within: bound) >= within - 1e-9)
      #expect(flips.probability(within: -1) == 0 && flips.probability(within: row.n) > 1 - 1e-12)
    }
    #expect(FlipDistribution(count: 14042, discordance: 0.1) == nil)
    #expect(FlipDistribution(count: 0, discordance: 0.1) == nil)
    #expect(FlipDistribution(count: 10, discordance: -0.1) == nil)
    #expect(FlipDistribution(count: 10, discordance: 0)?.bound(level: 0.95) == 0)
  }

  @Test("Families of tests that all have to hold are corrected as one test each")
  func families() {
    let adjusted = Holm.adjusted(families: [[0.01, 0.02], [0.001], [], [0.04, 0.03, 0.2]])
    #expect(zip(adjusted[0], [0.02, 0.04]).allSatisfy { agree($0, $1) })
    #expect(agree(adjusted[1][0], 0.003) && adjusted[2].isEmpty)
    #expect(zip(adjusted[3], [0.04, 0.04, 0.2]).allSatisfy { agree($0, $1) })
    // Of single tests it is Holm's method itself.
    let single = [0.01, 0.04, 0.03, 0.005]
    #expect(Holm.adjusted(families: single.map { [$0] }).map { $0[0] } == Holm.adjusted(single))
    #expect(Holm.adjusted(families: [[.nan], [0.01]])[0][0].isNaN)
  }

  @Test("What is noticed by one-sided tests takes a smaller factor")
  func oneSidedPower() throws {
    let oneSided = Power.minimumDetectableEffect(standardError: 1, isOneSided: true)
    #expect((oneSided - 2.4864749).magnitude < 1e-6)
    let few = try #require(Estimate(value: 1, standardError: 1, degreesOfFreedom: 3))
    // t(0.975, 3) + t(0.8, 3)
    #expect((Power.minimumDetectableEffect(few) - (3.1824463 + 0.9784723)).magnitude < 1e-6)
  }

  @Test("Logarithms of sums of exponentials agree with SciPy, however small the sums")
  func logSums() throws {
    for row in try JudgingOracle().logSums {
      #expect(agree(Sample.logarithmOfSum(ofExponentials: row.values), row.sum), "\(row)")
    }
    #expect(Sample.logarithmOfSum(ofExponentials: []) == -.infinity)
    #expect(Sample.logarithmOfSum(ofExponentials: [-.infinity, -.infinity]) == -.infinity)
  }
}
