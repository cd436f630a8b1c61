import Files

/// Text of strangers in a Markdown document.
package enum MarkdownText {
  /// Text that stays on one line, inside a cell of a table too, and means only itself: no markup, link, mention or formula.
  package static func escaped(_ text: String) -> String {
    let oneLine = replaced(text, ["\n": " ", "\r": " "])
    let marked = replaced(
      Printable.text(oneLine),
      [
        "|": "\\|", "\\": "\\\\", "`": "\\`", "*": "\\*", "_": "\\_", "[": "\\[", "]": "\\]",
        ":": "\\:", "@": "\\@", "#": "\\#", "~": "\\~", "$": "\\$", "!": "\\!", "<": "&lt;",
        ">": "&gt;", "&": "&amp;",
      ])
    // An address without a scheme becomes a link too.
    return marked.replacing(/(?i)www\./) { $0.output.dropLast() + "&#46;" }
  }

  /// Replaces code points, so that the parts of a line end are found each by itself.
  package static func replaced(_ text: String, _ replacements: [Unicode.Scalar: String]) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let replacement = replacements[scalar] {
        result += replacement
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
