import Files
import Manifests
package import Scoring
import Statistics

extension ModelComparison {
  /// What can be said of two models in a row.
  package enum Judgement: String, Sendable {
    /// The other model is better than the reference.
    case better
    /// It is worse.
    case worse
    /// The difference is shown to be smaller than the margin.
    case same
    /// Nobody can tell.
    case undecided = "cannot tell"
  }

  /// A metric of a task or group, of two models on the same documents.
  package struct Row: Sendable, Equatable {
    /// The task or group.
    package let task: String
    /// The metric and, after a comma, the filter.
    package let metric: String
    /// What the metric measures.
    package let quantity: Quantity
    /// Whether the row stands for its task: its headline metric, of no part of a group that is compared as a whole.
    package let isPrimary: Bool
    /// Number of scores that were compared.
    package let count: Int
    /// Number of documents that only the reference was asked, and only the other model.
    package let onlyInReference: Int
    package let onlyInOther: Int
    /// Number of documents that share their content with others of the row.
    package let ambiguous: Int
    /// The mean of the reference and of the other model over the documents that both were asked.
    package let values: (reference: Double, other: Double)
    /// Other minus reference.
    package let difference: Double
    /// The standard error of the difference; nil without a spread.
    package let standardError: Double?
    /// Number of clusters; nil where all items are independent.
    package let clusterCount: Int?
    /// The confidence interval of the difference; nil without a spread.
    package let interval: SignificanceTest.Interval?
    /// The name of the test of no difference.
    package let test: String
    /// Its p value.
    package let pValue: Double
    /// The same, corrected for all rows that stand for tasks; nil for a row that does not.
    package internal(set) var adjustedPValue: Double?
    /// The p value of "the difference is the margin or more", corrected alike; nil without a margin, and of what is no share.
    package internal(set) var equivalencePValue: Double?
    /// The difference that would be found four times in five; nil without a spread.
    package internal(set) var smallestDetectable: Double?
    /// What can be said; of a row that stands for no task, without a correction.
    package internal(set) var judgement = Judgement.undecided

    /// Whether the difference speaks for the other model: positive if it does.
    var advantage: Double { quantity.isLowerBetter ? 0 - difference : difference }

    /// The name of the row.
    package var name: String { "\(task).\(metric)" }

    package static func == (left: Row, right: Row) -> Bool {
      left.task == right.task && left.metric == right.metric && left.difference == right.difference
        && left.pValue == right.pValue && left.judgement == right.judgement
    }
  }

  /// A row that was not compared, and why, in a sentence.
  package struct LeftOut: Sendable, Equatable {
    /// The task or group.
    package let task: String
    /// The metric; nil for all of the task's.
    package let metric: String?
    /// Why.
    package let why: String
    /// Whether the reference has scores that should have been compared.
    package let isMissing: Bool
  }
}

/// A row with the test that its numbers come from.
struct TestedRow {
  var row: ModelComparison.Row
  let test: DifferenceTest
  /// The p value of equivalence, before any correction.
  let equivalence: Double?

  /// Compares a row.
  ///
  /// - Throws: an ``Obstacle`` if it cannot be.
  init(
    _ name: DocumentedResults.RowName, _ match: DocumentMatch, isPrimary: Bool, margin: Double?
  ) throws(Obstacle) {
    let results = MeasuredResults(digest: nil, arms: match.reference + match.other)
    guard let reference = match.reference.first?.arm, let other = match.other.first?.arm else {
      throw Obstacle(status: .skipped, why: "There are no scores of \(name).")
    }
    let second = try ArmRow(name, arm: reference, in: results)
    let first = try ArmRow(name, arm: other, in: results)
    let test = DifferenceTest(try PairedRow.testable(first, second))
    let isShare = first.quantity.unit == .share
    equivalence = margin.flatMap { isShare ? test.equivalence($0) : nil }
    self.test = test
    row = ModelComparison.Row(
      task: name.task, metric: name.metric, quantity: first.quantity, isPrimary: isPrimary,
      count: test.pair.differences.count, onlyInReference: match.onlyInReference,
      onlyInOther: match.onlyInOther, ambiguous: match.ambiguous,
      values: (second.value, first.value),
      difference: test.sign < 0 ? 0 - test.value : test.value,
      standardError: test.estimate?.standardError ?? test.paired.standardError,
      clusterCount: test.pair.clusters.map { Set($0).count },
      interval: test.interval(level: 1 - ClaimTest.level, isOfLimits: false), test: test.name,
      pValue: test.twoSided)
  }

  /// Decides, with p values that were corrected for so many tests.
  mutating func decide(pValue: Double, equivalence: Double?, tests: Int) {
    if row.isPrimary {
      row.adjustedPValue = pValue
      row.equivalencePValue = equivalence
    }
    row.smallestDetectable = test.smallestDetectable(
      level: ClaimTest.level / Double(max(1, tests)), isOneSided: false)
    if let equivalence, equivalence < ClaimTest.level {
      row.judgement = .same
    } else if pValue < ClaimTest.level {
      row.judgement = row.advantage > 0 ? .better : .worse
    }
  }
}
