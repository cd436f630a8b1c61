import Provenance

/// A judgement as text for a person: cells as a table, claims with their reasons, the verdict on the last line.
package enum VerdictText {
  /// Everything that a person reads; statuses in colour if `colors`.
  package static func text(_ judgement: Judgement, colors: Bool = false) -> String {
    var parts: [String] = []
    let cells = judgement.verdicts.filter { $0.subject == .cell }
    if !cells.isEmpty { parts.append(table(cells, colors: colors)) }
    let notes = cells.filter { $0.status > .consistent }
    if !notes.isEmpty { parts.append(paragraphs(notes, colors: colors)) }
    let others = judgement.verdicts.filter { $0.subject != .cell }
    if !others.isEmpty { parts.append(paragraphs(others, colors: colors)) }
    parts.append(conclusion(judgement, colors: colors))
    return parts.joined(separator: "\n\n")
  }

  /// The verdict on the run, as one line.
  package static func conclusion(_ judgement: Judgement, colors: Bool = false) -> String {
    let name = painted(judgement.status.rawValue, judgement.status, colors)
    let isForgiven =
      judgement.exitCode == 0 && judgement.status > .consistent ? " (allowed)" : ""
    return "\(name)\(isForgiven) \(judgement.name): \(judgement.why)"
  }

  /// What was judged by what, to stand before the verdicts of a check.
  package static func heading(_ outcome: RecordCheck.Outcome) -> String {
    let expectations = outcome.expectations
    let records = outcome.records.map {
      "record \($0.id) of \($0.name), results \($0.resultsDigest.hex.prefix(16))"
    }
    let origin =
      outcome.isLocked
      ? "to which the run was locked before it began" : "which the run was not locked to"
    return
      (records + [
        "judged by \(expectations.results.name), \(expectations.path), SHA-256 \(expectations.sha256.hex.prefix(16)), \(origin)"
      ]).joined(separator: "\n")
  }

  private static func table(_ cells: [Verdict], colors: Bool) -> String {
    let header = ["row", "arm", "documented", "band", "here", "verdict"]
    let rows = cells.map { verdict -> [String] in
      let (row, arm) = names(verdict)
      let finding = verdict.decisive
      return [
        row, arm, finding.expected ?? "–", range(finding),
        finding.observed.map(finding.unit.text) ?? "–",
        verdict.status.rawValue + (verdict.isRequired ? "" : " (optional)"),
      ]
    }
    let text = OutcomeText.columns([header] + rows, leading: [0, 1, 3, 5])
    guard colors else { return text }
    // The verdict is the last column, so that colours move no other one.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let painted = zip(lines.dropFirst(2), cells).map { line, verdict in
      let ending = verdict.status.rawValue + (verdict.isRequired ? "" : " (optional)")
      return String(line.dropLast(ending.count)) + Self.painted(ending, verdict.status, true)
    }
    return (lines.prefix(2) + painted).joined(separator: "\n")
  }

  private static func paragraphs(_ verdicts: [Verdict], colors: Bool) -> String {
    verdicts.flatMap { verdict -> [String] in
      let status = painted(verdict.status.rawValue, verdict.status, colors)
      let optional = verdict.isRequired ? "" : " (optional)"
      let isAlone = verdict.findings.count == 1
      return ["\(status) \(verdict.id)\(optional): \(verdict.title)"]
        + verdict.findings.map { isAlone ? "  \($0.why)" : "  \($0.status.rawValue): \($0.why)" }
    }.joined(separator: "\n")
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
    if let counts = limits.counts { return "\(text(counts)) right" }
    let unit = finding.unit
    return "\(unit.text(limits.lower)) to \(unit.text(limits.upper)) \(band.name)"
  }

  /// Counts as "4427", or as "4427 to 4430".
  static func text(_ counts: ClosedRange<Int>) -> String {
    counts.count == 1
      ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
  }

  private static func painted(_ text: String, _ status: Verdict.Status, _ colors: Bool) -> String {
    guard colors else { return text }
    let code =
      switch status {
      case .reproduced, .consistent: "32"
      case .inconclusive, .untestable, .skipped: "33"
      case .diverged, .invalid, .tampered: "31"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
