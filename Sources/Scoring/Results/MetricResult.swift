package import Statistics

/// One metric over all documents of a task or a group.
package struct MetricResult: Sendable, Equatable {
  /// The metric.
  package let metric: Metric
  /// The filter whose answers were scored.
  package let filter: AnswerFilter
  /// Mean over the documents, or over the instructions, the tokens or the bytes of all documents.
  package let value: Double
  /// Standard error as the harness computes it, of independent documents; nil where it has none.
  ///
  /// There is none for one document, and none over instructions, which are never independent.
  package let standardError: Double?
  /// Standard error that lets scores of one cluster depend on each other; nil where there are no clusters.
  ///
  /// Clusters are the prompts for instructions, the sources of documents where the data set tells them, and the tasks
  /// of a group.
  package let clusteredStandardError: Double?
  /// The part of ``standardError`` that comes of which answers were drawn; nil unless each document has several.
  package var predictionStandardError: Double?
  /// The scores: those of a task in the order of its split, those of a group task by task.
  ///
  /// Two models that were asked the same documents are compared pair by pair.
  package let scores: [Double]

  /// Number of scores: documents, or instructions.
  package var count: Int { scores.count }

  /// The harness's key of this metric, such as "exact_match,strict-match".
  package var key: String { Self.key(metric, filter) }

  /// The harness's key of a metric of the answers that a filter takes.
  package static func key(_ metric: Metric, _ filter: AnswerFilter) -> String {
    "\(metric.rawValue),\(filter.rawValue)"
  }
}

extension MetricResult {
  /// Mean and standard errors over a task's documents, each with its values, its weight and its source; nil without values.
  init?(
    metric: Metric, filter: AnswerFilter, scores: [SampleResult.Score], weights: [Double],
    sources: [String?]
  ) {
    let items = scores.map(\.itemValues)
    let all = items.flatMap(\.self)
    guard !metric.isPerLength else {
      guard let mean = Sample.mean(all, weights: weights) else { return nil }
      let clusters = sources.contains(nil) ? nil : sources.compactMap(\.self)
      self.init(
        metric: metric, filter: filter, value: mean,
        standardError: Sample.standardErrorOfMean(
          clusters: all.map { [$0] }, weights: weights.map { [$0] }),
        clusteredStandardError: clusters.flatMap {
          Sample.standardErrorOfMean(
            clusters: Sample.grouped(all, by: $0), weights: Sample.grouped(weights, by: $0))
        }, scores: all)
      return
    }
    guard let mean = Sample.mean(all) else { return nil }
    var clusters: [[Double]] = []
    if metric.isPerInstruction {
      clusters = items
    } else if !sources.contains(nil) {
      clusters = Sample.grouped(all, by: sources.compactMap(\.self))
    }
    self.init(
      metric: metric, filter: filter, value: mean,
      standardError: metric.isPerInstruction ? nil : Sample.standardErrorOfMean(all),
      clusteredStandardError: Sample.standardErrorOfMean(clusters: clusters), scores: all)
    if !metric.isPerInstruction {
      predictionStandardError = AnswerNoise(scores.map(\.values))?.predictionError
    }
  }

  /// One metric pooled over the tasks of a group, weighted by their numbers of documents; nil without documents.
  init?(pooling results: [MetricResult]) {
    let members = results.map(GroupMean.Member.init)
    guard let first = results.first, let pooled = GroupMean(weightingBySize: members) else {
      return nil
    }
    self.init(
      metric: first.metric, filter: first.filter, value: pooled.value,
      standardError: pooled.standardError,
      clusteredStandardError: Sample.standardErrorOfMean(clusters: results.map(\.scores)),
      scores: results.flatMap(\.scores))
  }
}

extension GroupMean.Member {
  /// Takes the score of a task.
  package init(_ result: MetricResult) {
    self.init(value: result.value, standardError: result.standardError, count: result.count)
  }
}
