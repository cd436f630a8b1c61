package import Files
import Manifests
import Provenance
package import Records

/// A judgement as text for a person: cells as a table, claims with their reasons, the verdict on the last line.
package enum VerdictText {
  /// Everything that a person reads.
  package static func text(_ judgement: Judgement) -> ReportText {
    var parts: [ReportText] = []
    let cells = judgement.verdicts.filter { $0.subject == .cell }
    if !cells.isEmpty { parts.append(table(cells, of: judgement)) }
    let notes = cells.filter { $0.status > .consistent }
    if !notes.isEmpty { parts.append(paragraphs(notes)) }
    let others = judgement.verdicts.filter { $0.subject != .cell }
    if !others.isEmpty { parts.append(paragraphs(others)) }
    if let notice = judgement.recordedNotice { parts.append(ReportText([notice])) }
    parts += judgement.notices.map { ReportText([$0]) }
    parts.append(ReportText([conclusion(judgement)]))
    return ReportText(paragraphs: parts)
  }

  /// The verdict on the run, as one line.
  package static func conclusion(_ judgement: Judgement) -> ReportLine {
    let isForgiven =
      judgement.exitCode == ExitStatus.success && judgement.status > .consistent ? " (allowed)" : ""
    let imported = judgement.hasImports ? " (results \(Imported.notice))" : ""
    return ReportLine(
      judgement.status.rawValue, color(judgement.status),
      "\(isForgiven) \(judgement.name)\(imported): \(judgement.why)")
  }

  /// What was judged by what, to stand before the verdicts of a check.
  package static func heading(_ outcome: RecordCheck.Outcome) -> ReportText {
    let expectations = outcome.expectations
    let records = outcome.records.map {
      "record \($0.id) of \($0.name)\($0.isImported ? " (\(Imported.notice))" : ""), results \($0.resultsDigest.hex.prefix(16))"
    }
    let origin =
      outcome.isLocked
      ? "to which the run was locked before it began" : "which the run was not locked to"
    return ReportText(
      records + [
        "judged by \(expectations.results.name), \(expectations.path), SHA-256 \(expectations.sha256.hex.prefix(16)), \(origin)"
      ])
  }

  private static func table(_ cells: [Verdict], of judgement: Judgement) -> ReportText {
    let header = ["row", "arm", "documented", "band", here(judgement), "verdict"]
    func ending(_ verdict: Verdict) -> String {
      verdict.status.rawValue + (verdict.isRequired ? "" : " (optional)")
    }
    let rows = cells.map { verdict -> [String] in
      let (row, arm) = names(verdict)
      let finding = verdict.decisive
      return [
        row, arm, finding.expected ?? "–", range(finding),
        finding.observed.map(finding.unit.text) ?? "–", ending(verdict),
      ]
    }
    let lines = OutcomeText.columns([header] + rows, leading: [0, 1, 3, 5])
    // The verdict is the last column, so that colours move no other one.
    let painted = zip(lines.dropFirst(2), cells).map { line, verdict in
      let ending = ending(verdict)
      return ReportLine(String(line.dropLast(ending.count)), ending, color(verdict.status))
    }
    return ReportText(lines.prefix(2).map { ReportLine($0) } + painted)
  }

  private static func paragraphs(_ verdicts: [Verdict]) -> ReportText {
    ReportText(
      verdicts.flatMap { verdict -> [ReportLine] in
        let optional = verdict.isRequired ? "" : " (optional)"
        let isAlone = verdict.findings.count == 1
        let heading = ReportLine(
          verdict.status.rawValue, color(verdict.status),
          " \(verdict.id)\(optional): \(verdict.title)")
        return [heading]
          + verdict.findings.map {
            ReportLine(isAlone ? "  \($0.why)" : "  \($0.status.rawValue): \($0.why)")
          }
      })
  }

  /// What a table calls the column of what was measured.
  static func here(_ judgement: Judgement) -> String {
    judgement.hasImports ? "here (\(Imported.notice))" : "here"
  }

  /// The row and the arm of a cell's verdict.
  static func names(_ verdict: Verdict) -> (row: String, arm: String) {
    guard let row = verdict.decisive.row else { return (verdict.id, "") }
    let name = row.description
    return (name, String(verdict.id.dropFirst(name.count + 1)))
  }

  /// The band of a cell in the cell's unit, with the name of its kind.
  static func range(_ finding: Finding) -> String {
    guard let band = finding.band else { return "–" }
    guard let limits = finding.limits else { return band.name }
    if let counts = limits.counts { return "\(English.range(counts)) right" }
    let unit = finding.unit
    return "\(unit.text(limits.lower)) to \(unit.text(limits.upper)) \(band.name)"
  }

  private static func color(_ status: Verdict.Status) -> ReportLine.Color {
    switch status {
    case .reproduced, .consistent: .green
    case .inconclusive, .untestable, .skipped: .yellow
    case .diverged, .invalid, .tampered: .red
    }
  }
}
