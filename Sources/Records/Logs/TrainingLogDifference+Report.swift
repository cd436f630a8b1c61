import Files

// MARK: - Words

extension TrainingLogDifference {
  /// The difference for a person: the first one, what else differs, what was not compared, and the files.
  var text: ReportText {
    var lines = [verdict]
    if let firstValue {
      lines.append("Values that both have differ first at \(words(firstValue)).")
    }
    if !isIdentical { lines.append(stepSummary) }
    lines += keys.filter(\.differs).map { "  \(words($0))" }
    if !ignoredKeys.isEmpty {
      lines.append(
        "Not compared, because they depend on the clock or on memory: \(English.list(ignoredKeys))."
      )
    }
    if !otherFields.isEmpty {
      let fields = otherFields.map { "\($0.path) \($0.shortText)" }
      lines.append("Other fields that differ: \(English.list(fields)).")
    }
    lines += ["A is \(files.a.text)", "B is \(files.b.text)"]
    return ReportText(lines)
  }

  private var verdict: String {
    guard let first else {
      let names = English.list(keys.map(\.name))
      return "The training logs are identical: \(English.count(stepsCompared, "step")) of \(names)."
    }
    if first.key != nil { return "The training logs differ first at \(words(first))." }
    guard let a = first.difference.a, let b = first.difference.b else {
      if first.difference.path == "global_step" {
        return
          "The training logs agree, but only \(first.difference.a == nil ? "B" : "A") says how many steps the run did: \(first.step)."
      }
      return
        "The training logs differ first at step \(first.step), which only \(first.difference.a == nil ? "B" : "A") has."
    }
    return
      "The training logs agree, but A went on to step \(English.shown(a)) and B to step \(English.shown(b))."
  }

  private func words(_ place: Place) -> String {
    "step \(place.step), in \(place.difference.path): \(place.difference.text)"
  }

  private var stepSummary: String {
    var parts = ["\(stepsDiffering) of \(English.count(stepsCompared, "step")) in both logs differ"]
    if !stepsOnlyInA.isEmpty { parts.append("only in A: \(steps(stepsOnlyInA))") }
    if !stepsOnlyInB.isEmpty { parts.append("only in B: \(steps(stepsOnlyInB))") }
    return parts.joined(separator: "; ") + "."
  }

  private func steps(_ numbers: [Int]) -> String {
    "\(English.count(numbers.count, "step")) (\(English.list(numbers.map(String.init))))"
  }

  private func words(_ key: Key) -> String {
    var parts: [String] = []
    if key.stepsDiffering > 0 {
      parts.append(
        "differs at \(key.stepsDiffering) of \(English.count(key.stepsCompared, "step"))")
    }
    if let largest = key.largest {
      parts.append("most at step \(largest.step), by \(largest.distance.text)")
    }
    if key.stepsOnlyInA > 0 {
      parts.append("is only in A at \(English.count(key.stepsOnlyInA, "step"))")
    }
    if key.stepsOnlyInB > 0 {
      parts.append("is only in B at \(English.count(key.stepsOnlyInB, "step"))")
    }
    return "\(key.name) \(parts.joined(separator: ", "))"
  }
}

// MARK: - JSON

extension TrainingLogDifference {
  /// The difference as one JSON object.
  var json: JSON {
    [
      "a": files.a.json,
      "b": files.b.json,
      "first_difference": first?.json ?? .null,
      "first_differing_value": (firstValue ?? firstWithValues)?.json ?? .null,
      "identical": .bool(isIdentical),
      "ignored_keys": .array(ignoredKeys.map(JSON.string)),
      "keys": .array(keys.map(\.json)),
      "kind": "training_log",
      "other_fields": .array(otherFields.map(\.json)),
      "steps": [
        "compared": JSON(stepsCompared),
        "differing": JSON(stepsDiffering),
        "only_in_a": .array(stepsOnlyInA.map { JSON($0) }),
        "only_in_b": .array(stepsOnlyInB.map { JSON($0) }),
      ],
    ]
  }

  /// The first difference, if it is one of values.
  private var firstWithValues: Place? {
    first.flatMap { $0.key != nil && $0.difference.a != nil && $0.difference.b != nil ? $0 : nil }
  }
}

extension TrainingLogDifference.Place {
  fileprivate var json: JSON {
    ["difference": difference.json, "key": JSON(key), "step": JSON(step)]
  }
}

extension TrainingLogDifference.Key {
  fileprivate var json: JSON {
    [
      "key": .string(name),
      "largest": largest.map { ["distance": $0.distance.json, "step": JSON($0.step)] } ?? .null,
      "steps_compared": JSON(stepsCompared),
      "steps_differing": JSON(stepsDiffering),
      "steps_only_in_a": JSON(stepsOnlyInA),
      "steps_only_in_b": JSON(stepsOnlyInB),
    ]
  }
}
