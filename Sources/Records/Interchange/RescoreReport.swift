package import Files
import Scoring

extension HarnessImport.Outcome {
  /// The import as one JSON object, for programs.
  package var json: JSON {
    Imported.json(of: record, source: source, reuse: reuse, exitCode: exitCode)
  }

  /// The import for a person: scores, what differs, and where the record is.
  package var text: ReportText {
    ReportText(comparison.lines(of: source) + [Imported.end(record, reuse: reuse)])
  }
}

extension HarnessComparison {
  /// The scores, and what differs.
  func lines(of source: String) -> [String] {
    let taken = recorded.reduce(0) { $0 + $1.documents }
    var lines = [
      "\(source): \(English.count(documents, "document")) scored anew\(taken > 0 ? ", \(English.count(taken, "document")) taken as recorded" : "")."
    ]
    for result in results {
      for metric in result.summary(of: result.name) {
        let error = metric.standardError.map { " ± \(Decimals.fixed($0, 4))" } ?? ""
        lines.append(
          "  \(metric.task)  \(metric.name)  \(Decimals.fixed(metric.value, 4))\(error)  (n = \(metric.count))"
        )
      }
    }
    for task in recorded {
      for metric in task.metrics {
        let error = metric.standardError.map { " ± \(Decimals.fixed($0, 4))" } ?? ""
        lines.append(
          "  \(task.name)  \(metric.key)  \(Decimals.fixed(metric.value, 4))\(error)  (n = \(metric.count), as recorded)"
        )
      }
    }
    lines += shortages
    lines += RescoreText.lines(differences.map(\.sentence))
    lines += RescoreText.lines(aggregateDifferences.map(\.sentence))
    lines += RescoreText.lines(
      hashDifferences.map {
        "hash differs: \($0.task)\($0.document.map { " document \($0)" } ?? ""), \($0.name)"
      })
    lines += notes
    lines.append(conclusion)
    return lines
  }

  private var conclusion: String {
    let compared =
      "\(English.count(comparedScores, "score")) of documents and \(English.count(comparedAggregates, "value")) of tasks and groups"
    guard isCompared || !isSame else {
      return "There was nothing to compare: \(compared)."
    }
    if !shortages.isEmpty, differences.isEmpty, aggregateDifferences.isEmpty,
      hashDifferences.isEmpty
    {
      return "What is there agrees, but not all of it is there: \(compared)."
    }
    return isSame ? "All agree: \(compared)." : "Not all of \(compared) agree."
  }
}

extension RecordRescoring.Outcome {
  /// The outcome as one JSON object, for programs.
  package var json: JSON {
    [
      "schema": "replicate/rescore/v1", "record_id": .string(record.id),
      "record_path": .string(record.path), "record_sha256": JSON(record.digest),
      "exit_code": JSON(Int(exitCode)), "documents": JSON(documents),
      "differences": .array(differences.map(\.json)),
      "aggregate_differences": .array(aggregateDifferences.map(\.json)),
      "findings": .array(findings.map(JSON.string)), "notes": .array(notes.map(JSON.string)),
    ]
  }

  /// The outcome for a person.
  package var text: ReportText {
    var lines = RescoreText.lines(findings.map { "not as it was sealed: \($0)" })
    lines += RescoreText.lines(differences.map(\.sentence))
    lines += RescoreText.lines(aggregateDifferences.map(\.sentence))
    lines += notes
    let count = English.count(documents, "sample")
    switch exitCode {
    case ExitStatus.success:
      lines.append("The record \(record.id): \(count) scored anew, no score changed.")
    case ExitStatus.tampered:
      lines.append("The record \(record.id): \(count) scored anew; it is not as it was sealed.")
    default:
      lines.append(
        "The record \(record.id): \(count) scored anew; \(English.count(differences.count, "score")) of documents and \(English.count(aggregateDifferences.count, "value")) of tasks and groups changed."
      )
    }
    return ReportText(lines)
  }
}

/// How both reports write long lists.
private enum RescoreText {
  /// How many lines of a kind a terminal gets; JSON has all of them.
  private static let longest = 50

  static func lines(_ lines: [String]) -> [String] {
    guard lines.count > longest else { return lines }
    return lines.prefix(longest) + ["… and \(lines.count - longest) more (all with --json)"]
  }
}
