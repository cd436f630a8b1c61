package import Files
import Records
import Scoring

extension RecordDifference {
  /// Values and documents of a kind that a terminal gets; JSON has all of them.
  private static let longest = 12

  /// The comparison for a person: candidate causes, then effects.
  package var text: ReportText {
    var lines = ["\(a) against \(b)\(letters.isEmpty ? "" : ": \(letters)")"]
    lines.append(
      causes.isEmpty
        ? "No cause: manifest, inputs, program, code and machine are the same."
        : "What was otherwise before anything was computed:")
    for candidate in causes {
      lines.append("  \(candidate.cause.rawValue) \(candidate.cause.text)")
      lines += Self.shortened(
        candidate.values.map { "    \($0.path): \(Self.shown($0.a)) → \(Self.shown($0.b))" })
    }
    lines += trainings
    lines += distances.map { "    \($0.sentence)" }
    lines += evaluations.flatMap(\.lines)
    lines += unmatched
    if isSame { lines.append("Everything that both records hold is the same, bit by bit.") }
    return ReportText(lines)
  }

  fileprivate static func shortened(_ lines: [String]) -> [String] {
    guard lines.count > longest else { return lines }
    return lines.prefix(longest) + ["    … and \(lines.count - longest) more (all with --json)"]
  }

  private static func shown(_ value: JSON?) -> String {
    value.map { English.shown($0) } ?? "missing"
  }

  /// The comparison as one JSON object, for programs.
  package var json: JSON {
    [
      "schema": "replicate/diff/v1", "a": .string(a), "b": .string(b), "same": .bool(isSame),
      "exit_code": JSON(Int(exitCode)), "letters": .string(letters),
      "causes": .array(
        causes.map { candidate in
          [
            "cause": .string(candidate.cause.text),
            "values": .array(
              candidate.values.map {
                ["path": .string($0.path), "a": $0.a ?? .null, "b": $0.b ?? .null]
              }),
          ]
        }),
      "trainings": .array(trainings.map(JSON.string)),
      "distances": .array(distances.map(\.json)),
      "evaluations": .array(evaluations.map(\.json)),
      "unmatched": .array(unmatched.map(JSON.string)),
    ]
  }
}

extension EvaluationDifference {
  /// What differs, and why, in lines.
  fileprivate var lines: [String] {
    let scored = Reason.allCases.map(count).reduce(0, +)
    var lines: [String] = []
    if isAggregatedOtherwise {
      lines.append(
        "\(arm) on \(evaluation): all \(commonCount) documents are the same, and were aggregated otherwise."
      )
    } else {
      lines.append(
        "\(arm) on \(evaluation): \(English.count(scored, "document")) of \(commonCount) count otherwise: \(count(.text)) answered otherwise, \(count(.scorer)) with the same answer scored otherwise, \(count(.items)) not the same document; \(English.count(documents.count - scored, "further one")) differ without a change of score."
      )
    }
    lines += metrics.map { metric in
      "    \(metric.task) \(metric.name): \(metric.a.map { Decimals.fixed($0, 4) } ?? "none") → \(metric.b.map { Decimals.fixed($0, 4) } ?? "none")"
    }
    return lines
  }

  fileprivate var json: JSON {
    [
      "arm": .string(arm), "evaluation": .string(evaluation), "common": JSON(commonCount),
      "documents": .array(
        documents.map {
          [
            "document": .string($0.name), "reason": .string($0.reason.rawValue),
            "scored_otherwise": .bool($0.isScoredOtherwise),
          ]
        }),
      "metrics": .array(
        metrics.map {
          [
            "task": .string($0.task), "metric": .string($0.name),
            "a": $0.a.map { .exact($0) } ?? .null, "b": $0.b.map { .exact($0) } ?? .null,
          ]
        }),
      "aggregated_otherwise": .bool(isAggregatedOtherwise),
    ]
  }
}
