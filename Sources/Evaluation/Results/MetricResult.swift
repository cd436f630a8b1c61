import Statistics

/// One metric over all documents of a task or a group.
package struct MetricResult: Sendable, Equatable {
  /// The metric.
  package let metric: Metric
  /// The filter whose answers were scored.
  package let filter: AnswerFilter
  /// Mean over the documents.
  package let value: Double
  /// Sample standard error of the mean; nil where it is not defined (one document).
  package let standardError: Double?
  /// The documents' own scores: those of a task in the order of its split, those of a group task by task.
  ///
  /// Two models that were asked the same documents are compared pair by pair.
  package let scores: [Double]

  /// Number of documents.
  package var count: Int { scores.count }

  /// The harness's key of this metric, such as "exact_match,strict-match".
  package var key: String { "\(metric.rawValue),\(filter.rawValue)" }
}

extension MetricResult {
  /// Mean and standard error of the scores of a task's documents; nil without documents.
  init?(metric: Metric, filter: AnswerFilter, scores: [Double]) {
    guard let mean = Sample.mean(scores) else { return nil }
    self.init(
      metric: metric, filter: filter, value: mean,
      standardError: Sample.standardErrorOfMean(scores), scores: scores)
  }

  /// One metric pooled over the tasks of a group, weighted by their numbers of documents; nil without documents.
  init?(pooling results: [MetricResult]) {
    let members = results.map {
      GroupMean.Member(value: $0.value, standardError: $0.standardError, count: $0.count)
    }
    guard let first = results.first, let pooled = GroupMean(weightingBySize: members) else {
      return nil
    }
    self.init(
      metric: first.metric, filter: first.filter, value: pooled.value,
      standardError: pooled.standardError, scores: results.flatMap(\.scores))
  }
}
