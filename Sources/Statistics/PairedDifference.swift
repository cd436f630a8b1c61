/// The difference between two arms that were scored on the same items.
///
/// Both arms see the same items, so the spread between items cancels: the standard error is that of the mean of the
/// differences per item (Miller 2024, arXiv 2411.00640, section 4.2). For scores 0 and 1, with b items that only the first
/// arm gets right and c that only the second does, it equals √([b + c − (b − c)²/n] / (n − 1) / n).
///
/// Items of one cluster, such as the questions of a subject, may depend on each other; the error is then that of clusters.
/// Items may count differently, such as texts by their tokens; the mean is then the ratio Σ w x / Σ w, and so is its error.
package struct PairedDifference: Sendable, Equatable {
  /// The number of items that both arms were scored on.
  package let count: Int
  /// The number of differences that are independent of each other: clusters, or items.
  package let independentCount: Int
  /// The mean of first minus second.
  package let value: Double
  /// The standard error of that mean; nil for a single item or cluster, 0 without a spread.
  package let standardError: Double?
  /// Value and error with one degree of freedom less than there are independent differences; nil without a spread.
  package let estimate: Estimate?
  /// Items on which the first arm scores higher.
  package let firstHigherCount: Int
  /// Items on which the second arm scores higher.
  package let secondHigherCount: Int

  /// How far the scores of an item can be apart: 1 for shares, infinity for what has no limits.
  let largestDifference: Double

  /// Errors below this are rounding: one item of a thousand million that differs gives more.
  private static let leastStandardError = 1e-12

  /// Takes the differences of all items, with the cluster and the weight of each if there are any; nil without items.
  ///
  /// - Parameters:
  ///   - differences: first minus second, item by item.
  ///   - clusters: what each item shares with others; nil if all are independent of each other.
  ///   - weights: how much each item counts, above zero; nil if all count the same.
  ///   - largestDifference: how far the scores of an item can be apart.
  package init?(
    differences: [Double], clusters: [String]? = nil, weights: [Double]? = nil,
    largestDifference: Double = 1
  ) {
    guard
      let mean = weights.map({ Sample.mean(differences, weights: $0) }) ?? Sample.mean(differences),
      clusters.map({ $0.count == differences.count }) != false
    else { return nil }
    let groups = clusters.map { Sample.grouped(differences, by: $0) }
    count = differences.count
    independentCount = groups?.count ?? differences.count
    value = mean
    self.largestDifference = largestDifference
    let error: Double?
    if let weights {
      error = Sample.standardErrorOfMean(
        clusters: groups ?? differences.map { [$0] },
        weights: clusters.map { Sample.grouped(weights, by: $0) } ?? weights.map { [$0] })
    } else {
      error =
        groups.map { Sample.standardErrorOfMean(clusters: $0) }
        ?? Sample.standardErrorOfMean(differences)
    }
    standardError = error.map { $0 < Self.leastStandardError ? 0 : $0 }
    estimate = standardError.flatMap { [independentCount] error in
      Estimate(
        value: mean, standardError: error, degreesOfFreedom: Double(independentCount - 1))
    }
    firstHigherCount = differences.count { $0 > 0 }
    secondHigherCount = differences.count { $0 < 0 }
  }

  /// Compares two arms item by item; nil without items or if the arms were not scored on equally many.
  package init?(first: [Double], second: [Double], clusters: [String]? = nil) {
    guard first.count == second.count else { return nil }
    self.init(differences: zip(first, second).map { $0 - $1 }, clusters: clusters)
  }

  /// Compares two arms by their items right or wrong; nil without items or for different numbers of them.
  package init?(first: [Bool], second: [Bool]) {
    self.init(first: first.map { $0 ? 1 : 0 }, second: second.map { $0 ? 1 : 0 })
  }
}

// MARK: - Tests

extension PairedDifference {
  /// The p value of "the true difference is not above the limit", by Student's t.
  ///
  /// Without a spread, where every independent difference is the same v above the limit l, it is the probability of that
  /// under the worst case of a true difference of l: ((1 + l)/(1 + v))ⁿ for scores from 0 to 1, (1 + l)ⁿ for n equal ones.
  /// It is 1 for scores without limits, of which a few, far off, could make up any difference.
  package func pValue(above limit: Double) -> Double {
    estimate?.pValue(above: limit) ?? unseen(value: value, limit: limit)
  }

  /// The p value of "the true difference is not below the limit".
  package func pValue(below limit: Double) -> Double {
    estimate?.pValue(below: limit) ?? unseen(value: -value, limit: -limit)
  }

  /// The two-sided p value of no difference.
  package var pValue: Double { min(1, 2 * min(pValue(above: 0), pValue(below: 0))) }

  /// The p value of "the true difference is the margin or more, one way or the other".
  package func equivalencePValue(margin: Double) -> Double {
    estimate?.equivalencePValue(margin: margin)
      ?? max(pValue(above: -margin), pValue(below: margin))
  }

  private func unseen(value: Double, limit: Double) -> Double {
    guard value > limit, largestDifference.isFinite else { return 1 }
    // A difference is at least -1: of true mean l, at most this share can be v.
    let share = max(0, largestDifference + limit) / (largestDifference + value)
    return Elementary.exp(Double(independentCount) * Elementary.log(share))
  }
}
