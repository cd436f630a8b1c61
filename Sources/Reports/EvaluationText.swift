package import Files
package import Replication
import Scoring

/// The end of an evaluation as text.
package enum EvaluationText {
  /// The table of scores, what has to be known of them, and where the results are.
  package static func text(_ outcome: EvaluationOutcome) -> ReportText {
    let header = [
      "task", "version", "filter", "n-shot", "metric", "value", "± stderr", "clustered", "n",
    ]
    let lines = outcome.results.flatMap { rows($0, outcome.settings) }
    let parts = [
      ReportText(OutcomeText.columns([header] + lines, leading: [0, 2, 4])),
      ReportText(outcome.warnings), "results: \(outcome.resultsPath)",
    ]
    return ReportText(paragraphs: parts.filter { !$0.isEmpty })
  }

  /// The groups of a benchmark, the total first, and then its tasks.
  private static func rows(_ result: BenchmarkResult, _ settings: EvaluationSettings) -> [[String]]
  {
    let groups = result.groups.reversed().flatMap { group in
      let tasks = result.tasks.map(\.task).filter { group.group.taskNames.contains($0.name) }
      return rows(
        group.group.name, version: group.group.version,
        shown: tasks.first?.shownExamples(requested: settings.fewShotCount) ?? 0, group.metrics)
    }
    return groups
      + result.tasks.flatMap { task in
        rows(
          (groups.isEmpty ? "" : "  ") + task.task.name, version: task.task.version,
          shown: task.task.shownExamples(requested: settings.fewShotCount), task.metrics)
      }
  }

  private static func rows(
    _ name: String, version: String, shown: Int, _ metrics: [MetricResult]
  ) -> [[String]] {
    func fixed(_ value: Double?) -> String { value.map { Decimals.fixed($0, 4) } ?? "N/A" }
    return metrics.enumerated().map { index, metric in
      [
        index == 0 ? name : "", index == 0 ? version : "", metric.filter.rawValue,
        String(shown), metric.metric.rawValue, fixed(metric.value), fixed(metric.standardError),
        metric.clusteredStandardError.map { Decimals.fixed($0, 4) } ?? "", String(metric.count),
      ]
    }
  }
}
