import Foundation
import Testing

@testable import Statistics

/// What SciPy and statsmodels say, written by Fixtures/make_tests.py.
private struct TestOracle: Decodable, Sendable {
  struct McNemar: Decodable {
    let n, b, c: Int
    let exact, corrected, uncorrected: Double
  }

  struct Interval: Decodable {
    let successes, count: Int
    let level: Double
    let clopperPearson, uniformPrior: [Double]
  }

  struct HolmRow: Decodable {
    let p, adjusted: [Double]
  }

  struct Equivalence: Decodable {
    let values: [Double]
    let margin, p, pAbove, pBelow: Double
  }

  struct Clustered: Decodable {
    let clusters: [[Double]]
    let uncorrected, corrected: Double
  }

  struct Prediction: Decodable {
    let runs, ownRuns: Int
    let level, multiplier: Double
  }

  struct PowerRow: Decodable {
    let n: Int
    let discordance, difference, power: Double
  }

  struct Seeds: Decodable {
    let effect, count: Double
  }

  struct BootstrapRow: Decodable {
    let clusters: [[Double]]
    let seed: UInt64
    let means, interval, scipy: [Double]
    let resamples: Int
  }

  let mcnemar: [McNemar]
  let intervals: [Interval]
  let holm: [HolmRow]
  let equivalence: [Equivalence]
  let clustered: [Clustered]
  let prediction: [Prediction]
  let power: [PowerRow]
  let seeds: [Seeds]
  let bootstrap: [BootstrapRow]

  init() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let data = try Data(contentsOf: folder.appending(path: "tests.json"))
    self = try decoder.decode(TestOracle.self, from: data)
  }
}

/// Whether two numbers agree to `digits` significant digits; NaN agrees with nothing.
private func agree(_ value: Double?, _ expected: Double, digits: Int = 10) -> Bool {
  guard let value else { return false }
  return (value - expected).magnitude <= pow(10, -Double(digits)) * max(expected.magnitude, 1e-12)
}

@Suite("Tests, intervals and power by SciPy and statsmodels")
struct TestOracleTests {
  @Test("McNemar's tests agree with statsmodels")
  func mcnemar() throws {
    for row in try TestOracle().mcnemar {
      let pairs = try #require(BinaryPairs(count: row.n, firstOnly: row.b, secondOnly: row.c))
      #expect(agree(pairs.exactPValue, row.exact))
      #expect(agree(pairs.chiSquaredPValue(continuityCorrection: true), row.corrected))
      #expect(agree(pairs.chiSquaredPValue(continuityCorrection: false), row.uncorrected))
    }
  }

