import Files

/// A word that nltk takes apart into two.
///
/// Source: `MacIntyreContractions` of nltk 3.9.1, after Robert MacIntyre's `sed` script. All releases match them with
/// `re`.
struct Contraction: Sendable {
  /// What must stand around the word.
  enum Boundary {
    /// No word character on either side.
    case word
    /// No word character before it, whitespace after it.
    case whitespaceAfter
    /// A space before it, no word character after it.
    case spaceBefore
  }

  /// Both parts, as keys of `PythonText.caseKey`.
  let parts: (first: [Unicode.Scalar], second: [Unicode.Scalar])
  /// What must stand around them.
  let boundary: Boundary

  /// `CONTRACTIONS2`, then `CONTRACTIONS3`.
  static let all: [Contraction] = [
    Contraction("CAN", "NOT"), Contraction("D", "'YE"), Contraction("GIM", "ME"),
    Contraction("GON", "NA"), Contraction("GOT", "TA"), Contraction("LEM", "ME"),
    Contraction("MORE", "'N"), Contraction("WAN", "NA", .whitespaceAfter),
    Contraction("'T", "IS", .spaceBefore), Contraction("'T", "WAS", .spaceBefore),
  ]

  private init(_ first: String, _ second: String, _ boundary: Boundary = .word) {
    parts = (Array(first.unicodeScalars), Array(second.unicodeScalars))
    self.boundary = boundary
  }

  /// Puts spaces around both parts wherever the word occurs.
  func separate(in text: inout SubstitutedText) {
    let pattern = parts.first + parts.second
    let offset = boundary == .spaceBefore ? 1 : 0
    guard let first = pattern.first else { return }
    text.substitute { text, index, output in
      let start = index + offset
      let end = start + pattern.count
      guard end <= text.count, PythonText.caseKey(text[start]) == first,
        zip(pattern, text[start..<end]).allSatisfy({ $0 == PythonText.caseKey($1) }),
        startsAtBoundary(text, index: index), endsAtBoundary(text, index: end)
      else { return nil }
      let middle = start + parts.first.count
      output += [" "] + text[start..<middle] + [" "] + text[middle..<end] + [" "]
      return end - index
    }
  }

  private func startsAtBoundary(_ text: [Unicode.Scalar], index: Int) -> Bool {
    boundary == .spaceBefore ? text[index] == " " : !hasWordCharacter(text, at: index - 1)
  }

  private func endsAtBoundary(_ text: [Unicode.Scalar], index: Int) -> Bool {
    guard boundary == .whitespaceAfter else { return !hasWordCharacter(text, at: index) }
    return index < text.count && PythonText.isWhitespace(text[index])
  }

  private func hasWordCharacter(_ text: [Unicode.Scalar], at index: Int) -> Bool {
    text.indices.contains(index) && PythonText.isWordCharacter(text[index])
  }
}
