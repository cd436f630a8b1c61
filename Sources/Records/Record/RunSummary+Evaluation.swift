import Scoring

extension BenchmarkResult {
  /// What a record keeps of the scores: every metric of every group and task, groups first.
  ///
  /// `evaluation` names the only task of a benchmark without groups.
  package func summary(of evaluation: String) -> [RunSummary.Metric] {
    groups.reversed().flatMap { Self.summary($0.group.name, $0.metrics) }
      + tasks.flatMap { result in
        Self.summary(groups.isEmpty ? evaluation : result.task.name, result.metrics)
      }
  }

  private static func summary(_ name: String, _ results: [MetricResult]) -> [RunSummary.Metric] {
    results.map {
      RunSummary.Metric(
        task: name, name: $0.key, value: $0.value, standardError: $0.standardError,
        clusteredStandardError: $0.clusteredStandardError,
        predictionStandardError: $0.predictionStandardError, count: $0.count)
    }
  }
}
