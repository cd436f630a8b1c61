import Files

/// A paper as Markdown: the same text, tables and charts, and at its end where each value is from.
struct MarkdownPaper {
  private let document: PaperDocument
  private var book = FactBook()
  private var parts: [String] = []

  /// The first line of the file.
  static let mark = "<!-- Written by replicate paper -->"

  /// The text of the file.
  static func text(_ document: PaperDocument) -> String {
    var paper = MarkdownPaper(document: document)
    paper.write()
    return paper.parts.joined(separator: "\n\n") + "\n"
  }

  private init(document: PaperDocument) { self.document = document }

  private mutating func write() {
    parts = [Self.mark, "# \(text(document.title))", text(document.byline)]
    for (index, paragraph) in document.abstract.enumerated() {
      parts.append((index == 0 ? "**Abstract.** " : "") + text(paragraph))
    }
    var numbers = (section: 0, appendix: 0)
    let sections = document.sections
    for section in sections.filter({ !$0.isAppendix }) + sections.filter(\.isAppendix) {
      if section.isAppendix, numbers.appendix == 0 { writeReferences() }
      if section.isAppendix { numbers.appendix += 1 } else { numbers.section += 1 }
      let letters = Array("ABCDEFGH")
      let number =
        section.isAppendix
        ? "Appendix \(letters[(numbers.appendix - 1) % letters.count])" : "\(numbers.section)"
      parts.append("## \(number) \(section.title)")
      for block in section.blocks { write(block) }
    }
    writeFacts()
  }

  private mutating func write(_ block: PaperDocument.Block) {
    switch block {
    case .paragraph(let words): parts.append(text(words))
    case .list(let items):
      parts.append(items.map { "- \(text($0))" }.joined(separator: "\n"))
    case .heading(let words): parts.append("### \(words)")
    case .equation(let formula): parts.append("$$\(formula)$$")
    case .table(let table, let label, let caption, _):
      parts += ["\(bold(label)) \(text(caption))", Self.table(table)]
    case .figure(let charts, let label, let caption):
      let images = charts.enumerated().map { index, chart in
        "![\(GitHubReport.cell(chart.title))](figures/\(LaTeXPaper.name(label, index)).svg)"
      }
      parts += [images.joined(separator: "\n"), "\(bold(label)) \(text(caption))"]
    case .commands(let commands):
      // Indented, so that no text can end it.
      parts.append(commands.map { "    \($0.text)" }.joined(separator: "\n"))
    }
  }

  private func bold(_ label: PaperDocument.Label) -> String { "**\(name(label)).**" }

  private func name(_ label: PaperDocument.Label) -> String {
    "\(label.isFigure ? "Figure" : "Table") \(document.number(of: label).map(String.init) ?? "?")"
  }

  private static func table(_ table: ReportDocument.Table) -> String {
    let rule = table.header.indices.map { table.numeric.contains($0) ? "---:" : "---" }
    return
      ([GitHubReport.line(table.header), "|" + rule.joined(separator: "|") + "|"]
      + table.rows.map { GitHubReport.line($0.map { Fact.shortened($0.text) }) })
      .joined(separator: "\n")
  }

  private mutating func writeReferences() {
    guard !document.references.isEmpty else { return }
    let entries = document.references.enumerated().map { index, reference in
      let (authors, title, place) = reference.entry
      return "\(index + 1). \(authors), *\(title)*, \(place)."
    }
    parts += ["## References", entries.joined(separator: "\n")]
  }

  private mutating func writeFacts() {
    let rows = book.entries.map { name, fact in
      GitHubReport.line([name, fact.text, fact.place, fact.origin.name])
    }
    let origins = book.entries.map(\.fact.origin).reduce(into: [Fact.Origin]()) { known, origin in
      if !known.contains(origin) { known.append(origin) }
    }
    parts += [
      "## Where the values are from",
      "Places that begin with judgement are in what `replicate check RECORD --json` prints.",
      origins.map { "- \(GitHubReport.cell($0.name)): SHA-256 \($0.digest.hex)" }
        .joined(separator: "\n"),
      (["| value | text | place | of |", "|---|---|---|---|"] + rows).joined(separator: "\n"),
    ]
  }

  private mutating func text(_ text: PaperText) -> String {
    var result = ""
    for run in text.runs {
      switch run {
      case .words(let words): result += words
      case .fact(let fact): result += value(fact)
      case .strong(let fact): result += "**\(value(fact))**"
      case .term(let words): result += "*\(words)*"
      case .code(let words): result += "`\(words)`"
      case .math(let formula): result += "$\(formula)$"
      case .citation(let works):
        let numbers = works.compactMap { document.references.firstIndex(of: $0) }
        result += "\\[\(numbers.map { "\($0 + 1)" }.joined(separator: ", "))\\]"
      case .see(let label): result += name(label)
      }
    }
    return result
  }

  private mutating func value(_ fact: Fact) -> String {
    _ = book.name(of: fact)
    return GitHubReport.cell(fact.text)
  }
}
