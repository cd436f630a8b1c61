import Files

/// A report as Markdown: everything that it says, without its charts.
enum MarkdownReport {
  static func text(_ document: ReportDocument) -> String {
    let headline = document.headline
    var parts = [
      "# \(GitHubReport.cell(document.title))"
    ]
    if !headline.question.isEmpty { parts.append(GitHubReport.cell(headline.question)) }
    parts.append(
      "**\(GitHubReport.cell(headline.status))**: \(GitHubReport.cell(headline.sentence))")
    for section in document.sections {
      parts.append("## \(GitHubReport.cell(section.title))")
      parts += section.blocks.flatMap { blocks($0, depth: 3) }
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func blocks(_ block: ReportDocument.Block, depth: Int) -> [String] {
    switch block {
    case .paragraph(let text): return [GitHubReport.cell(text)]
    case .list(let items):
      return [items.map { "- \(GitHubReport.cell($0))" }.joined(separator: "\n")]
    case .table(let table): return [text(table)]
    case .figure(_, let caption), .figures(_, let caption):
      return ["*\(GitHubReport.cell(caption)) (drawn in the HTML report)*"]
    case .commands(let lines): return [fenced(lines)]
    case .quotation(let text, let label):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
        "> " + GitHubReport.cell(String($0))
      }
      return ["\(GitHubReport.cell(label)):", lines.joined(separator: "  \n")]
    case .item(let title, let status, let inner):
      let heading = String(repeating: "#", count: depth)
      return ["\(heading) \(GitHubReport.cell(status)): \(GitHubReport.cell(title))"]
        + inner.flatMap { blocks($0, depth: depth + 1) }
    case .details(let summary, let inner):
      return ["**\(GitHubReport.cell(summary))**"] + inner.flatMap { blocks($0, depth: depth) }
    case .entries(let entries):
      return entries.flatMap { entry in
        ["**\(GitHubReport.cell(entry.title))**"]
          + entry.blocks.flatMap { blocks($0, depth: depth) }
      }
    }
  }

  private static func text(_ table: ReportDocument.Table) -> String {
    let rule = table.header.indices.map { table.numeric.contains($0) ? "---:" : "---" }
    return
      ([GitHubReport.line(table.header), "|" + rule.joined(separator: "|") + "|"]
      + table.rows.map { GitHubReport.line($0.map(\.text)) }).joined(separator: "\n")
  }

  /// Lines of the program's own.
  private static func fenced(_ lines: [String]) -> String {
    (["```sh"] + lines.map { Printable.text($0) } + ["```"]).joined(separator: "\n")
  }
}
