import Files
import Foundation
import Records
import Replication

/// The list of all records: searched by words, two of them compared, without a script.
struct RecordList {
  /// How many records a page lists.
  private static let longest = 500

  private let log: RunLog
  private let search: String
  private let found: [RunLog.Entry]

  /// Lists the records in which every word of a search is found, whatever its case.
  init(_ log: RunLog, search: String) {
    self.log = log
    self.search = search
    let words = search.lowercased().split(whereSeparator: \.isWhitespace)
    found = log.entries.filter { entry in
      let text = Self.searched(entry).lowercased()
      return words.allSatisfy { text.contains($0) }
    }
  }

  /// What words are looked for in.
  private static func searched(_ entry: RunLog.Entry) -> String {
    let run = entry.run
    let texts = [
      run.id, run.name, entry.status.name, run.created, run.commit, run.resultsDigest,
      run.recordDigest, run.identity, run.problem,
    ]
    return (texts.compactMap { $0 } + run.arms + run.seeds).joined(separator: "\n")
  }

  var page: SitePage {
    let shown = found.prefix(Self.longest)
    var content: [Markup] = [
      .element(
        "header", [],
        [
          .element("h1", [], [.text("Records")]),
          .element("p", [], [.text(sentence(shown.count))]),
        ])
    ]
    if !log.notices.isEmpty {
      content.append(
        .element("ul", [], log.notices.map { .element("li", [], [.text($0)]) }))
    }
    content.append(searchForm)
    if !shown.isEmpty { content.append(comparisonForm(Array(shown))) }
    return SitePage(title: "Records", content)
  }

  private func sentence(_ shown: Int) -> String {
    var text = English.count(log.entries.count, "record")
    if found.count < log.entries.count { text += ", \(found.count) of them as searched" }
    if shown < found.count { text += "; the newest \(shown) are listed" }
    return text + "."
  }

  // MARK: - Forms

  private var searchForm: Markup {
    .element(
      "form", [.init("id", "filter"), .init("action", "/"), .init("role", "search")],
      [
        .element("label", [.init("for", "q")], [.text("Search")]),
        .element(
          "input",
          [
            .init("id", "q"), .init("name", "q"), .init("type", "search"),
            .init("value", search),
          ], []), .element("button", [], [.text("Search")]),
      ])
  }

  private func comparisonForm(_ entries: [RunLog.Entry]) -> Markup {
    let header = ["record", "compare", "name", "status", "began", "arms", "seeds", "results"].map {
      Markup.element("th", [.init("scope", "col")], [.text($0)])
    }
    let table = Markup.element(
      "div",
      [
        .init("class", "scroll"), .init("tabindex", "0"), .init("role", "region"),
        .init("aria-label", "Records"),
      ],
      [
        .element(
          "table", class: "plain",
          [
            .element("caption", [], [.text("Records, newest first")]),
            .element("thead", [], [.element("tr", [], header)]),
            .element("tbody", [], entries.map(row)),
          ])
      ])
    return .element(
      "form", [.init("action", "/compare")],
      [table, .element("button", [], [.text("Compare the two that are marked")])])
  }

  private func row(_ entry: RunLog.Entry) -> Markup {
    let run = entry.run
    let results = run.resultsDigest.map { String($0.prefix(12)) } ?? run.problem ?? ""
    let mark = Markup.element(
      "input",
      [
        .init("type", "checkbox"), .init("name", "record"), .init("value", run.id),
        .init("aria-label", "Compare \(run.id)"),
      ], [])
    let isSealed = entry.status == .sealed
    let name = run.name.isEmpty ? "unknown" : run.name
    let cells: [[Markup]] = [
      isSealed ? [mark] : [],
      isSealed ? [Self.link(name, Self.address("report", run.id))] : [.text(name)],
      [.text(entry.status.name)], [.text(String(run.created.prefix(19)))],
      [.text(run.arms.joined(separator: " "))], [.text(run.seeds.joined(separator: " "))],
      [.text(results)],
    ]
    let head = Markup.element(
      "th", [.init("scope", "row")], [Self.link(run.id, Self.address("record", run.id))])
    return .element("tr", [], [head] + cells.map { .element("td", [], $0) })
  }

  // MARK: - Links

  /// The address of a record's page of a kind.
  static func address(_ kind: String, _ id: String) -> String {
    "/\(kind)/" + (id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
  }

  private static func link(_ text: String, _ address: String) -> Markup {
    .element("a", [.init("href", address)], [.text(text)])
  }

  /// Links beside each other.
  static func links(_ links: [(text: String, address: String)]) -> Markup {
    .element(
      "nav", [.init("aria-label", "Pages")],
      [.element("ul", [], links.map { .element("li", [], [link($0.text, $0.address)]) })])
  }
}
