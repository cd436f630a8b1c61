import Files

/// The scores of one task and the samples behind them.
package struct TaskResult: Sendable, Equatable {
  /// The task.
  package let task: EvaluationTask
  /// One entry a filter and metric, in the task's order.
  package let metrics: [MetricResult]
  /// One sample a document, in the order of the evaluation split.
  package let samples: [SampleResult]

  /// The score that stands for the task in tables; nil without samples.
  package var headline: MetricResult? { metrics.first { $0.key == task.headlineKey } }

  /// Aggregates the scores that samples carry; no samples, no metrics.
  ///
  /// - Throws: `invalidSample` when a sample belongs to another task or does not carry the task's scores.
  package init(task: EvaluationTask, samples: [SampleResult]) throws {
    let keys = task.filters.flatMap { filter in task.metrics.map { (filter: filter, metric: $0) } }
    for sample in samples {
      guard sample.task == task.name, sample.scores.count == keys.count,
        zip(sample.scores, keys).allSatisfy({ $0.filter == $1.filter && $0.metric == $1.metric })
      else {
        throw EvaluationError(
          .invalidSample,
          "Document \(sample.documentIndex) of \"\(sample.task)\" does not carry the scores of \(task.name)."
        )
      }
    }
    self.task = task
    self.samples = samples
    metrics = keys.indices.compactMap { index in
      MetricResult(
        metric: keys[index].metric, filter: keys[index].filter,
        scores: samples.map(\.scores[index]),
        weights: samples.map { $0.weight(of: keys[index].metric) }, sources: samples.map(\.source))
    }
  }
}
