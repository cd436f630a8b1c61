import Files
import Foundation

/// A report as one HTML file that opens from disk: no network, no server, readable without its script.
struct ReportPage {
  /// The file.
  let html: String
  /// What it may fetch and run: nothing but what is in it, as the file says itself.
  let policy: String

  private static let style = [PackageResources.chart_css, PackageResources.page_css]
  private static let script = [
    PackageResources.sha256_js, PackageResources.evidence_js, PackageResources.page_js,
  ]

  /// Writes a report with the evidence that a browser recomputes it from.
  ///
  /// - Throws: what the evidence's text throws.
  init(_ document: ReportDocument, evidence: EmbeddedEvidence) throws {
    let main = PageBody.main(document)
    let style = Self.text(Self.style)
    let script = Self.text(Self.script)
    // Nothing is fetched, and no code runs but this.
    policy =
      "default-src 'none'; style-src '\(Self.source(style))'; script-src '\(Self.source(script))'; base-uri 'none'; form-action 'none'"
    let digest = SHA256.digest(of: Array(main.outline.utf8))
    html = """
      <!DOCTYPE html>
      <html lang="en" data-page="\(digest.hex)">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      \(Markup.element("title", [], [.text(document.title)]).html)
      <style>\(style)</style>
      </head>
      <body>
      \(Self.notice.html)
      \(main.html)
      <script type="application/json" id="evidence">\(try evidence.text)</script>
      <script>\(script)</script>
      </body>
      </html>

      """
  }

  /// A page of a server with the same style and without scripts, and what it may do: nothing but send forms there.
  static func plain(title: String, content: [Markup]) -> (html: String, policy: String) {
    let style = text(style)
    let html = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      \(Markup.element("title", [], [.text(title)]).html)
      <style>\(style)</style>
      </head>
      <body>
      \(Markup.element("main", [], content).html)
      </body>
      </html>

      """
    return (
      html,
      "default-src 'none'; style-src '\(source(style))'; base-uri 'none'; form-action 'self'"
    )
  }

  /// What stands in the place of the recomputation for a reader without scripts.
  private static let notice = Markup.element(
    "aside",
    [
      .init("id", "recomputed"), .init("aria-live", "polite"), .init("aria-label", "Recomputation"),
    ],
    [
      .element(
        "p", [],
        [
          .text(
            "Nothing on this page has been recomputed yet. With scripts your browser does it; without them, the commands at the end do."
          )
        ])
    ])

  private static func text(_ files: [[UInt8]]) -> String {
    files.map { String(decoding: $0, as: UTF8.self) }.joined()
  }

  private static func source(_ content: String) -> String {
    "sha256-" + Data(SHA256.digest(of: Array(content.utf8)).bytes).base64EncodedString()
  }
}
