import Manifests
import Scoring
import Statistics

/// A row of which it is asked what it could show, with the number of its items before any run.
struct PowerRow {
  let name: DocumentedResults.RowName
  /// Nil where any texts may be asked, and neither a limit nor a lock says how many are.
  let count: Int?
  let origin: PowerAnalysis.CountOrigin
  /// Number of answers to each item.
  let answerCount: Int

  init(
    name: DocumentedResults.RowName, count: Int?, origin: PowerAnalysis.CountOrigin,
    answerCount: Int
  ) {
    self.name = name
    self.count = count
    self.origin = origin
    self.answerCount = answerCount
  }

  /// Another row of the same items.
  init(_ name: DocumentedResults.RowName, like other: PowerRow) {
    self.init(
      name: name, count: other.count, origin: other.origin, answerCount: other.answerCount)
  }

  /// The rows of an evaluation: groups of a benchmark that has some, or its only task; under each, documented ones of its
  /// other metrics.
  static func all(
    of evaluation: Manifest.Evaluation, documented: DocumentedResults?, lockedCount: Int?
  ) -> [PowerRow] {
    let benchmark = evaluation.benchmark
    let whole = benchmark.documentCount(limit: nil)
    let answerCount = evaluation.sampling?.count ?? 1
    let isWhole = evaluation.limit == nil && (lockedCount ?? whole) == whole
    func row(_ task: String, _ members: [EvaluationTask]) -> [PowerRow] {
      let counts = members.map { [$0.documentCount, evaluation.limit].compactMap(\.self).min() }
      let most = counts.contains(nil) ? nil : counts.compactMap(\.self).reduce(0, +)
      let name = DocumentedResults.RowName(task: task, metric: benchmark.tasks[0].headlineKey)
      let count = [most, lockedCount].compactMap(\.self).min()
      func asked(
        _ name: DocumentedResults.RowName, _ count: Int?, _ origin: PowerAnalysis.CountOrigin
      ) -> PowerRow {
        PowerRow(name: name, count: count, origin: origin, answerCount: answerCount)
      }
      var first = asked(name, count, .benchmark)
      let cells = (documented?.valueCells ?? []).filter { $0.task == task }
      if let lockedCount, members.count == benchmark.tasks.count {
        first = asked(name, lockedCount, .lock)
      } else if isWhole, cells.contains(where: { $0.isNamed(name) && $0.count == most }) {
        first = asked(name, most, .documented)
      }
      return [first]
        + cells.filter { !$0.isNamed(name) }.map { cell in
          let name = DocumentedResults.RowName(task: task, metric: cell.metric)
          if isWhole, let count = cell.count { return asked(name, count, .documented) }
          return asked(
            name, first.count, cell.isOfInstructions ? .benchmark : first.origin)
        }
    }
    guard !benchmark.groups.isEmpty else { return row(evaluation.name, benchmark.tasks) }
    return benchmark.groups.reversed().flatMap { group in
      row(group.name, benchmark.tasks.filter { group.taskNames.contains($0.name) })
    }
  }
}

/// What a finished run measured of the difference of two arms in a row.
struct MeasuredDifference {
  /// Number of items.
  let count: Int
  /// Items with different scores, averaged over seeds; nil if the arms cannot be paired.
  let differentCount: Int?
  /// The standard deviation between seeds of the difference; nil for one seed.
  let seedDeviation: Double?
  /// The standard error of the difference over items; nil if the arms cannot be paired, or have no spread.
  let standardError: Double?
  /// What of it comes of which answers were drawn; nil unless each item has several.
  let noise: AnswerNoise?

  /// Reads two arms' row out of results; nil if they have none that is sound.
  static func read(
    _ name: DocumentedResults.RowName, _ minuend: String, _ subtrahend: String
  ) -> (MeasuredResults) -> MeasuredDifference? {
    { results in
      guard let first = try? ArmRow(name, arm: minuend, in: results),
        let second = try? ArmRow(name, arm: subtrahend, in: results)
      else { return nil }
      let isUntrained = second.values.count == 1
      let differences = first.values.enumerated().map { index, value in
        value - second.values[isUntrained ? 0 : min(index, second.values.count - 1)]
      }
      let pair = try? PairedRow(first, second)
      return MeasuredDifference(
        count: first.count, differentCount: pair?.differentCount,
        seedDeviation: Sample.standardDeviation(differences),
        standardError: pair.flatMap { DifferenceTest($0).paired.estimate?.standardError },
        noise: pair?.noise)
    }
  }
}
