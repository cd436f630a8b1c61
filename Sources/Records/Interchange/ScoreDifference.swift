import Files
package import Scoring

/// A score of a document that comes out otherwise than it was recorded.
package struct ScoreDifference: Sendable, Equatable {
  /// Why a score may differ.
  package enum Kind: String, Sendable {
    /// Another answer is taken out of the same response.
    case text = "text differs"
    /// The same answer gets another score.
    case scorer = "scorer differs"
  }

  /// The file with the samples, where a record has several.
  package var file: String?
  /// The task, by the name that its folder or record uses.
  package let task: String
  /// Position of the document in its evaluation split.
  package let document: Int
  /// The filter whose answer is scored, and the metric.
  package let filter: AnswerFilter
  package let metric: Metric
  /// What kind of difference it is.
  package let kind: Kind
  /// The answers, the first ones that differ where there are several; nil where the kind is `scorer`.
  package let recordedAnswer: String?
  package let answer: String?
  /// One value, or one for each instruction or response; the recorded ones are nil where there are none.
  package let recorded: [Double]?
  package let computed: [Double]
}

/// The answers and scores that samples carry.
struct RecordedScores {
  /// What each filter took from each response; answers that were not recorded are not compared.
  var answers: [AnswerFilter: [String]] = [:]
  /// The scores that were recorded.
  var scores: [SampleResult.Score] = []

  init() {}

  /// What a sample of a record carries.
  init(_ sample: SampleResult) {
    for answer in sample.answers { answers[answer.filter] = answer.texts }
    scores = sample.scores
  }

  /// What comes out otherwise.
  ///
  /// - Parameters:
  ///   - sample: the sample, scored anew.
  ///   - task: its task.
  ///   - name: what the folder or record calls the task.
  ///   - response: what the filter `none` takes.
  /// - Returns: Filter by filter: every metric of an answer that differs, and every score of the same answer that does.
  func differences(
    from sample: SampleResult, task: EvaluationTask, name: String, response: String?
  ) -> [ScoreDifference] {
    task.filters.flatMap { filter -> [ScoreDifference] in
      let taken = sample.answers.first { $0.filter == filter }?.texts ?? response.map { [$0] }
      let pairs = (answers[filter] ?? []).enumerated().map { place, text in
        (text, taken.flatMap { $0.indices.contains(place) ? $0[place] : nil })
      }
      let (recordedAnswer, answer) =
        pairs.first { text, other in
          !(other.map { $0.utf8.elementsEqual(text.utf8) } ?? false)
        }.map { (Optional($0), $1) } ?? (nil, nil)
      let kind: ScoreDifference.Kind = recordedAnswer == nil ? .scorer : .text
      return sample.scores.filter { $0.filter == filter }.compactMap { score in
        let recorded = scores.first { $0.filter == filter && $0.metric == score.metric }?.values
        let differs = recorded.map { !($0 == score.values) } ?? false
        guard kind == .text || differs else { return nil }
        return ScoreDifference(
          task: name, document: sample.documentIndex, filter: filter, metric: score.metric,
          kind: kind, recordedAnswer: recordedAnswer, answer: answer,
          recorded: recorded, computed: score.values)
      }
    }
  }
}

/// A score of a task or group that comes out otherwise than it was recorded.
package struct AggregateDifference: Sendable, Equatable {
  /// The arm, where a record has several.
  package var arm: String?
  /// The task or group, by the name that its folder or record uses.
  package let task: String
  /// What differs, such as "acc,none" or "acc_stderr,none".
  package let name: String
  /// The values; nil where there is none.
  package let recorded: Double?
  package let computed: Double?

  /// How far two values of the same scores may be apart: what sums in another order make of them.
  static let tolerance = 1e-12

  /// Whether two values count as the same; NaN never does, nor an infinity with a number.
  static func isSame(_ a: Double?, _ b: Double?) -> Bool {
    switch (a, b) {
    case (nil, nil): true
    case (let a?, let b?):
      a == b || b.isFinite && (a - b).magnitude <= tolerance * max(1, b.magnitude)
    default: false
    }
  }
}

// MARK: - JSON

extension ScoreDifference {
  var json: JSON {
    var entry = JSON.Object()
    entry["file"] = file.map(JSON.string)
    entry["task"] = .string(task)
    entry["document"] = JSON(document)
    entry["filter"] = .string(filter.rawValue)
    entry["metric"] = .string(metric.rawValue)
    entry["difference"] = .string(kind.rawValue)
    entry["recorded_answer"] = JSON(recordedAnswer)
    entry["answer"] = JSON(answer)
    entry["recorded"] = recorded.map { .array($0.map(JSON.exact)) } ?? .null
    entry["computed"] = .array(computed.map(JSON.exact))
    return .object(entry)
  }

  /// The difference as one line for a person.
  package var sentence: String {
    func values(_ values: [Double]) -> String {
      values.map { $0 == 0 ? "0" : $0 == 1 ? "1" : "\($0)" }.joined(separator: " ")
    }
    let place = "\(task) document \(document), \(metric.rawValue),\(filter.rawValue)"
    let scores =
      "\(recorded.map { "recorded \(values($0))" } ?? "no score recorded"), computed \(values(computed))"
    let answers =
      kind == .text
      ? " (recorded answer \(recordedAnswer.map { English.shown(.string($0)) } ?? "none"), taken \(answer.map { English.shown(.string($0)) } ?? "none"))"
      : ""
    return "\(kind.rawValue): \(place): \(scores)\(answers)"
  }
}

extension AggregateDifference {
  var json: JSON {
    var entry = JSON.Object()
    entry["arm"] = arm.map(JSON.string)
    entry["task"] = .string(task)
    entry["metric"] = .string(name)
    entry["recorded"] = recorded.map { .exact($0) } ?? .null
    entry["computed"] = computed.map { .exact($0) } ?? .null
    return .object(entry)
  }

  /// The difference as one line for a person.
  package var sentence: String {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
    return
      "aggregation differs: \(arm.map { "\($0), " } ?? "")\(task), \(name): recorded \(text(recorded)), computed \(text(computed))"
  }
}
