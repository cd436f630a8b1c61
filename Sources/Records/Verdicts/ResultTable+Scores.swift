package import Manifests
import Scoring
import Statistics

extension ResultTable {
  /// Puts scores side by side; nil without two arms to compare.
  package init?(manifest: Manifest, samples: [ArmSamples]) {
    guard let (minuend, subtrahend) = Self.compared(manifest) else { return nil }
    arms = manifest.arms.map(\.name)
    self.minuend = minuend
    self.subtrahend = subtrahend
    let results = MeasuredResults(digest: nil, samples: samples)
    var rows: [Row] = []
    for evaluation in manifest.evaluations {
      let own = samples.filter { $0.evaluation == evaluation.name }
      guard let benchmark = own.first?.benchmark else { continue }
      let parts =
        benchmark.groups.isEmpty
        ? [(name: evaluation.name, tasks: benchmark.tasks.map(\.name))]
        : benchmark.groups.reversed().map { (name: $0.name, tasks: $0.taskNames) }
      for part in parts {
        let task = own.first?.results.first { part.tasks.contains($0.task.name) }
        guard let headline = task?.headline else { continue }
        let name = DocumentedResults.RowName(task: part.name, metric: headline.key)
        rows += Self.row(name, arms, minuend, subtrahend, results).map { [$0] } ?? []
      }
    }
    self.rows = rows
  }

  /// The arms whose difference is shown: the last trained arm, and the first or, if there is only one, the untouched one.
  static func compared(_ manifest: Manifest) -> (minuend: String, subtrahend: String)? {
    let trained = manifest.arms.filter { $0.treatment != .untouched && !$0.isOptional }
      .map(\.name)
    let untouched = manifest.arms.filter { $0.treatment == .untouched }.map(\.name)
    guard let minuend = trained.last, let subtrahend = trained.dropLast().first ?? untouched.first
    else { return nil }
    return (minuend, subtrahend)
  }

  /// The row of a task or group; nil unless both arms that are compared have it.
  private static func row(
    _ name: DocumentedResults.RowName, _ arms: [String], _ minuend: String, _ subtrahend: String,
    _ results: MeasuredResults
  ) -> Row? {
    guard let pair = pair(name, minuend, subtrahend, results),
      let difference = PairedDifference(differences: pair.differences, weights: pair.weights)
    else { return nil }
    return Row(
      task: name.task, metric: name.metric, count: difference.count,
      values: arms.map { (try? ArmRow(name, arm: $0, in: results))?.value ?? .nan },
      difference: difference.value,
      differentCount: difference.firstHigherCount + difference.secondHigherCount,
      standardError: difference.standardError,
      likelihood: likelihood(name.task, minuend, subtrahend, results), noise: pair.noise,
      documents: pair.first.documents)
  }

  private static func likelihood(
    _ task: String, _ minuend: String, _ subtrahend: String, _ results: MeasuredResults
  ) -> Likelihood? {
    let name = DocumentedResults.RowName(task: task, metric: ChoiceQuantity.goldNats.rawValue)
    guard let pair = pair(name, minuend, subtrahend, results) else { return nil }
    let difference = DifferenceTest(pair)
    return Likelihood(
      metric: name.metric, difference: difference.value,
      standardError: difference.paired.standardError)
  }

  private static func pair(
    _ name: DocumentedResults.RowName, _ minuend: String, _ subtrahend: String,
    _ results: MeasuredResults
  ) -> PairedRow? {
    guard let first = try? ArmRow(name, arm: minuend, in: results),
      let second = try? ArmRow(name, arm: subtrahend, in: results)
    else { return nil }
    return try? PairedRow(first, second)
  }
}
