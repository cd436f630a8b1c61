import Assets
import Files
import Manifests
import Scoring

/// Results as the Hugging Face Hub collects them from `.eval_results/` of a model's repository
/// (`eval_results.yaml` of huggingface/hub-docs).
///
/// A line there is a place on a benchmark's own leaderboard. So only a whole benchmark that is registered there becomes
/// one: all its documents were asked, and they came from the registered data set.
enum HubResults {
  /// The data sets that the Hub registers as benchmarks, with the name of the task in their `eval.yaml` and the metric
  /// that is its score.
  private static let registered = [
    "openai/gsm8k": (task: "gsm8k", metric: "exact_match,flexible-extract")
  ]

  /// The results of an arm as the content of a file for each benchmark.
  ///
  /// - Parameters:
  ///   - arm: the arm with its metrics.
  ///   - manifest: what was asked of it.
  ///   - date: when the record was sealed, in ISO 8601.
  ///   - record: the digest of the record.
  /// - Returns: Names and contents; none for what has no place there.
  static func files(
    _ arm: RunSummary.Arm, of manifest: Manifest, date: String, record: Digest
  ) -> [(name: String, text: String)] {
    manifest.evaluations.compactMap { evaluation in
      guard let repository = evaluation.hubDataSet(in: manifest),
        let benchmark = registered[repository.name],
        evaluation.benchmark.tasks[0].dataSet.path == repository.name,
        let metric = arm.metrics.first(where: {
          $0.task == evaluation.name && $0.name == benchmark.metric
        }), metric.count == evaluation.benchmark.documentCount(limit: nil)
      else { return nil }
      let notes = [
        "\(evaluation.fewShotCount)-shot", metric.name,
        evaluation.usesChatTemplate ? "chat template" : "no chat template",
        "scored as lm-evaluation-harness does by replicate", "record \(record)",
      ].joined(separator: ", ")
      let lines = [
        "- dataset:", "    id: \(YAMLText.scalar(repository.name))",
        "    task_id: \(YAMLText.scalar(benchmark.task))",
        repository.isCommit ? "    revision: \(YAMLText.scalar(repository.revision))" : nil,
        "  value: \(YAMLText.number(percentage(metric)))", "  date: \(YAMLText.scalar(date))",
        "  notes: \(YAMLText.scalar(notes))",
      ].compactMap { $0 }
      return ("\(benchmark.task).yaml", lines.joined(separator: "\n") + "\n")
    }
  }

  /// The share of right answers in per cent, from their number.
  private static func percentage(_ metric: RunSummary.Metric) -> Double {
    let count = Double(metric.count)
    return (metric.value * count).rounded() * 100 / count
  }
}

extension Manifest.Evaluation {
  /// The one data set of the Hub that all documents come from.
  func hubDataSet(in manifest: Manifest) -> HubRepository? {
    let repositories = documents.map { name -> HubRepository? in
      guard case .hub(let hub)? = manifest.asset(named: name)?.source,
        hub.repository.kind == .dataset
      else { return nil }
      return hub.repository
    }
    guard let first = repositories.first, repositories.allSatisfy({ $0 == first }) else {
      return nil
    }
    return first
  }
}
