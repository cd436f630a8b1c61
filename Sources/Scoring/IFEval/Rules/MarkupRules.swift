import Files

/// Rules that look for Markdown and other marks in a text.
///
/// Each scans the text once, where a backtracking engine may need quadratic time.
enum MarkupRules {
  /// Count of `\[.*?\]`.
  static func placeholders(in text: [Unicode.Scalar]) -> Int {
    var count = 0
    var isOpen = false
    for scalar in text {
      switch scalar {
      case "[": isOpen = true
      case "\n": isOpen = false
      case "]":
        if isOpen { count += 1 }
        isOpen = false
      default: break
      }
    }
    return count
  }

  /// Count of `^\s*\*[^\*].*$` and of `^\s*-.*$`, both multi-line.
  static func bullets(in text: [Unicode.Scalar]) -> Int {
    bullets(in: text) { position in
      guard text[position] == "*", position + 1 < text.count, text[position + 1] != "*" else {
        return nil
      }
      return position + 2
    } + bullets(in: text) { text[$0] == "-" ? $0 + 1 : nil }
  }

  /// Count of `\*[^\n\*]*\*` and of `\*\*[^\n\*]*\*\*` that have more than whitespace between the asterisks.
  static func highlights(in text: [Unicode.Scalar]) -> Int {
    highlights(in: text, asterisks: 1) + highlights(in: text, asterisks: 2)
  }

  /// Count of `\s?` + splitter + `\s?\d+\s?`, each of which starts a section.
  static func sections(markedBy splitter: String, in text: [Unicode.Scalar]) -> Int {
    let mark = Array(splitter.unicodeScalars)
    var count = 0
    var position = 0
    while position < text.count {
      var end = position
      if PythonText.isWhitespace(text[end]) { end += 1 }
      guard text[end...].starts(with: mark) else {
        position += 1
        continue
      }
      end += mark.count
      if end < text.count, PythonText.isWhitespace(text[end]) { end += 1 }
      let digits = text[end...].prefix(while: PythonText.isDecimalDigit)
      guard !digits.isEmpty else {
        position += 1
        continue
      }
      count += 1
      position = digits.endIndex
      if position < text.count, PythonText.isWhitespace(text[position]) { position += 1 }
    }
    return count
  }

  /// Whether a match of `<<[^\n]+>>` has more than whitespace between its angle brackets.
  static func hasTitle(_ text: [Unicode.Scalar]) -> Bool {
    text.split(separator: "\n").contains { line in
      // The pattern is greedy: it reaches from the first `<<` of a line to its last `>>`.
      guard let start = firstPair("<", in: line), let end = lastPair(">", in: line),
        end > start + 2
      else { return false }
      let title = line[start..<end + 2].drop { $0 == "<" }
      let inner = title.lastIndex { $0 != ">" }.map { title[...$0] }
      return inner.map { !$0.isBlank } ?? false
    }
  }

  /// Count of `^\s*` + a bullet + `.*$`, where `bulletEnd` gives where a bullet at a position ends.
  private static func bullets(
    in text: [Unicode.Scalar], bulletEnd: (Int) -> Int?
  ) -> Int {
    var count = 0
    var position = 0
    while let start = lineStart(in: text, from: position),
      let mark = text[start...].firstIndex(where: { !PythonText.isWhitespace($0) })
    {
      if let end = bulletEnd(mark) {
        count += 1
        position = text[end...].firstIndex(of: "\n") ?? text.count
      } else {
        // Whitespace before a bullet may go over several lines: all lines that start before this mark lead to it.
        position = mark + 1
      }
    }
    return count
  }

  /// Where the first line starts at or after a position.
  private static func lineStart(in text: [Unicode.Scalar], from position: Int) -> Int? {
    if position == 0 || text[position - 1] == "\n" { return position }
    return text[position...].firstIndex(of: "\n").map { $0 + 1 }
  }

  private static func highlights(in text: [Unicode.Scalar], asterisks: Int) -> Int {
    var count = 0
    var position = 0
    while position < text.count {
      guard isAsterisks(asterisks, at: position, in: text) else {
        position += 1
        continue
      }
      let start = position + asterisks
      let end = text[start...].firstIndex { $0 == "*" || $0 == "\n" } ?? text.count
      if isAsterisks(asterisks, at: end, in: text) {
        if !text[start..<end].isBlank { count += 1 }
        position = end + asterisks
      } else {
        // The asterisks at the end may belong to those that start the next highlight.
        position = max(position + 1, end - 1)
      }
    }
    return count
  }

  private static func isAsterisks(_ count: Int, at position: Int, in text: [Unicode.Scalar]) -> Bool
  {
    position + count <= text.count && text[position..<position + count].allSatisfy { $0 == "*" }
  }

  private static func firstPair(
    _ scalar: Unicode.Scalar, in line: ArraySlice<Unicode.Scalar>
  ) -> Int? {
    line.indices.dropLast().first { line[$0] == scalar && line[$0 + 1] == scalar }
  }

  private static func lastPair(
    _ scalar: Unicode.Scalar, in line: ArraySlice<Unicode.Scalar>
  ) -> Int? {
    line.indices.dropLast().last { line[$0] == scalar && line[$0 + 1] == scalar }
  }
}
