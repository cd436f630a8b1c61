package import Files
import Manifests
import Scoring
import Statistics

/// What one arm, trained with one seed, scored: every row item by item, free of files.
package struct ArmScores: Sendable, Equatable {
  /// The arm's name in the manifest.
  package let arm: String
  /// The seed that the arm was trained with; nil for an arm that is not trained.
  package let seed: UInt64?
  /// One entry a task or group and metric.
  package let rows: [Row]

  /// Creates the scores of an arm.
  package init(arm: String, seed: UInt64?, rows: [Row]) {
    self.arm = arm
    self.seed = seed
    self.rows = rows
  }

  /// A metric of a task or group.
  package struct Row: Sendable, Equatable {
    /// Name of the task or group.
    package let task: String
    /// The metric and, after a comma, the filter, as in "exact_match,strict-match".
    package let metric: String
    /// What was asked, in any order.
    package let items: [Item]
    /// Why the scores cannot be judged, as a sentence; nil if they can.
    private(set) var contradiction: String?

    /// Creates a row.
    package init(task: String, metric: String, items: [Item], contradiction: String? = nil) {
      self.task = task
      self.metric = metric
      self.items = items
      self.contradiction = contradiction
    }

    /// The row as one that cannot be judged if it has documents of one of these tasks, for the reason that is given by task.
    func lacking(_ shortages: [String: String]) -> ArmScores.Row {
      guard !shortages.isEmpty, contradiction == nil else { return self }
      var row = self
      row.contradiction =
        items.lazy.compactMap { item in
          item.id.lastIndex(of: "/").flatMap { shortages[String(item.id[..<$0])] }
        }.first
      return row
    }

    /// Number of scores: documents, or instructions.
    package var count: Int { items.reduce(0) { $0 + $1.scores.count } }

    /// What the metric measures.
    var quantity: Quantity { Quantity(metric: metric) }

    /// Mean of the scores, of which each counts as much as its item weighs; nil without any.
    package var value: Double? {
      let scores = items.flatMap(\.scores)
      guard isWeighted else { return Sample.mean(scores) }
      return Sample.mean(
        scores, weights: items.flatMap { [Double](repeating: $0.weight, count: $0.scores.count) })
    }

    /// Whether some items count more than others.
    var isWeighted: Bool { items.contains { $0.weight != 1 } }

    /// The number of scores that are 1, if all others are 0; nil for other scores, and for what is no share.
    package var rightCount: Int? {
      guard quantity.unit == .share, !isWeighted else { return nil }
      let scores = items.flatMap(\.scores)
      return scores.allSatisfy { $0 == 0 || $0 == 1 } ? scores.count { $0 == 1 } : nil
    }

    /// Whether documents mean this row: a filter of `none` need not be written.
    func isNamed(_ name: DocumentedResults.RowName) -> Bool {
      task == name.task && (metric == name.metric || metric == name.metric + ",none")
    }
  }

  /// The answers to one document, where each is recorded with what became of it.
  package struct Answers: Sendable, Equatable {
    /// The score of each, over seeds their mean.
    package let scores: [Double]
    /// The share of them that ran into their longest length.
    package let cutOffShare: Double
  }

  /// What one document, with one prompt, scored.
  package struct Item: Sendable, Equatable {
    /// Task and number of the document, as in "gsm8k/17".
    package let id: String
    /// Digest of the prompt's UTF-8 bytes.
    package let prompt: Digest
    /// One score, or one for each instruction; of several answers their mean.
    package let scores: [Double]
    /// What the item shares with others whose scores depend on it; nil if it stands alone.
    package let cluster: String?
    /// Digest of the right answer's UTF-8 bytes; nil where it was not recorded.
    package var target: Digest?
    /// The answers whose mean the score is; nil where nothing is recorded of them.
    package var answers: Answers?
    /// How much each score counts: 1, or the number of tokens or bytes that it is a mean over.
    package let weight: Double

    /// Creates an item.
    package init(
      id: String, prompt: Digest, scores: [Double], cluster: String?, weight: Double = 1,
      target: Digest? = nil, answers: Answers? = nil
    ) {
      self.id = id
      self.prompt = prompt
      self.scores = scores
      self.cluster = cluster
      self.weight = weight
      self.target = target
      self.answers = answers
    }
  }
}

/// The results of a run as they are compared with documented ones.
package struct MeasuredResults: Sendable, Equatable {
  /// The digest of the results; nil if there is no record.
  package let digest: Digest?
  /// The scores of every arm and seed.
  package let arms: [ArmScores]
  /// Names of the tasks and groups whose scores were taken as somebody else recorded them, not computed from responses.
  let recordedTasks: [String]

  /// Creates results.
  package init(digest: Digest?, arms: [ArmScores], recordedTasks: [String] = []) {
    self.digest = digest
    self.arms = arms
    self.recordedTasks = recordedTasks
  }
}
