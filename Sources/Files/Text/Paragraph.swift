/// Text that is broken into lines.
package enum Paragraph {
  /// Columns of a line.
  private static let width = 100

  /// Breaks a text between words; `indent` stands before every line but the first.
  package static func wrapped(_ text: String, indent: String = "") -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = indent + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines + [line]
  }
}
