import Foundation
import Testing

@testable import Statistics

/// What NumPy and SciPy say, written by Fixtures/make_statistics.py.
struct Oracle: Decodable, Sendable {
  struct Values: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let values: [Double]
    let mean: Double
    let standardDeviation: Double?
    let standardError: Double?
    var testDescription: String { name }
  }

  struct Pair: Decodable, Sendable, CustomTestStringConvertible {
    let first: [Double]
    let second: [Double]
    let value: Double
    let standardError: Double?
    let firstHigher: Int
    let secondHigher: Int
    var testDescription: String { "\(first.count) items" }
  }

  struct Group: Decodable, Sendable, CustomTestStringConvertible {
    struct Member: Decodable, Sendable {
      let value: Double
      let standardError: Double?
      let count: Int
    }
    let members: [Member]
    let value: Double
    let standardError: Double
    let count: Int
    var testDescription: String { "\(members.count) tasks" }
  }

  struct Interval: Decodable, Sendable, CustomTestStringConvertible {
    let successes: Int
    let count: Int
    let lower: Double
    let upper: Double
    var testDescription: String { "\(successes) of \(count)" }
  }

  let samples: [Values]
  let pairs: [Pair]
  let groups: [Group]
  let intervals: [Interval]

  static let shared: Oracle = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil),
      let data = try? Data(contentsOf: folder.appending(path: "statistics.json")),
      let oracle = try? decoder.decode(Oracle.self, from: data)
    else { preconditionFailure("The fixture statistics.json cannot be read.") }
    return oracle
  }()
}

/// Whether two numbers agree within a relative tolerance; NaN agrees with nothing.
private func agrees(_ value: Double?, _ expected: Double?, within tolerance: Double) -> Bool {
  guard let value, let expected else { return value == nil && expected == nil }
  return (value - expected).magnitude <= tolerance * max(expected.magnitude, .leastNormalMagnitude)
}

/// Compensated sums and NumPy's pairwise sums differ by a few units in the last place of 2.2e-16.
private let rounding = 1e-13
/// Deviations of 1e-3 from 1e9 have lost seven digits of sixteen before any of the two begins to sum.
private let roundingAfterCancellation = 1e-6

@Suite("Samples")
struct SampleTests {
  @Test(
    "Mean, standard deviation and standard error agree with SciPy", arguments: Oracle.shared.samples
  )
  func oracle(sample: Oracle.Values) {
    #expect(agrees(Sample.mean(sample.values), sample.mean, within: rounding))
    let tolerance = sample.name.hasPrefix("far") ? roundingAfterCancellation : rounding
    #expect(
      agrees(Sample.standardDeviation(sample.values), sample.standardDeviation, within: tolerance))
    #expect(
      agrees(Sample.standardErrorOfMean(sample.values), sample.standardError, within: tolerance))
  }

  @Test("Without values there is no mean, and with one value no spread")
  func small() {
    #expect(Sample.mean([]) == nil)
    #expect(Sample.standardDeviation([]) == nil)
    #expect(Sample.standardErrorOfMean([4]) == nil)
    #expect(Sample.mean([4]) == 4)
    #expect(Sample.standardDeviation([4, 4]) == 0)
  }

  @Test("NaN and infinities are never lost")
  func nonFinite() throws {
    #expect(try #require(Sample.mean([1, .nan, 2])).isNaN)
    #expect(Sample.mean([1, .infinity]) == .infinity)
    #expect(try #require(Sample.mean([.infinity, -.infinity])).isNaN)
    #expect(try #require(Sample.standardDeviation([1, .infinity])).isNaN)
  }

  @Test("Sums lose nothing to cancellation")
  func compensation() {
    #expect(Sample.sum([1, 1e100, 1, -1e100]) == 2)
    #expect(Sample.sum([Double](repeating: 0.1, count: 1000)) == 100)
  }

  @Test("The standard error of zeros and ones is √(p(1 − p)/(n − 1)): cells printed by a harness")
  func binary() throws {
    for (ones, count, printed) in [
      (227, 1319, "0.0104"), (408, 1172, "0.0139"), (5804, 10042, "0.0049"),
    ] {
      let values = (0..<count).map { $0 < ones ? 1.0 : 0 }
      let error = try #require(Sample.standardErrorOfMean(values))
      #expect(String(format: "%.4f", error) == printed)
    }
  }
}

