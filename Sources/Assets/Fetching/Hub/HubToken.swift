/// A secret that tells the Hub who asks; no description, reflection or encoding shows it.
package struct HubToken: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  private let text: String
  /// Where it was read, as messages call it: "HF_TOKEN", or a file.
  package let source: String

  /// Takes what a variable or file holds, without white space around it; nil for what no token can be (RFC 6750).
  ///
  /// Nothing else is taken, so that no quotation mark or line break ever reaches curl's configuration.
  init?(_ text: String, source: String) {
    let text = text.filter { !$0.isNewline }
    let trimmed = String(
      text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    guard trimmed.utf8.count <= 4096,
      trimmed.wholeMatch(of: /[A-Za-z0-9._~+\/-]+=*/) != nil
    else { return nil }
    self.text = trimmed
    self.source = source
  }

  /// The value of the header field `Authorization`.
  var credentials: String { "Bearer \(text)" }

  /// A text of another program, without the secret.
  func hidden(in other: String) -> String { other.replacing(text, with: "[token]") }

  package var description: String { "the token of \(source)" }
  package var customMirror: Mirror { Mirror(self, children: ["source": source]) }
}
