import Foundation
import TestSupport

/// A command as README.md and docs/ show it.
struct DocumentedCommand: Hashable {
  /// The command on one line, without what a comment says behind it.
  let text: String

  /// Every command of the pages, each once: lines of indented blocks, and what stands in backquotes.
  static func all() throws -> [DocumentedCommand] {
    let folder = Checkout.folder.appending(path: "docs").path
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    var found: [DocumentedCommand] = []
    for page in ["README.md"] + pages {
      let text = try String(contentsOf: Checkout.folder.appending(path: page), encoding: .utf8)
      for command in commands(of: text) where !found.contains(command) { found.append(command) }
    }
    return found
  }

  /// The commands of one page.
  static func commands(of page: String) -> [DocumentedCommand] {
    let blocks = page.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /^ {4}(replicate( .*)?)$/).map { String($0.1) }
    }.map { $0.replacing(/\s+#.*$/, with: "") }
    // Text in backquotes may be broken over lines, but not over paragraphs.
    let quoted = page.components(separatedBy: "\n\n").flatMap { paragraph in
      paragraph.matches(of: /`([^`]+)`/).map { match in
        match.1.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
    }
    return (blocks + quoted).filter { $0 == "replicate" || $0.hasPrefix("replicate ") }
      .map { DocumentedCommand(text: $0.trimmingCharacters(in: .whitespaces)) }
  }

  /// The words behind `replicate` as they can be typed: with and without what stands in brackets, with each of several
  /// alternatives.
  ///
  /// A redirection is the shell's.
  var variants: [[String]] {
    let own = text.replacing(/\s>\s\S+$/, with: "").replacing("…", with: "")
    let whole = own.replacing(/[\[\]]/, with: "")
    let short = own.replacing(/\s?\[[^\]]*\]/, with: "")
    var variants: [[String]] = []
    for line in [whole, short] {
      var expanded: [[String]] = [[]]
      for word in line.split(separator: " ").dropFirst() {
        let choices = word.split(separator: "|").map(String.init)
        expanded = expanded.flatMap { words in choices.map { words + [$0] } }
      }
      for words in expanded where !variants.contains(words) { variants.append(words) }
    }
    return variants
  }
}
