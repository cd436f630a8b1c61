import Files
import Manifests
import Statistics

/// Models compared with the first of them, on the documents that both were asked, without a manifest.
///
/// Every row of two models is a paired test. Those that stand for tasks are corrected by Holm's method for all such rows of
/// all models at once: that any of them is called better or worse although none is happens once in twenty comparisons.
package struct ModelComparison: Sendable {
  /// When a comparison fails.
  package enum FailureRule: String, Sendable, CaseIterable {
    /// If a model is worse than the reference on a task.
    case worse
    /// If it is better or worse.
    case different
  }

  /// One model against the reference.
  package struct Pair: Sendable {
    /// The model's label.
    package let model: String
    /// The rows, in the order of the reference.
    package internal(set) var rows: [Row]
    /// What was not compared.
    package let leftOut: [LeftOut]

    /// The rows that stand for tasks.
    package var primary: [Row] { rows.filter(\.isPrimary) }
  }

  /// The models; the first is what the others are compared with.
  package let models: [ComparedModel]
  /// The comparisons, in the order of the models.
  package let pairs: [Pair]
  /// The difference of shares that does not matter; nil if none was given.
  package let margin: Double?
  /// When the comparison fails; nil for never.
  package let failOn: FailureRule?

  /// The label of the model that the others are compared with.
  package var reference: String { models[0].label }

  /// Number of tests that were corrected for.
  package var testCount: Int { pairs.reduce(0) { $0 + $1.primary.count } }

  /// Reads and compares models.
  ///
  /// - Parameters:
  ///   - arguments: records, folders of lm-evaluation-harness or logs of inspect_ai; of a record every arm is a model.
  ///   - artifacts: the folder with the store of records.
  ///   - names: what the names of tasks in folders stand for.
  ///   - languageData: a folder with the data for sentences and languages; nil without.
  ///   - margin: the difference of shares that does not matter, above 0.
  ///   - failOn: when the comparison fails; nil for never.
  /// - Throws: what reading throws, and ``InterchangeError`` for fewer than two models and for models with no row in common.
  package init(
    _ arguments: [String], artifacts: String, names: TaskNames = TaskNames(),
    languageData: String? = nil, margin: Double? = nil, failOn: FailureRule? = nil
  ) throws {
    let reader = ComparedModelReader(
      artifacts: artifacts, names: names, languageData: languageData)
    try self.init(
      arguments.flatMap { try reader.models($0) }, margin: margin, failOn: failOn)
  }

  /// Compares models with the first of them.
  init(_ models: [ComparedModel], margin: Double?, failOn: FailureRule?) throws {
    guard models.count > 1 else {
      throw InterchangeError(
        .noSamples,
        "There is one model\(models.first.map { ", \($0.label)" } ?? ""); a comparison needs two.")
    }
    let models = ComparedModel.labelled(models)
    var tested = models.dropFirst().map { PairedModels(models[0], $0, margin: margin) }
    // Rows that stand for no task decide nothing.
    guard tested.contains(where: { $0.rows.contains { $0.row.isPrimary } }) else {
      let reason = tested.first?.leftOut.first?.why ?? "They have no task in common."
      throw InterchangeError(
        .noSamples, "Nothing of \(English.list(models.map(\.label))) can be compared. \(reason)")
    }
    let places = tested.indices.flatMap { pair in
      tested[pair].rows.indices.filter { tested[pair].rows[$0].row.isPrimary }
        .map { (pair: pair, row: $0) }
    }
    let adjusted = Holm.adjusted(places.map { tested[$0.pair].rows[$0.row].row.pValue })
    // Equivalence is another question, with a family of its own.
    let equivalence = Holm.adjusted(
      places.map { tested[$0.pair].rows[$0.row].equivalence ?? .nan })
    for pair in tested.indices {
      for row in tested[pair].rows.indices where !tested[pair].rows[row].row.isPrimary {
        let own = tested[pair].rows[row]
        tested[pair].rows[row].decide(
          pValue: own.row.pValue, equivalence: own.equivalence, tests: 1)
      }
    }
    for (index, place) in places.enumerated() {
      tested[place.pair].rows[place.row].decide(
        pValue: adjusted[index],
        equivalence: equivalence[index].isNaN ? nil : equivalence[index], tests: places.count)
    }
    self.models = models
    pairs = tested.map {
      Pair(model: $0.other.label, rows: $0.rows.map(\.row), leftOut: $0.leftOut)
    }
    self.margin = margin
    self.failOn = failOn
  }

  /// Whether a row is what the comparison is to fail on.
  package func isFailure(_ row: Row) -> Bool {
    guard row.isPrimary else { return false }
    switch failOn {
    case .worse: return row.judgement == .worse
    case .different: return row.judgement == .worse || row.judgement == .better
    case nil: return false
    }
  }

  /// 1 if it fails; 5 if it may not fail unseen and scores of the reference have nothing to be compared with; else 0.
  package var exitCode: Int32 {
    guard failOn != nil else { return ExitStatus.success }
    if pairs.contains(where: { $0.rows.contains(where: isFailure) }) { return ExitStatus.different }
    let isIncomplete = pairs.contains { $0.leftOut.contains(where: \.isMissing) }
    return isIncomplete ? ExitStatus.incomplete : ExitStatus.success
  }
}
