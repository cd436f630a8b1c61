import Files

/// A page as a server answers with it.
package struct SitePage: Sendable, Equatable {
  /// The status code of HTTP.
  package let status: Int
  /// What the page may fetch and run: nothing but what is in it (Content-Security-Policy).
  package let policy: String
  /// The page.
  package let html: String

  /// A page with the program's own style and without scripts.
  init(_ status: Int = 200, title: String, _ content: [Markup]) {
    self.status = status
    (html, policy) = ReportPage.plain(title: title, content: content)
  }

  /// The report of records, as the command writes it.
  init(_ report: RunReport) throws {
    status = 200
    let page = try report.page()
    (html, policy) = (page.html, page.policy)
  }

  /// A page that says what is wrong and what to do, in sentences.
  package static func problem(_ status: Int, _ title: String, _ sentence: String) -> SitePage {
    SitePage(
      status, title: title,
      [
        .element("header", [], [.element("h1", [], [.text(title)])]),
        .element("p", [], [.text(sentence)]), toIndex,
      ])
  }

  /// A link to the list of all records.
  static let toIndex = Markup.element(
    "nav", [.init("aria-label", "All records")],
    [
      .element(
        "ul", [],
        [.element("li", [], [.element("a", [.init("href", "/")], [.text("All records")])])])
    ])
}
