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

  let ratios: [Ratio]
  let logSums: [LogSum]

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

  @Test("Logarithms of sums of exponentials agree with SciPy, however small the sums")
  func logSums() throws {
    for row in try JudgingOracle().logSums {
      #expect(agree(Sample.logarithmOfSum(ofExponentials: row.values), row.sum), "\(row)")
    }
    #expect(Sample.logarithmOfSum(ofExponentials: []) == -.infinity)
    #expect(Sample.logarithmOfSum(ofExponentials: [-.infinity, -.infinity]) == -.infinity)
  }
}
