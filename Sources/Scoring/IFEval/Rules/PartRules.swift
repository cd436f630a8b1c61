import Files

/// Rules that count the parts of a text: words, paragraphs, responses.
enum PartRules {
  /// Count of `\w+`.
  static func words(in text: [Unicode.Scalar]) -> Int {
    var count = 0
    var isInWord = false
    for scalar in text {
      let isWordCharacter = PythonText.isWordCharacter(scalar)
      if isWordCharacter, !isInWord { count += 1 }
      isInWord = isWordCharacter
    }
    return count
  }

  /// Count of the paragraphs between `\s?\*\*\*\s?`; the first and the last don't count when blank.
  ///
  /// - Returns: nil when another paragraph is blank.
  static func dividedParagraphs(in text: [Unicode.Scalar]) -> Int? {
    let asterisks = [Unicode.Scalar](repeating: "*", count: 3)
    var paragraphs: [Range<Int>] = []
    var start = 0
    var position = 0
    while position < text.count {
      let hasSpace = PythonText.isWhitespace(text[position])
      let divider = hasSpace ? position + 1 : position
      guard text[divider...].starts(with: asterisks) else {
        position += 1
        continue
      }
      paragraphs.append(start..<position)
      position = divider + 3
      if position < text.count, PythonText.isWhitespace(text[position]) { position += 1 }
      start = position
    }
    paragraphs.append(start..<text.count)
    return countParts(paragraphs, in: text)?.count
  }

  /// Whether `text.split("******")` has exactly two responses that differ.
  static func areTwoResponses(_ text: [Unicode.Scalar]) -> Bool {
    let divider = [Unicode.Scalar](repeating: "*", count: 6)
    guard let responses = countParts(split(text, at: divider), in: text), responses.count == 2
    else { return false }
    return text[responses[0]].stripped != text[responses[1]].stripped
  }

  /// Whether a text has so many paragraphs, and one of them starts with a word.
  ///
  /// Paragraphs stand between pairs of line feeds. Blank ones don't count, but have a number all the same. The word
  /// ends before the first of `.,?!'"`; such quotes before it are dropped.
  static func hasParagraph(
    _ number: Int, of count: Int, startingWith word: String, in text: [Unicode.Scalar]
  ) -> Bool {
    let paragraphs = split(text, at: ["\n", "\n"])
    let found = paragraphs.count { !text[$0].isBlank }
    guard found == count, number <= found else { return false }
    let first = text[paragraphs[number - 1]].drop(while: PythonText.isWhitespace)
      .prefix { !PythonText.isWhitespace($0) }
      .drop { $0 == "'" }.drop { $0 == "\"" }
      .prefix { !Self.wordEnds.contains($0) }
    // Each letter is put in lower case on its own, so that no sigma is a final one.
    let lower = first.map(\.properties.lowercaseMapping).joined()
    return PythonText.areEqual(lower, PythonText.lowercased(word))
  }

  private static let wordEnds: [Unicode.Scalar] = [".", ",", "?", "!", "'", "\""]

  /// The parts that are not blank, or nil when a blank one stands between others.
  private static func countParts(_ parts: [Range<Int>], in text: [Unicode.Scalar]) -> [Range<Int>]?
  {
    var found: [Range<Int>] = []
    for (index, part) in parts.enumerated() {
      if !text[part].isBlank {
        found.append(part)
      } else if index != 0, index != parts.count - 1 {
        return nil
      }
    }
    return found
  }

  /// `text.split(separator)`.
  private static func split(
    _ text: [Unicode.Scalar], at separator: [Unicode.Scalar]
  ) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    var position = 0
    while position < text.count {
      if text[position...].starts(with: separator) {
        parts.append(start..<position)
        position += separator.count
        start = position
      } else {
        position += 1
      }
    }
    parts.append(start..<text.count)
    return parts
  }
}
