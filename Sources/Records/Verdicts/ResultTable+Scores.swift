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
    var rows: [Row] = []
    for evaluation in manifest.evaluations {
      let own = samples.filter { $0.evaluation == evaluation.name }
      guard let benchmark = own.first?.benchmark else { continue }
      let parts =
        benchmark.groups.isEmpty
        ? [(name: evaluation.name, tasks: benchmark.tasks.map(\.name))]
        : benchmark.groups.reversed().map { (name: $0.name, tasks: $0.taskNames) }
      for part in parts {
        rows += Self.row(
          part.name, tasks: part.tasks, samples: own, arms: manifest.arms.map(\.name),
          minuend: minuend, subtrahend: subtrahend)
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

  /// The row of a task or group; none if no arm has samples of it.
  private static func row(
    _ name: String, tasks: [String], samples: [ArmSamples], arms: [String], minuend: String,
    subtrahend: String
  ) -> [Row] {
    guard let task = samples.first?.results.first(where: { tasks.contains($0.task.name) }),
      let headline = task.headline
    else { return [] }
    let scores = arms.map { arm in
      meanScores(samples.filter { $0.arm == arm }, tasks: tasks, headline: headline)
    }
    guard let first = arms.firstIndex(of: minuend), let second = arms.firstIndex(of: subtrahend),
      let difference = PairedDifference(first: scores[first], second: scores[second])
    else { return [] }
    return [
      Row(
        task: name, metric: headline.key, count: difference.count,
        values: scores.map { Sample.mean($0) ?? .nan }, difference: difference.value,
        differentCount: difference.firstHigherCount + difference.secondHigherCount,
        standardError: difference.standardError)
    ]
  }

  /// Scores of every document, in order, averaged over seeds.
  private static func meanScores(
    _ samples: [ArmSamples], tasks: [String], headline: MetricResult
  ) -> [Double] {
    let seeds = samples.map { arm in
      arm.results.filter { tasks.contains($0.task.name) }.flatMap { result in
        result.metrics.first { $0.key == headline.key }?.scores ?? []
      }
    }
    guard let first = seeds.first else { return [] }
    return first.indices.map { index in
      seeds.reduce(0) { $0 + $1[index] } / Double(seeds.count)
    }
  }
}
