import Files

/// How two outputs of lm-evaluation-harness differ.
package struct EvaluationLogDifference: Sendable, Equatable {
  /// The place of the first difference.
  package struct Place: Sendable, Equatable {
    /// The task or, for results, the group.
    package let task: String
    /// Index of the document in its data set; nil if it is no document that differs.
    package let document: Int?
    /// Name of the filter; nil if it is no line of a document that differs.
    package let filter: String?
    /// Name of the field in the file; "doc_id" for a document, "task" for the samples of a task and "results" for its
    /// scores that only one side has.
    package let field: String
    /// Which part of the evaluation differs; nil if it is no line of a document that differs.
    package let cause: SampleCause?
    /// The two values.
    package let difference: ValueDifference
  }

  /// A score in the results files that differs.
  package struct Score: Sendable, Equatable {
    /// The task or group.
    package let task: String
    /// The two values; the path is the score's key, such as "acc,none".
    package let difference: ValueDifference
  }

  /// The folders or files that were compared.
  package let files: (a: LogFile, b: LogFile)
  /// The tasks whose samples both have, sorted by name.
  package let tasks: [TaskComparison]
  /// Tasks with samples that only the first one has, although the second one has samples too.
  package let tasksOnlyInA: [String]
  /// Tasks with samples that only the second one has, although the first one has samples too.
  package let tasksOnlyInB: [String]
  /// Number of scores in results files that were compared.
  package let scoresCompared: Int
  /// Scores in results files that differ, sorted by task.
  package let scores: [Score]
  /// Whether either side has results files with scores; without them on both sides, none are compared.
  package let hasScores: (a: Bool, b: Bool)
  /// Tasks and groups with scores that only the first one has, although the second one has scores too.
  package let scoresOnlyInA: [String]
  /// Tasks and groups with scores that only the second one has, although the first one has scores too.
  package let scoresOnlyInB: [String]
  /// Conditions of the runs that differ, from the results files; they do not count as a difference.
  package let settings: [ValueDifference]

  /// Whether all samples and scores that were compared are the same bit by bit, and neither side lacks any of them.
  ///
  /// A side without any samples is compared by scores alone, one without any scores by samples alone, as the text then
  /// says; a samples file that was named by itself asks for its own task only.
  package var isIdentical: Bool { first == nil }

  /// The first difference: of samples, by task and document; else a missing document or task, a score or missing scores.
  package var first: Place? {
    if let task = tasks.first(where: { $0.first != nil }), let place = task.first {
      return Place(
        task: task.task, document: place.document, filter: place.filter, field: place.field,
        cause: place.cause, difference: place.difference)
    }
    if let task = tasks.first(where: { !$0.isIdentical }) {
      return EvaluationLogDifference.missingDocument(task)
    }
    if let place = EvaluationLogDifference.missingTask(tasksOnlyInA, tasksOnlyInB, "task") {
      return place
    }
    if let score = scores.first {
      return Place(
        task: score.task, document: nil, filter: nil, field: score.difference.path, cause: nil,
        difference: score.difference)
    }
    return EvaluationLogDifference.missingTask(scoresOnlyInA, scoresOnlyInB, "results")
  }

  package static func == (left: EvaluationLogDifference, right: EvaluationLogDifference) -> Bool {
    left.files == right.files && left.tasks == right.tasks
      && left.tasksOnlyInA == right.tasksOnlyInA && left.tasksOnlyInB == right.tasksOnlyInB
      && left.scoresCompared == right.scoresCompared && left.scores == right.scores
      && left.hasScores == right.hasScores && left.scoresOnlyInA == right.scoresOnlyInA
      && left.scoresOnlyInB == right.scoresOnlyInB && left.settings == right.settings
  }

  private static func missingTask(_ onlyInA: [String], _ onlyInB: [String], _ field: String)
    -> Place?
  {
    guard
      let task = [onlyInA.first, onlyInB.first].compactMap(\.self).min(by: { $0.precedes($1) })
    else { return nil }
    return Place(
      task: task, document: nil, filter: nil, field: field, cause: nil,
      difference: .only(.string(task), inA: onlyInA.first == task, at: field))
  }

  private static func missingDocument(_ task: TaskComparison) -> Place? {
    let (a, b) = (task.documentsOnlyInA.first, task.documentsOnlyInB.first)
    guard let document = [a, b].compactMap(\.self).min() else { return nil }
    return Place(
      task: task.task, document: document, filter: nil, field: "doc_id", cause: nil,
      difference: .only(JSON(document), inA: a == document, at: "doc_id"))
  }
}

// MARK: - Comparing

