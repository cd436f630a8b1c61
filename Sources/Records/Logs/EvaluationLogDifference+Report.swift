import Files

// MARK: - Words

extension EvaluationLogDifference {
  /// The difference for a person: the first one, what else differs by task, scores, settings, and the files.
  var text: ReportText {
    var lines = [verdict]
    if let first, first.document != nil, first.cause != nil {
      lines.append("\(first.difference.path): \(first.difference.text)")
    }
    if !tasks.isEmpty, !isIdentical { lines.append(summary) }
    lines += tasks.filter { !$0.isIdentical }.map { "  \($0.task): \(words($0))" }
    for (side, names) in [("A", tasksOnlyInA), ("B", tasksOnlyInB)] where !names.isEmpty {
      lines.append("Samples only in \(side): \(English.list(names)).")
    }
    if tasks.isEmpty {
      lines.append("Only scores were compared: samples of the same tasks are not on both sides.")
    }
    if !scores.isEmpty {
      let words = scores.map { "\($0.task) \($0.difference.path) \($0.difference.shortText)" }
      lines.append(
        "\(scores.count) of \(English.count(scoresCompared, "score")) differ: \(English.list(words))."
      )
    }
    for (side, names) in [("A", scoresOnlyInA), ("B", scoresOnlyInB)] where !names.isEmpty {
      lines.append("Results only in \(side): \(English.list(names)).")
    }
    if hasScores.a != hasScores.b, scores.isEmpty {
      lines.append(
        "Only \(hasScores.a ? "A" : "B") has results files with scores, which were not compared.")
    }
    if !settings.isEmpty {
      let words = settings.map { "\($0.path) \($0.shortText)" }
      lines.append("Settings that differ: \(English.list(words)).")
    }
    lines += ["A is \(files.a.text)", "B is \(files.b.text)"]
    return ReportText(lines)
  }

  private var verdict: String {
    guard let first else {
      if tasks.isEmpty {
        return
          "The results are identical: \(English.count(scoresCompared, "score")); there are no samples of the same tasks on both sides."
      }
      return
        "The evaluations are identical: \(English.count(tasks.count, "task")), \(English.count(documents, "document")), \(English.count(scoresCompared, "score"))."
    }
    let side = first.difference.a == nil ? "B" : "A"
    switch (first.document, first.cause) {
    case (let document?, let cause?):
      // Everything before the score is the same for all filters; "none" is the harness's word for no filter.
      let filter = cause == .score && first.filter != "none" ? first.filter : nil
      let suffix = filter.map { ", filter \(English.quoted($0))" } ?? ""
      return
        "The evaluations differ first in task \(first.task), document \(document)\(suffix): \(cause.text)."
    case (let document?, nil):
      return
        "The evaluations differ first in task \(first.task): only \(side) has document \(document)."
    case (nil, _) where first.field == "task":
      return "The evaluations differ first in task \(first.task), which only \(side) has."
    case (nil, _) where first.field == "results":
      return "The evaluations differ first in the results of \(first.task), which only \(side) has."
    case (nil, _):
      return
        "\(tasks.isEmpty ? "The" : "The samples agree; the") results differ first in \(first.task), \(first.field): \(first.difference.text)."
    }
  }

  /// Documents that both sides have.
  private var documents: Int { tasks.map(\.documentsCompared).reduce(0, +) }

  private var summary: String {
    let differing = tasks.map(\.documentsDiffering).reduce(0, +)
    let causes = SampleCause.allCases.map { cause in
      "\(tasks.compactMap { $0.causes[cause] }.reduce(0, +)) \(cause.count)"
    }
    return
      "\(differing) of \(English.count(documents, "document")) in \(English.count(tasks.count, "task")) differ: \(causes.joined(separator: ", "))."
  }

  private func words(_ task: TaskComparison) -> String {
    var parts: [String] = []
    if task.documentsDiffering > 0 {
      let fields = task.fields.map { "\($0.name) in \($0.documents)" }
      parts.append(
        "\(task.documentsDiffering) of \(English.count(task.documentsCompared, "document")) differ (\(English.list(fields, limit: 12)))"
      )
    }
    if let largest = task.largestOutputDistance {
      parts.append(
        "log-likelihoods differ most at document \(largest.document), by \(largest.distance.text)")
    }
    parts += task.flips.map { "\($0.metric): \($0.gained) gained, \($0.lost) lost" }
    for (side, numbers) in [("A", task.documentsOnlyInA), ("B", task.documentsOnlyInB)]
    where !numbers.isEmpty {
      parts.append(
        "only in \(side): \(English.count(numbers.count, "document")) (\(English.list(numbers.map(String.init))))"
      )
    }
    return parts.joined(separator: "; ")
  }
}

extension SampleCause {
  /// What a count of documents with this cause is a count of.
  fileprivate var count: String {
    switch self {
    case .document: "in the document"
    case .prompt: "in the prompt"
    case .output: "in the model's output"
    case .score: "only in the score"
    }
  }
}

// MARK: - JSON

extension EvaluationLogDifference {
  /// The difference as one JSON object.
  var json: JSON {
    [
      "a": files.a.json,
      "b": files.b.json,
      "first_difference": first?.json ?? .null,
      "identical": .bool(isIdentical),
      "kind": "evaluation",
      "scores": [
        "compared": JSON(scoresCompared),
        "differing": .array(
          scores.map { ["difference": $0.difference.json, "task": .string($0.task)] }),
        "in_a": .bool(hasScores.a),
        "in_b": .bool(hasScores.b),
        "tasks_only_in_a": .array(scoresOnlyInA.map(JSON.string)),
        "tasks_only_in_b": .array(scoresOnlyInB.map(JSON.string)),
      ],
      "settings": .array(settings.map(\.json)),
      "tasks": .array(tasks.map(\.json)),
      "tasks_only_in_a": .array(tasksOnlyInA.map(JSON.string)),
      "tasks_only_in_b": .array(tasksOnlyInB.map(JSON.string)),
    ]
  }
}

extension EvaluationLogDifference.Place {
  fileprivate var json: JSON {
    [
      "cause": JSON(cause?.rawValue),
      "difference": difference.json,
      "document": document.map { JSON($0) } ?? .null,
      "field": .string(field),
      "filter": JSON(filter),
      "task": .string(task),
    ]
  }
}

extension TaskComparison {
  fileprivate var json: JSON {
    var byCause = JSON.Object()
    for cause in SampleCause.allCases { byCause[cause.rawValue] = JSON(causes[cause] ?? 0) }
    return [
      "a": .string(paths.a),
      "b": .string(paths.b),
      "documents": [
        "by_cause": .object(byCause),
        "compared": JSON(documentsCompared),
        "differing": JSON(documentsDiffering),
        "only_in_a": .array(documentsOnlyInA.map { JSON($0) }),
        "only_in_b": .array(documentsOnlyInB.map { JSON($0) }),
      ],
      "fields": .array(
        fields.map { ["documents": JSON($0.documents), "field": .string($0.name)] }),
      "flips": .array(
        flips.map { flip in
          [
            "differing": JSON(flip.differing), "gained": JSON(flip.gained),
            "lost": JSON(flip.lost), "metric": .string(flip.metric),
          ]
        }),
      "largest_log_likelihood_distance": largestOutputDistance.map {
        ["distance": $0.distance.json, "document": JSON($0.document)]
      } ?? .null,
      "task": .string(task),
    ]
  }
}
