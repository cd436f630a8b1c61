/// One line of a report: words of ours and of strangers, and the colours that are only ours.
package struct ReportLine: Sendable, Equatable {
  /// What stands for a colour on a terminal.
  package enum Color: Int, Sendable {
    case red = 31
    case green = 32
    case yellow = 33
  }

  private struct Part: Sendable, Equatable {
    let text: String
    let color: Color?
  }

  private var parts: [Part]

  /// A line without colours.
  package init(_ text: String) { parts = [Part(text: text, color: nil)] }

  /// A line that begins with a coloured word.
  package init(_ word: String, _ color: Color, _ rest: String) {
    parts = [Part(text: word, color: color), Part(text: rest, color: nil)]
  }

  /// A line that ends with a coloured word.
  package init(_ beginning: String, _ word: String, _ color: Color) {
    parts = [Part(text: beginning, color: nil), Part(text: word, color: color)]
  }

  /// The line as it is printed: in it are no line ends, no escape sequences but our own, and no workflow commands.
  package func text(colors: Bool = false) -> String {
    var result = ""
    for part in parts {
      let text = Printable.text(part.text)
      let safe = result.isEmpty ? Printable.beginning(text) : text
      let color = colors ? part.color : nil
      result += color.map { "\u{1B}[\($0.rawValue)m\(safe)\u{1B}[0m" } ?? safe
    }
    return result
  }
}

/// What a command tells a person, line by line.
///
/// Whatever stands in a line stays in it: only who has lines makes lines. It is the only text that ``Console`` takes, so
/// that no message can forget it.
package struct ReportText: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The lines, from the top.
  package private(set) var lines: [ReportLine]

  /// A text of these lines.
  package init(_ lines: [ReportLine]) { self.lines = lines }

  /// A text of these lines, without colours.
  package init(_ lines: [String]) { self.lines = lines.map { ReportLine($0) } }

  /// A text of one line.
  package init(_ line: String) { lines = [ReportLine(line)] }

  package init(stringLiteral line: String) { self.init(line) }

  /// A text of the program's own, whose lines are its lines.
  package init(ownText text: String) {
    self.init(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }

  /// Several texts with an empty line between them.
  package init(paragraphs: [ReportText]) {
    lines = Array(paragraphs.map(\.lines).joined(separator: [ReportLine("")]))
  }

  /// The text with `prefix` before its first line.
  package func prefixed(_ prefix: String) -> ReportText {
    guard !prefix.isEmpty, let first = lines.first else { return self }
    return ReportText([ReportLine(prefix + first.text())] + lines.dropFirst())
  }

  /// One text after the other.
  package static func + (left: ReportText, right: ReportText) -> ReportText {
    ReportText(left.lines + right.lines)
  }

  /// Whether there is no line.
  package var isEmpty: Bool { lines.isEmpty }

  /// The text as it is printed, each line with its line feed.
  package func text(colors: Bool) -> String {
    lines.map { $0.text(colors: colors) + "\n" }.joined()
  }

  /// The text without colours and without a line feed at its end.
  package var plain: String { lines.map { $0.text() }.joined(separator: "\n") }
}