  @Test("Intervals of proportions agree with statsmodels and SciPy, and with the published ones")
  func intervals() throws {
    for row in try TestOracle().intervals {
      let exact = try #require(
        Proportion.clopperPearsonInterval(
          successes: row.successes, count: row.count, level: row.level))
      let posterior = try #require(
        Proportion.uniformPriorInterval(
          successes: row.successes, count: row.count, level: row.level))
      for (interval, expected) in [(exact, row.clopperPearson), (posterior, row.uniformPrior)] {
        #expect((interval.lowerBound - expected[0]).magnitude <= 1e-11, "\(row)")
        #expect((interval.upperBound - expected[1]).magnitude <= 1e-11, "\(row)")
      }
    }
    let published = try #require(Proportion.clopperPearsonInterval(successes: 211, count: 541))
    #expect((published.lowerBound - 0.348692).magnitude <= 0.5e-6)
    #expect((published.upperBound - 0.432553).magnitude <= 0.5e-6)
    let none = try #require(Proportion.wilsonInterval(successes: 0, count: 30))
    // The specification rounds 0.1135134 up.
    #expect(none.lowerBound == 0 && (none.upperBound - 0.113514).magnitude <= 1e-6)
    // 1 - 0.025^(1/31), the quantile of a beta distribution that has a closed form.
    let posterior = try #require(Proportion.uniformPriorInterval(successes: 0, count: 30))
    #expect(agree(posterior.upperBound, 1 - pow(0.025, 1.0 / 31)))
    for impossible in [(1, 0), (2, 1), (-1, 1)] {
      let (successes, count) = impossible
      #expect(Proportion.clopperPearsonInterval(successes: successes, count: count) == nil)
      #expect(Proportion.uniformPriorInterval(successes: successes, count: count) == nil)
    }
  }

  @Test("Holm's correction agrees with statsmodels, keeps the order and lets NaN stand aside")
  func holm() throws {
    for row in try TestOracle().holm {
      let adjusted = Holm.adjusted(row.p)
      #expect(adjusted.count == row.p.count)
      #expect(zip(adjusted, row.adjusted).allSatisfy { agree($0, $1, digits: 14) }, "\(row)")
    }
    #expect(Holm.adjusted([]).isEmpty)
    let partial = Holm.adjusted([0.01, .nan, 0.04])
    #expect(agree(partial[0], 0.03) && partial[1].isNaN && agree(partial[2], 0.08))
  }

  @Test("Two one-sided tests agree with statsmodels, and with the confidence interval")
  func equivalence() throws {
    for row in try TestOracle().equivalence {
      let paired = try #require(PairedDifference(differences: row.values))
      #expect(agree(paired.pValue(above: -row.margin), row.pAbove))
      #expect(agree(paired.pValue(below: row.margin), row.pBelow))
      #expect(agree(paired.equivalencePValue(margin: row.margin), row.p))
      let interval = try #require(paired.estimate?.confidenceInterval(level: 0.9))
      let isInside = interval.lowerBound > -row.margin && interval.upperBound < row.margin
      #expect(isInside == (row.p < 0.05))
    }
  }

  @Test("Errors of clusters agree with statsmodels' robust ones, and with the published toy's")
  func clustered() throws {
    for row in try TestOracle().clustered {
      let corrected = try #require(Sample.standardErrorOfMean(clusters: row.clusters))
      #expect(agree(corrected, row.corrected))
      let count = Double(row.clusters.count)
      #expect(agree(corrected * ((count - 1) / count).squareRoot(), row.uncorrected))
      let names = row.clusters.enumerated().flatMap { index, cluster in
        cluster.map { _ in "\(index)" }
      }
      let paired = PairedDifference(differences: row.clusters.flatMap(\.self), clusters: names)
      #expect(agree(paired?.standardError, row.corrected))
      #expect(paired?.independentCount == row.clusters.count)
    }
    let toy: [[Double]] = [[1, 1, 0], [0, 0, 1, 0], [1, 1], [0, 1, 0]]
    let error = try #require(Sample.standardErrorOfMean(clusters: toy))
    let independent = try #require(Sample.standardErrorOfMean(toy.flatMap(\.self)))
    #expect((error - 0.152145).magnitude <= 0.5e-6)
    #expect((error * 0.75.squareRoot() - 0.131762).magnitude <= 0.5e-6)
    #expect((independent - 0.150756).magnitude <= 0.5e-6)
  }

  @Test("Multipliers of prediction intervals agree with SciPy, for several own runs too")
  func prediction() throws {
    for row in try TestOracle().prediction {
      #expect(
        agree(
          PredictionInterval.multiplier(count: row.runs, level: row.level, ownRuns: row.ownRuns),
          row.multiplier), "\(row)")
    }
    let values = [0.3, 0.31, 0.33, 0.29]
    let one = try #require(PredictionInterval(runs: values))
    let four = try #require(PredictionInterval(runs: values, ownRuns: 4))
    #expect(agree(four.halfWidth / one.halfWidth, (0.5 / 1.25).squareRoot()))
    let interval = try #require(four.estimate?.confidenceInterval())
    #expect(agree(interval.upperBound, four.range.upperBound))
    #expect(PredictionInterval(runs: values, ownRuns: 0) == nil)
  }

  @Test("The power of McNemar's exact test is that of a sum over all tables by SciPy")
  func exactPower() throws {
    for row in try TestOracle().power {
      let exact = ExactPower(count: row.n, discordance: row.discordance, level: 0.05)
      #expect(agree(exact?.power(of: row.difference), row.power, digits: 9), "\(row)")
    }
  }

  @Test("Needed seeds are those of statsmodels' power of a paired t test, rounded up")
  func seeds() throws {
    for row in try TestOracle().seeds {
      let count = Power.requiredSeeds(difference: row.effect, standardDeviation: 1)
      #expect(count == Int(row.count.rounded(.up)))
    }
    #expect(Power.requiredSeeds(difference: 0, standardDeviation: 1) == nil)
    #expect(Power.requiredSeeds(difference: 1, standardDeviation: 0) == nil)
    #expect(Power.requiredSeeds(difference: .nan, standardDeviation: 1) == nil)
    #expect(Power.requiredSeeds(difference: 1e-9, standardDeviation: 1) == nil)
  }

  @Test("Resamples are those of a second program from the same numbers, whatever their order")
  func bootstrap() throws {
    for row in try TestOracle().bootstrap {
      let bootstrap = try #require(Bootstrap(clusters: row.clusters, seed: row.seed))
      let backwards = row.means.indices.reversed().map { bootstrap.mean(ofResample: $0) }
      #expect(zip(backwards.reversed(), row.means).allSatisfy { agree($0, $1, digits: 12) })
      let interval = try #require(bootstrap.percentileInterval(resamples: row.resamples))
      #expect(agree(interval.lowerBound, row.interval[0]))
      #expect(agree(interval.upperBound, row.interval[1]))
      // SciPy's own draws, of means that lie some hundredths apart.
      #expect((interval.lowerBound - row.scipy[0]).magnitude <= 0.02)
      #expect((interval.upperBound - row.scipy[1]).magnitude <= 0.02)
    }
  }
}