@Suite("Paired differences")
struct PairedDifferenceTests {
  @Test(
    "Published vectors: n, b, c, difference and standard error to six decimals",
    arguments: [
      (541, 31, 38, -0.012939, 0.015358), (14042, 702, 622, 0.005697, 0.002591),
      (1319, 60, 62, -0.001516, 0.008377), (100, 10, 0, 0.100000, 0.030151),
      (220, 34, 15, 0.086364, 0.031352),
    ])
  func golden(n: Int, b: Int, c: Int, difference: Double, error: Double) throws {
    let first = (0..<n).map { $0 < b }
    let second = (0..<n).map { b..<(b + c) ~= $0 }
    let paired = try #require(PairedDifference(first: first, second: second))
    #expect((paired.value - difference).magnitude <= 0.5e-6)
    let standardError = try #require(paired.standardError)
    #expect((standardError - error).magnitude <= 0.5e-6)
    #expect(paired.firstHigherCount == b)
    #expect(paired.secondHigherCount == c)
    #expect(paired.count == n)
    let (m, d) = (Double(b + c), Double(b - c))
    let binary = ((m - d * d / Double(n)) / Double(n - 1) / Double(n)).squareRoot()
    #expect(agrees(standardError, binary, within: rounding))
  }

  @Test("Difference and standard error agree with SciPy", arguments: Oracle.shared.pairs)
  func oracle(pair: Oracle.Pair) throws {
    let paired = try #require(PairedDifference(first: pair.first, second: pair.second))
    // A mean of differences near zero is compared on the scale of the scores.
    #expect((paired.value - pair.value).magnitude <= 1e-15)
    #expect(agrees(paired.standardError, pair.standardError, within: rounding))
    #expect(paired.firstHigherCount == pair.firstHigher)
    #expect(paired.secondHigherCount == pair.secondHigher)
  }

  @Test("Arms with different numbers of items, or with none, are not compared")
  func mismatched() {
    #expect(PairedDifference(first: [1.0, 0], second: [1.0]) == nil)
    #expect(PairedDifference(first: [Bool](), second: []) == nil)
    #expect(PairedDifference(first: [true], second: [false])?.standardError == nil)
    #expect(PairedDifference(first: [true, true], second: [true, true])?.standardError == 0)
  }

  @Test("Without a spread, p values are those of as many equal items under the worst case")
  func equalDifferences() throws {
    let none = try #require(PairedDifference(differences: [0, 0, 0, 0, 0, 0, 0, 0]))
    #expect(none.estimate == nil && none.pValue == 1)
    #expect(agrees(none.equivalencePValue(margin: 0.02), 0.8507630225817856, within: rounding))
    #expect(none.pValue(above: 0) == 1 && none.pValue(below: 0) == 1)
    // Every item favours the first arm: a true difference of 0.2 does that with 0.6 an item at most.
    let all = try #require(PairedDifference(differences: [1, 1, 1, 1, 1, 1, 1, 1]))
    #expect(agrees(all.pValue(above: 0.2), 0.01679616, within: rounding))
    #expect(agrees(all.pValue, 0.0078125, within: rounding))
    #expect(all.pValue(below: 0.2) == 1 && all.equivalencePValue(margin: 0.2) == 1)
    #expect(all.pValue(above: -1) == 0)
    let other = try #require(PairedDifference(differences: [-1, -1, -1, -1, -1, -1, -1, -1]))
    #expect(other.pValue(below: -0.2) == all.pValue(above: 0.2))
    // Thirds are no doubles: what is left of their spread is rounding.
    let third = 1 / 3.0
    let thirds = try #require(
      PairedDifference(differences: [Double](repeating: third, count: 1001)))
    #expect(thirds.standardError == 0 && thirds.estimate == nil)
    let clusters = try #require(
      PairedDifference(differences: [1, 0, 1, 0], clusters: ["a", "a", "b", "b"]))
    #expect(clusters.standardError == 0 && clusters.independentCount == 2)
    #expect(agrees(clusters.pValue(above: 0), 4.0 / 9, within: rounding))
    #expect(PairedDifference(differences: [1, 0], clusters: ["a"]) == nil)
    #expect(PairedDifference(differences: [1, 0], clusters: ["a", "a"])?.standardError == nil)
  }
}

