import Manifests
import Statistics

extension SeedwiseTest {
  /// The ratio of two arms' means in a row, by its logarithm.
  ///
  /// Over three seeds or more, each gives one; over documents, the error is that of the derivative (the delta method). The
  /// larger error counts.
  ///
  /// - Throws: an ``Obstacle`` for means that have no ratio, and for arms with different seeds.
  init(ratioOf first: ArmRow, to second: ArmRow, below limit: Double) throws(Obstacle) {
    let pair = try PairedRow.testable(first, second)
    for row in [first, second] {
      guard row.values.allSatisfy({ $0 > 0 }) else {
        throw Obstacle(
          status: .inconclusive,
          why:
            "The mean of the arm \"\(row.arm)\" on \(row.name) is not above zero, so that there is no ratio."
        )
      }
    }
    guard let seedPairs = first.paired(with: second) else {
      throw Obstacle(
        status: .invalid,
        why:
          "The arms \"\(first.arm)\" and \"\(second.arm)\" were trained with different seeds, so that their ratios cannot be paired."
      )
    }
    let ratios = seedPairs.map { Sample.logarithm($0.first / $0.second) }
    row = first.name
    values = ratios
    count = first.count
    self.limit = Sample.logarithm(limit)
    seeds = Estimate(ofSeeds: ratios)
    documents = Self.documents(pair)
    shown = { Sample.exponential($0) }
    let sentence = "On \(first.name) \(first.arm) is "
    let other = second.arm
    subject = { "\(sentence)\($0) times \(other)" }
    comparison = "below"
    remark = ""
    obstacle = nil
  }

  /// The logarithm of the ratio of the means over seeds, with its error between documents.
  private static func documents(_ pair: PairedRow) -> Estimate? {
    let (first, second) = (pair.first.value, pair.second.value)
    let scores = pair.first.items.flatMap(\.scores)
    let weights = pair.first.items.flatMap {
      [Double](repeating: $0.weight, count: $0.scores.count)
    }
    guard scores.count == pair.differences.count else { return nil }
    // The derivative of ln(x/y) in the direction of a document: x_d/x - y_d/y, whose weighted mean is zero.
    let influence = zip(scores, pair.differences).map { score, difference in
      score / first - (score - difference) / second
    }
    guard
      let error = PairedDifference(
        differences: influence, clusters: pair.clusters, weights: weights,
        largestDifference: .infinity)
    else { return nil }
    return error.standardError.flatMap {
      Estimate(
        value: Sample.logarithm(first / second), standardError: $0,
        degreesOfFreedom: Double(error.independentCount - 1))
    }
  }
}

extension Estimate {
  /// The mean of what seeds give with its error between them; nil for fewer than three, and for seeds that are all alike.
  init?(ofSeeds values: [Double]) {
    guard values.count >= DifferenceTest.leastSeedCount, let mean = Sample.mean(values),
      let error = Sample.standardErrorOfMean(values)
    else { return nil }
    self.init(value: mean, standardError: error, degreesOfFreedom: Double(values.count - 1))
  }
}
