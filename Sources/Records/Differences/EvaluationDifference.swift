import Scoring

/// How two evaluations of one arm differ, document by document, and what their scores differ by.
package struct EvaluationDifference: Sendable, Equatable {
  /// Why a document counts otherwise.
  package enum Reason: String, Sendable, CaseIterable {
    /// Only one of the evaluations asked it, or it was asked in other words.
    case items
    /// The model answered otherwise.
    case text
    /// The same answer was scored otherwise.
    case scorer
  }

  /// A document that is not the same in every bit.
  package struct Document: Sendable, Equatable {
    /// Why.
    package let reason: Reason
    /// Its task, and its position in the split.
    package let name: String
    /// Whether a score of it changed.
    package let isScoredOtherwise: Bool
  }

  /// A metric of the evaluation, or of a part of it.
  package struct Metric: Sendable, Equatable {
    /// Task or group, and metric.
    package let task: String
    package let name: String
    /// The values; nil where there is none.
    package let a: Double?
    package let b: Double?
  }

  /// The arm, in words, and the evaluation.
  package let arm: String
  package let evaluation: String
  /// Documents that both asked.
  package let commonCount: Int
  /// Documents that are not the same.
  package let documents: [Document]
  /// Metrics that are not the same.
  package let metrics: [Metric]

  /// Whether everything is the same.
  package var isSame: Bool { documents.isEmpty && metrics.isEmpty }

  /// Whether metrics differ although every document is the same: they were aggregated otherwise.
  package var isAggregatedOtherwise: Bool { documents.isEmpty && !metrics.isEmpty }

  /// The number of documents that score otherwise for a reason; of other documents, all.
  package func count(_ reason: Reason) -> Int {
    documents.count { $0.reason == reason && ($0.isScoredOtherwise || reason == .items) }
  }

  init(arm: String, _ a: ArmSamples, _ b: ArmSamples) {
    self.arm = arm
    evaluation = a.evaluation
    var others: [String: SampleResult] = [:]
    for sample in b.results.flatMap(\.samples) { others[Self.name(sample)] = sample }
    var documents: [Document] = []
    func add(_ reason: Reason, _ name: String, _ isScoredOtherwise: Bool) {
      documents.append(
        Document(reason: reason, name: name, isScoredOtherwise: isScoredOtherwise))
    }
    var commonCount = 0
    for sample in a.results.flatMap(\.samples) {
      let name = Self.name(sample)
      guard let other = others.removeValue(forKey: name) else {
        add(.items, name, true)
        continue
      }
      commonCount += 1
      let isScoredOtherwise = sample.scores != other.scores
      if sample.prompt != other.prompt || sample.target != other.target {
        add(.items, name, isScoredOtherwise)
      } else if sample.response != other.response {
        add(.text, name, isScoredOtherwise)
      } else if isScoredOtherwise || sample.answers != other.answers {
        add(.scorer, name, isScoredOtherwise)
      }
    }
    for name in others.keys.sorted() { add(.items, name, true) }
    self.commonCount = commonCount
    self.documents = documents
    let (first, second) = (
      a.pooled.summary(of: a.evaluation), b.pooled.summary(of: b.evaluation)
    )
    metrics = first.compactMap { metric in
      let other = second.first { $0.task == metric.task && $0.name == metric.name }
      guard other?.value.bitPattern != metric.value.bitPattern else { return nil }
      return Metric(task: metric.task, name: metric.name, a: metric.value, b: other?.value)
    }
  }

  private static func name(_ sample: SampleResult) -> String {
    "\(sample.task) \(sample.documentIndex)"
  }
}