@Suite("Groups and intervals")
struct GroupMeanTests {
  @Test("Groups are aggregated as the harness does", arguments: Oracle.shared.groups)
  func oracle(group: Oracle.Group) throws {
    let members = group.members.map {
      GroupMean.Member(value: $0.value, standardError: $0.standardError, count: $0.count)
    }
    let mean = try #require(GroupMean(weightingBySize: members))
    #expect(agrees(mean.value, group.value, within: rounding))
    #expect(agrees(mean.standardError, group.standardError, within: rounding))
    #expect(mean.count == group.count)
  }

  @Test("Members that weigh the same have the mean and the error of independent scores")
  func equalWeights() throws {
    let members = [(0.75, 0.25), (0.5, 0.5)].map {
      GroupMean.Member(value: $0.0, standardError: $0.1, count: $0.1 > 0.3 ? 2 : 4)
    }
    let mean = try #require(GroupMean(weightingEqually: members))
    #expect(mean.value == 0.625 && mean.count == 6)
    #expect(mean.standardError == (0.3125).squareRoot() / 2)
    let without = [members[0], .init(value: 1, standardError: nil, count: 1)]
    #expect(GroupMean(weightingEqually: without)?.standardError == nil)
    #expect(GroupMean(weightingEqually: []) == nil)
  }

  @Test("A member without standard error takes that of the group away, not its value")
  func missingError() throws {
    let mean = try #require(
      GroupMean(weightingBySize: [
        .init(value: 1, standardError: nil, count: 1),
        .init(value: 0.5, standardError: 0.1, count: 3),
      ]))
    #expect(mean.value == 0.625)
    #expect(mean.standardError == nil)
    #expect(GroupMean(weightingBySize: []) == nil)
    #expect(GroupMean(weightingBySize: [.init(value: 1, standardError: 0, count: 0)]) == nil)
  }

  @Test("Wilson intervals agree with SciPy", arguments: Oracle.shared.intervals)
  func wilson(oracle: Oracle.Interval) throws {
    let interval = try #require(
      Proportion.wilsonInterval(successes: oracle.successes, count: oracle.count))
    #expect((interval.lowerBound - oracle.lower).magnitude <= 1e-14)
    #expect((interval.upperBound - oracle.upper).magnitude <= 1e-14)
  }

  @Test("Published Wilson intervals, and impossible counts")
  func published() throws {
    let interval = try #require(Proportion.wilsonInterval(successes: 211, count: 541))
    #expect((interval.lowerBound - 0.349831).magnitude <= 0.5e-6)
    #expect((interval.upperBound - 0.431757).magnitude <= 0.5e-6)
    #expect(Proportion.wilsonInterval(successes: 0, count: 30)?.lowerBound == 0)
    #expect(Proportion.wilsonInterval(successes: 30, count: 30)?.upperBound == 1)
    #expect(Proportion.wilsonInterval(successes: 1, count: 0) == nil)
    #expect(Proportion.wilsonInterval(successes: 2, count: 1) == nil)
    #expect(Proportion.wilsonInterval(successes: -1, count: 1) == nil)
  }

  @Test("Reference convergence points drop the best and the worst runs, of three own ones too")
  func referenceConvergence() throws {
    #expect(ReferenceConvergence.mean(of: [9, 1, 2]) == 2)
    #expect(ReferenceConvergence.mean(of: [1, 2]) == 1.5)
    // unet3d: four on each side.
    let runs = (1...12).map { Double($0 * $0) }
    #expect(ReferenceConvergence.mean(of: runs, dropped: 4) == Double(25 + 36 + 49 + 64) / 4)
    #expect(ReferenceConvergence(Array(runs.prefix(9)), dropped: 4) == nil)
    let test = try #require(ReferenceConvergence(runs, ownRuns: 9, dropped: 4))
    #expect(test.mean == 43.5)
    // s is that of all runs, with k in the denominator; 4 reference runs count, and 1 own one.
    let mean = runs.reduce(0, +) / 12
    let variance = runs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12
    let error = (variance * (1 / 4 + 1)).squareRoot()
    #expect(try abs(#require(test.estimate).standardError - error) <= 1e-12 * error)
    #expect(test.estimate?.degreesOfFreedom == 3)
  }
}