@Suite("Bootstrap")
struct BootstrapTests {
  @Test("The numbers behind it are the published ones of SplitMix64")
  func splitMix() {
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect((0..<5).map { Bootstrap.random(1_234_567, $0) } == expected)
  }

  @Test("Equal values leave no doubt, other seeds draw otherwise, and no values are refused")
  func edges() throws {
    let equal = try #require(Bootstrap(clusters: [[0.25, 0.25], [0.25]], seed: 1))
    #expect(equal.percentileInterval(resamples: 50) == 0.25...0.25)
    let first = try #require(Bootstrap(clusters: (0..<50).map { [Double($0)] }, seed: 1))
    let second = try #require(Bootstrap(clusters: (0..<50).map { [Double($0)] }, seed: 2))
    #expect(first.mean(ofResample: 0) != second.mean(ofResample: 0))
    #expect(first.mean(ofResample: 0) != first.mean(ofResample: 1))
    #expect(Bootstrap(clusters: [], seed: 0) == nil && Bootstrap(clusters: [[]], seed: 0) == nil)
    #expect(first.percentileInterval(level: 1) == nil)
    #expect(first.percentileInterval(level: .nan) == nil)
    #expect(first.percentileInterval(resamples: 0) == nil)
  }
}

@Suite("Power")
struct PowerTests {
  @Test("Published numbers: 2.80159 standard errors, 969 questions, 5.8 % of MMLU")
  func published() throws {
    #expect(
      (Power.minimumDetectableEffect(standardError: 1) - 2.80159).magnitude <= 0.5e-5)
    #expect(
      Power.requiredCount(
        difference: 0.03, questionVariance: 1.0 / 9, samplingVariances: (0, 0), samples: (1, 1))
        == 969)
    let share = Power.largestDiscordance(difference: 0.0057, count: 14042)
    #expect((share - 0.058).magnitude <= 0.5e-3)
  }

  @Test("Answering each question more often helps as far as questions do not differ")
  func samples() {
    func count(_ samples: Int) -> Int? {
      Power.requiredCount(
        difference: 0.03, questionVariance: 1.0 / 9, samplingVariances: (1.0 / 6, 1.0 / 6),
        samples: (samples, samples))
    }
    #expect(count(1) == 3876 && count(2) == 2423 && count(1_000_000) == 970)
    #expect(count(0) == nil)
  }

  @Test("What is noticed is never less than what can be significant at all, nor more than differs")
  func consistent() throws {
    for count in [5, 6, 8, 12, 24, 30, 48, 80, 150, 300] {
      for discordance in [0.02, 0.1, 0.25, 0.5, 0.9, 1] {
        guard
          let noticed = Power.smallestDifference(discordance: discordance, count: count)
        else { continue }
        #expect(noticed >= 5.5 / Double(count), "\(count), \(discordance)")
        #expect(noticed <= discordance)
      }
    }
    #expect(Power.smallestDifference(discordance: 1, count: 5) == nil)
    #expect(Power.smallestDifference(discordance: 1, count: 6) != nil)
    #expect(Power.smallestDifference(discordance: 0.25, count: 30) == nil)
    #expect(Power.smallestDifference(discordance: 0, count: 30) == nil)
    #expect(Power.smallestDifference(discordance: .nan, count: 30) == nil)
    #expect(Power.smallestDifference(discordance: 0.1, count: 0) == nil)
    // Fewer than six of so many items differ.
    #expect(Power.smallestDifference(discordance: 1e-4, count: 14042) == nil)
  }

  @Test("The exact test and the normal approximation meet where one takes over from the other")
  func handover() throws {
    let exact = try #require(Power.smallestDifference(discordance: 0.2, count: 1000))
    let normal = try #require(Power.smallestDifference(discordance: 0.2, count: 1001))
    #expect((exact / normal - 1).magnitude < 0.03)
  }

  @Test("So many items as it takes do notice the difference, and one in six fewer do not")
  func required() throws {
    for (difference, discordance) in [(0.1, 0.1), (0.1, 0.3), (0.2, 0.25), (0.3, 0.1)] {
      let count = try #require(
        Power.requiredCount(difference: difference, discordance: discordance))
      // The arms cannot differ more than their answers do.
      let share = max(difference, discordance)
      func power(_ count: Int) throws -> Double {
        try #require(ExactPower(count: count, discordance: share, level: 0.05))
          .power(of: difference)
      }
      #expect(try power(count) >= 0.8)
      #expect(try power(count * 5 / 6 - 2) < 0.8)
    }
    #expect(Power.requiredCount(difference: 0, discordance: 0.1) == nil)
    #expect(Power.requiredCount(difference: 2, discordance: 0.1) == nil)
  }
}
