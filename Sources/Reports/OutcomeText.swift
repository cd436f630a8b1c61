package import Files
import Provenance
import Records
package import Replication
import Statistics

/// The end of a run as text: the table, the verdicts, and where the record is.
package enum OutcomeText {
  /// Everything that a person reads at the end.
  package static func text(_ outcome: RunOutcome) -> ReportText {
    var parts: [ReportText] = []
    for (name, values) in OverridesText.rows(outcome.overrides) {
      let rest =
        outcome.judgement == nil && name != OverridesText.engine
        ? "; the documented results, which are of the whole, do not judge it" : ""
      parts.append("\(name): \(values)\(rest)")
    }
    if let table = outcome.table, !table.rows.isEmpty { parts.append(ReportText(text(table))) }
    if let judgement = outcome.judgement { parts.append(VerdictText.text(judgement)) }
    parts.append(
      "record \(outcome.record.id), results \(outcome.record.resultsDigest.hex.prefix(16)): \(outcome.record.path)"
    )
    if let reuse = outcome.reuse { parts.append("nothing was computed: \(reuse)") }
    return ReportText(paragraphs: parts)
  }

  private static func text(_ table: ResultTable) -> [String] {
    let hasLikelihoods = table.rows.contains { $0.likelihood != nil }
    let hasNoise = table.rows.contains { $0.noise != nil }
    let header =
      ["task", "metric", "n"] + table.arms
      + ["\(table.minuend) − \(table.subtrahend)", "± paired SE", "\(table.minuend) is"]
      + (hasLikelihoods ? ["right answer, nats"] : [])
      + (hasNoise ? ["± items", "± answers"] : [])
    let rows = table.rows.map { row in
      [row.task, row.metric, "\(row.count)"] + row.values.map { Decimals.fixed($0, 4) }
        + [
          Decimals.signed(row.difference, 4),
          row.standardError.map { Decimals.fixed($0, 4) } ?? "–", row.judgement,
        ]
        + (hasLikelihoods ? [row.likelihood.map(text) ?? "–"] : [])
        + (hasNoise ? [\AnswerNoise.dataError, \.predictionError].map { error($0, of: row) } : [])
    }
    let judgement = 5 + table.arms.count
    return columns(
      [header] + rows, leading: Set([0, 1, judgement] + (hasLikelihoods ? [judgement + 1] : [])))
  }

  /// A part of a difference's standard error, where several answers tell it from the other.
  private static func error(
    _ part: KeyPath<AnswerNoise, Double>, of row: ResultTable.Row
  ) -> String {
    row.noise.map { Decimals.fixed($0[keyPath: part], 4) } ?? "–"
  }

  /// The difference of the right answers' log-likelihoods, which tells more than that of the answers.
  private static func text(_ likelihood: ResultTable.Likelihood) -> String {
    let error = likelihood.standardError.map { " ± \(Decimals.fixed($0, 4))" } ?? ""
    return "\(Decimals.signed(likelihood.difference, 4))\(error), \(likelihood.judgement)"
  }

  /// Rows as columns of equal width, those in `leading` aligned left and all others right; a rule under the first row.
  static func columns(_ rows: [[String]], leading: Set<Int>) -> [String] {
    // Widths are those of what is printed.
    let rows = rows.map { $0.map(Printable.text) }
    guard let header = rows.first else { return [] }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return leading.contains(column) ? cell + space : space + cell
      }
      return trimmed(padded.joined(separator: "  "))
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "──")
    return [line(header), rule] + rows.dropFirst().map(line)
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
