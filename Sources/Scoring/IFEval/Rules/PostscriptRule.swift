import Files

/// The rule that asks for a postscript, anywhere in the text.
enum PostscriptRule {
  /// The markers that have patterns of their own, tolerant of a space after a point.
  static let markers = ["P.S.", "P.P.S"]

  /// Whether a text after `str.lower()` has what the marker stands for: `p\.\s?s\.`, `p\.\s?p\.\s?s` or itself.
  static func holds(marker: String, in lowercasedText: [Unicode.Scalar]) -> Bool {
    let parts: [[Unicode.Scalar]] =
      switch marker {
      case "P.S.": [["p", "."], ["s", "."]]
      case "P.P.S": [["p", "."], ["p", "."], ["s"]]
      default: [Array(PythonText.lowercased(marker).unicodeScalars)]
      }
    return lowercasedText.indices.contains { matches(parts, in: lowercasedText[$0...]) }
  }

  /// Whether the text starts with the parts, at most one whitespace between two of them.
  private static func matches(
    _ parts: [[Unicode.Scalar]], in text: ArraySlice<Unicode.Scalar>
  ) -> Bool {
    var rest = text
    for (index, part) in parts.enumerated() {
      if index > 0, let first = rest.first, PythonText.isWhitespace(first) { rest.removeFirst() }
      guard rest.starts(with: part) else { return false }
      rest.removeFirst(part.count)
    }
    return true
  }
}
