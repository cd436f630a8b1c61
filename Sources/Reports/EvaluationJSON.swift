package import Files
package import Replication
import Scoring
import Tokenizers

/// The end of an evaluation as one JSON object, for programs.
package enum EvaluationJSON {
  /// Every score with its standard errors, and where the samples are.
  package static func json(_ outcome: EvaluationOutcome) -> JSON {
    [
      "schema": "replicate/evaluation/v1", "model": .string(outcome.model),
      "model_sha256": JSON(outcome.modelDigest), "identity": JSON(outcome.identity),
      "chat_template": JSON(outcome.settings.chatTemplate?.rawValue),
      "scores": .array(outcome.results.flatMap { scores($0, outcome.settings) }),
      "documents": JSON(outcome.documentCount), "seconds": .number(outcome.seconds),
      "warnings": .array(outcome.warnings.map(JSON.string)),
      "results_path": .string(outcome.resultsPath),
    ]
  }

  private static func scores(_ result: BenchmarkResult, _ settings: EvaluationSettings) -> [JSON] {
    let groups = result.groups.reversed().flatMap { group in
      let tasks = result.tasks.map(\.task).filter { group.group.taskNames.contains($0.name) }
      return group.metrics.map {
        score(group.group.name, tasks.first?.shownExamples(requested: settings.fewShotCount), $0)
      }
    }
    return groups
      + result.tasks.flatMap { task in
        task.metrics.map {
          score(
            task.task.name, task.task.shownExamples(requested: settings.fewShotCount), $0)
        }
      }
  }

  private static func score(_ task: String, _ shown: Int?, _ metric: MetricResult) -> JSON {
    [
      "task": .string(task), "num_fewshot": shown.map { JSON($0) } ?? .null,
      "metric": .string(metric.metric.rawValue), "filter": .string(metric.filter.rawValue),
      "value": .exact(metric.value),
      "standard_error": metric.standardError.map { .exact($0) } ?? .null,
      "clustered_standard_error": metric.clusteredStandardError.map { .exact($0) } ?? .null,
      "n": JSON(metric.count),
    ]
  }
}