extension EvaluationLogDifference {
  /// Compares two outputs of the harness.
  ///
  /// - Throws: ``LogError`` `unrelated` if they have no task in common, or if no document and no score was compared and
  ///   nothing else differs; else what reading the samples throws.
  init(_ a: EvaluationLog, _ b: EvaluationLog) throws(LogError) {
    files = (
      LogFile(path: a.path, choice: a.choice), LogFile(path: b.path, choice: b.choice)
    )
    let pairing = SamplePairing(a, b)
    tasksOnlyInA = pairing.onlyInA
    tasksOnlyInB = pairing.onlyInB
    var tasks: [TaskComparison] = []
    for pair in pairing.pairs {
      let (left, right) = (try SampleFile(path: pair.a), try SampleFile(path: pair.b))
      tasks.append(try TaskComparison(task: pair.task, left, right))
    }
    self.tasks = tasks

    let results = SortedMerge.pairs(a.results, b.results) { $0.precedes($1) }
    hasScores = (
      a.results.contains { EvaluationLogDifference.hasScore($0.value) },
      b.results.contains { EvaluationLogDifference.hasScore($0.value) }
    )
    var compared = 0
    var scores: [Score] = []
    var scoresOnlyInA: [String] = []
    var scoresOnlyInB: [String] = []
    var tasksOfBoth: [String] = []
    for (task, left, right) in results {
      guard let left, let right else {
        guard hasScores.a, hasScores.b else { continue }
        if let left, EvaluationLogDifference.hasScore(left) { scoresOnlyInA.append(task) }
        if let right, EvaluationLogDifference.hasScore(right) { scoresOnlyInB.append(task) }
        continue
      }
      tasksOfBoth.append(task)
      for (key, a, b) in left.paired(with: right) where EvaluationLogDifference.isScore(key, a, b) {
        compared += 1
        guard let a, let b else {
          let difference = ValueDifference(path: key, a: a, b: b)
          scores.append(Score(task: task, difference: difference))
          continue
        }
        guard let difference = ValueDifference.first(a, b, at: key) else { continue }
        scores.append(Score(task: task, difference: difference))
      }
    }
    scoresCompared = compared
    self.scores = scores
    self.scoresOnlyInA = scoresOnlyInA
    self.scoresOnlyInB = scoresOnlyInB
    settings =
      a.results.isEmpty || b.results.isEmpty
      ? [] : EvaluationLogDifference.differences(a.settings, b.settings)

    guard !tasks.isEmpty || !tasksOfBoth.isEmpty else {
      throw LogError(
        .unrelated,
        "\(a.path) and \(b.path) have nothing in common: the first has \(a.contents), the second \(b.contents); expected samples or results of the same task."
      )
    }
    if first == nil, !a.isSingleFile, !b.isSingleFile, a.samples.isEmpty, b.samples.isEmpty {
      throw LogError(
        .unrelated,
        "Neither \(a.path) nor \(b.path) holds samples, and equal scores do not show that evaluations are the same; the harness writes samples with --log_samples (two results files can be compared by naming them)."
      )
    }
    // Scores on both sides are compared, or else only one side has their task, which is a difference.
    let isCompared =
      hasScores.a && hasScores.b || tasks.contains(where: { $0.documentsCompared > 0 })
    guard first != nil || isCompared else {
      var found: [String] = []
      if !tasks.isEmpty { found.append("samples of \(English.list(tasks.map(\.task))) are empty") }
      if !tasksOfBoth.isEmpty {
        found.append(
          "results of \(English.list(tasksOfBoth)) hold no score in a form that is known")
      }
      throw LogError(
        .unrelated,
        "Nothing in \(a.path) and \(b.path) can be compared: their \(found.joined(separator: ", and their ")); expected samples, or scores such as \"acc,none\"."
      )
    }
  }

  /// The settings that differ; of those that stand there once for every task, only the ones that both sides have.
  private static func differences(_ a: JSON, _ b: JSON) -> [ValueDifference] {
    let byTask = ["group_subtasks", "n-samples", "n-shot", "versions"]
    return ValueDifference.all(a, b, at: "").filter { difference in
      difference.a != nil && difference.b != nil
        || !byTask.contains { difference.path.hasPrefix("\($0).") }
    }
  }

  /// Whether a member of a task's results is a score, or a count that both versions of the harness wrote.
  ///
  /// A score is "metric,filter" or, in old versions, a number by the name of its metric alone.
  private static func isScore(_ key: String, _ a: JSON?, _ b: JSON?) -> Bool {
    if key == "sample_len" { return a != nil && b != nil }
    return key.utf8.contains(UInt8(ascii: ","))
      || [a, b].contains { $0?.doubleValue != nil || $0?.largeInteger != nil }
  }

  private static func hasScore(_ task: JSON.Object) -> Bool {
    task.members.contains { isScore($0.key, $0.value, nil) }
  }
}

extension EvaluationLog {
  /// The tasks with samples and those with results, in an error message.
  fileprivate var contents: String {
    let parts = [("samples", samples.map(\.task)), ("results", results.map(\.key))]
      .filter { !$0.1.isEmpty }.map { "\($0.0) of \(English.list($0.1))" }
    return parts.isEmpty ? "nothing" : parts.joined(separator: " and ")
  }
}

/// Which samples files belong together.
private struct SamplePairing {
  let pairs: [(task: String, a: String, b: String)]
  let onlyInA: [String]
  let onlyInB: [String]

  /// Pairs the files of one task; two files that were named one by one belong together whatever their names.
  ///
  /// A side without any samples makes no pairs, and a single file on one side asks for its own task only.
  init(_ a: EvaluationLog, _ b: EvaluationLog) {
    if a.isSingleFile, b.isSingleFile, let left = a.samples.first, let right = b.samples.first {
      pairs = [(left.task, left.path, right.path)]
      (onlyInA, onlyInB) = ([], [])
      return
    }
    var pairs: [(task: String, a: String, b: String)] = []
    var onlyInA: [String] = []
    var onlyInB: [String] = []
    let bothHaveSamples = !a.samples.isEmpty && !b.samples.isEmpty
    let merged = SortedMerge.pairs(
      a.samples.map { ($0.task, $0.path) }, b.samples.map { ($0.task, $0.path) }
    ) { $0.precedes($1) }
    for (task, left, right) in merged where bothHaveSamples {
      if let left, let right {
        pairs.append((task, left, right))
      } else if left != nil, !b.isSingleFile {
        onlyInA.append(task)
      } else if right != nil, !a.isSingleFile {
        onlyInB.append(task)
      }
    }
    self.pairs = pairs
    self.onlyInA = onlyInA
    self.onlyInB = onlyInB
  }
}
