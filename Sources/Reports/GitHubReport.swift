import Files
package import Records

/// A line that GitHub Actions executes, and that only ``GitHubReport`` makes.
package struct WorkflowCommand: Sendable, Equatable {
  /// The line without its line feed.
  package let text: String
  fileprivate init(_ text: String) { self.text = text }
}

/// A judgement as GitHub Actions shows it: annotations on standard output, and a summary of the step.
package enum GitHubReport {
  /// One workflow command a line for everything that does not agree; empty if everything does.
  ///
  /// Required verdicts that fail are errors, undecided ones warnings, and what is not required notices.
  ///
  /// - Parameters:
  ///   - judgement: what is reported.
  ///   - file: the file that the annotations point to.
  ///   - lines: the line there of each verdict, by its id.
  /// - Returns: lines to print.
  package static func annotations(
    _ judgement: Judgement, file: String?, lines: [String: Int]
  ) -> [WorkflowCommand] {
    var commands = judgement.tampering.map {
      command("error", file: file, line: nil, title: "lock", message: $0)
    }
    commands += judgement.verdicts.filter { $0.status > .consistent }.map { verdict in
      command(
        level(verdict), file: file, line: lines[verdict.id],
        title: "\(verdict.status.rawValue) \(verdict.id)", message: verdict.why)
    }
    if judgement.tampering.isEmpty, !judgement.isEvaluated || judgement.required.isEmpty {
      commands.append(
        command(
          "error", file: file, line: nil, title: judgement.status.rawValue,
          message: judgement.why))
    }
    return commands
  }

  private static func level(_ verdict: Verdict) -> String {
    guard verdict.isRequired else { return "notice" }
    return verdict.status >= .diverged ? "error" : "warning"
  }

  static func command(
    _ level: String, file: String?, line: Int?, title: String, message: String
  ) -> WorkflowCommand {
    var properties: [String] = []
    if let file {
      properties.append("file=\(property(file))")
      if let line { properties.append("line=\(line)") }
    }
    properties.append("title=\(property(title))")
    return WorkflowCommand(
      "::\(level) \(properties.joined(separator: ","))::\(data(message))")
  }

  /// The text of a workflow command, which ends at the line's end.
  static func data(_ text: String) -> String {
    MarkdownText.replaced(Printable.text(text), ["%": "%25"])
  }

  /// A property of a workflow command, which ends at a comma or a colon.
  static func property(_ text: String) -> String {
    MarkdownText.replaced(Printable.text(text), ["%": "%25", ":": "%3A", ",": "%2C"])
  }

  /// The judgement as Markdown: the verdict, a table of the cells, one of everything else.
  package static func summary(_ judgement: Judgement) -> String {
    var lines = [
      "## \(cell(judgement.name)): \(judgement.status.rawValue)", "", cell(judgement.why), "",
    ]
    let cells = judgement.verdicts.filter { $0.subject == .cell }
    if !cells.isEmpty {
      lines += [
        "| row | arm | documented | band | \(VerdictText.here(judgement)) | verdict |",
        "|---|---|---:|---|---:|---|",
      ]
      lines += cells.map { verdict in
        let (row, arm) = VerdictText.names(verdict)
        let finding = verdict.decisive
        return line([
          row, arm, finding.expected ?? "–", VerdictText.range(finding),
          finding.observed.map(finding.unit.text) ?? "–", status(verdict),
        ])
      }
      lines.append("")
    }
    let others = judgement.verdicts.filter { $0.subject != .cell }
    if !others.isEmpty {
      lines += ["| claim | verdict | why |", "|---|---|---|"]
      lines += others.map { line([$0.title, status($0), $0.why]) }
      lines.append("")
    }
    if let notice = judgement.recordedNotice { lines += [cell(notice), ""] }
    return lines.joined(separator: "\n")
  }

  private static func status(_ verdict: Verdict) -> String {
    verdict.status.rawValue + (verdict.isRequired ? "" : " (optional)")
  }

  static func line(_ cells: [String]) -> String {
    "| " + cells.map(cell).joined(separator: " | ") + " |"
  }

  /// Text that stays inside a cell of a Markdown table and means only itself.
  static func cell(_ text: String) -> String { MarkdownText.escaped(text) }
}
