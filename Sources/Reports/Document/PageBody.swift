import Files

/// The visible part of a page, made from a report.
enum PageBody {
  /// The element whose outline the page's digest is of.
  static func main(_ document: ReportDocument) -> Markup {
    .element(
      "main", [],
      [head(document), contents(document)] + document.sections.map(section))
  }

  private static func head(_ document: ReportDocument) -> Markup {
    .element(
      "header", [],
      [
        .element("h1", [], [.text(document.title)])
      ]
        + (document.headline.question.isEmpty
          ? [] : [.element("p", [], [.text(document.headline.question)])])
        + [
          .element(
            "p", class: "verdict",
            [status(document.headline.status), .text(" " + document.headline.sentence)])
        ])
  }

  private static func contents(_ document: ReportDocument) -> Markup {
    .element(
      "nav", [.init("aria-label", "Sections")],
      [
        .element(
          "ul", [],
          document.sections.map { section in
            .element(
              "li", [],
              [.element("a", [.init("href", "#" + section.id)], [.text(section.title)])])
          })
      ])
  }

  private static func section(_ section: ReportDocument.Section) -> Markup {
    .element(
      "section", [.init("id", section.id)],
      [.element("h2", [], [.text(section.title)])] + section.blocks.map { block($0, depth: 3) })
  }

  private static func block(_ block: ReportDocument.Block, depth: Int) -> Markup {
    switch block {
    case .paragraph(let text): return .element("p", [], words(text))
    case .list(let items):
      return .element("ul", [], items.map { .element("li", [], words($0)) })
    case .table(let table): return markup(table)
    case .figure(let chart, let caption):
      return .element(
        "figure", [], [chart.markup, .element("figcaption", [], [.text(caption)])])
    case .figures(let charts, let caption):
      return .element(
        "figure", [],
        [
          .element("div", class: "charts", charts.map(\.markup)),
          .element("figcaption", [], [.text(caption)]),
        ])
    case .commands(let lines):
      return .element(
        "pre", [.init("class", "commands"), .init("tabindex", "0")],
        [.lines(lines.joined(separator: "\n"))])
    case .quotation(let text, let label):
      return .element(
        "div", class: "quotation",
        [
          .element("p", class: "label", [.text(label)]),
          .element("pre", [.init("dir", "auto")], [.lines(text)]),
        ])
    case .item(let title, let status, let inner):
      return .element(
        "article", [],
        [.element("h\(min(depth, 6))", [], [Self.status(status), .text(" " + title)])]
          + inner.map { Self.block($0, depth: depth + 1) })
    case .details(let summary, let inner):
      return details(summary, [], inner, depth)
    case .entries(let entries):
      return .element(
        "div", class: "entries",
        entries.map { details($0.title, [.init("data-kind", $0.kind)], $0.blocks, depth) })
    }
  }

  private static func details(
    _ summary: String, _ attributes: [Markup.Attribute], _ inner: [ReportDocument.Block],
    _ depth: Int
  ) -> Markup {
    .element(
      "details", attributes,
      [.element("summary", [], [.text(summary)])] + inner.map { block($0, depth: depth) })
  }

  private static func markup(_ table: ReportDocument.Table) -> Markup {
    func cells(_ row: [ReportDocument.Cell]) -> [Markup] {
      row.enumerated().map { column, cell in
        var attributes: [Markup.Attribute] = []
        if table.numeric.contains(column) {
          attributes.append(.init("class", "number"))
        } else if cell.kind == .digest {
          attributes.append(.init("class", "digest"))
        }
        if let source = cell.source {
          attributes += [
            .init("data-from", source.pointer), .init("data-digits", "\(source.digits)"),
          ]
        }
        let content = cell.kind == .status ? [status(cell.text)] : words(cell.text)
        guard column > 0 else {
          return .element("th", [.init("scope", "row")] + attributes, content)
        }
        return .element("td", attributes, content)
      }
    }
    let header = table.header.enumerated().map { column, name in
      Markup.element(
        "th",
        [.init("scope", "col")]
          + (table.numeric.contains(column) ? [.init("class", "number")] : []),
        [.text(name)])
    }
    // Wide tables scroll by themselves, by keyboard too.
    return .element(
      "div",
      [
        .init("class", "scroll"), .init("tabindex", "0"), .init("role", "region"),
        .init("aria-label", table.caption),
      ],
      [
        .element(
          "table", table.numeric.isEmpty ? [] : [.init("class", "plain")],
          [
            .element("caption", [], [.text(table.caption)]),
            .element("thead", [], [.element("tr", [], header)]),
            .element("tbody", [], table.rows.map { .element("tr", [], cells($0)) }),
          ])
      ])
  }

  /// Text in which what stands between backquotes is typed.
  private static func words(_ text: String) -> [Markup] {
    ReportDocument.parts(text).enumerated().map { place, part in
      place % 2 == 0 ? .text(part) : .element("code", [], [.text(part)])
    }
  }

  /// A verdict as a word that is told by its colour too.
  private static func status(_ name: String) -> Markup {
    let known = [
      "REPRODUCED": "good", "CONSISTENT": "good", "INCONCLUSIVE": "open", "UNTESTABLE": "open",
      "SKIPPED": "open", "DIVERGED": "bad", "INVALID": "bad", "TAMPERED": "bad",
    ]
    return .element("strong", class: "status \(known[name] ?? "open")", [.text(name)])
  }
}
