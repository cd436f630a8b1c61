import Files

/// Rules that look for words and letters in a text, without regard to case.
enum KeywordRules {
  /// Whether `re.search(keyword, text, re.IGNORECASE)` finds something.
  static func contains(_ keyword: String, in text: [Unicode.Scalar]) -> Bool {
    var search = CaseInsensitiveSearch(keyword, in: text)
    return search.next() != nil
  }

  /// Count of `re.findall(keyword, text, re.IGNORECASE)`: matches that don't overlap.
  static func occurrences(of keyword: String, in text: [Unicode.Scalar]) -> Int {
    var search = CaseInsensitiveSearch(keyword, in: text)
    var count = 0
    while let match = search.next() {
      count += 1
      search.position = match.upperBound
    }
    return count
  }

  /// Whether `re.search(r"\b" + word + r"\b", text, re.IGNORECASE)` finds something.
  static func containsWord(_ word: String, in text: [Unicode.Scalar]) -> Bool {
    var search = CaseInsensitiveSearch(word, in: text)
    while let match = search.next() {
      if isWordBoundary(match.lowerBound, in: text), isWordBoundary(match.upperBound, in: text) {
        return true
      }
      search.position = match.lowerBound + 1
    }
    return false
  }

  /// Whether a letter is as frequent as the threshold asks.
  ///
  /// For what is no letter of a to z, the harness draws one of these letters at random, another one each time that it
  /// runs. Two prompts are concerned (keys 1122 with "#" and 1129 with "!"). What can be repeated, and agrees with the
  /// harness as often as possible: the verdict that most of the 26 letters give; not followed when they tie. The text is
  /// one after `str.lower()`.
  static func letterVerdict(
    letter: String, _ threshold: Instruction.Threshold, in lowercasedText: [Unicode.Scalar]
  ) -> Bool {
    let alphabet: ClosedRange<Unicode.Scalar> = "a"..."z"
    var counts = [Int](repeating: 0, count: 26)
    for scalar in lowercasedText where alphabet.contains(scalar) {
      counts[Int(scalar.value - alphabet.lowerBound.value)] += 1
    }
    if let scalar = lowercaseLetter(letter) {
      return threshold.holds(for: counts[Int(scalar.value - alphabet.lowerBound.value)])
    }
    return counts.count(where: threshold.holds(for:)) > counts.count / 2
  }

  /// The letter of a to z that a text is, in any case; nil for another text, in whose place the harness draws one.
  static func lowercaseLetter(_ text: String) -> Unicode.Scalar? {
    guard text.unicodeScalars.count == 1 else { return nil }
    let lower = PythonText.lowercased(text).unicodeScalars
    return lower.count == 1 ? lower.first.flatMap { ("a"..."z").contains($0) ? $0 : nil } : nil
  }

  /// Whether the regular expression `\b` matches before this position.
  private static func isWordBoundary(_ position: Int, in text: [Unicode.Scalar]) -> Bool {
    let isBefore = position > 0 && PythonText.isWordCharacter(text[position - 1])
    let isAfter = position < text.count && PythonText.isWordCharacter(text[position])
    return isBefore != isAfter
  }
}

/// Finds a text in another one as `re.IGNORECASE` compares code points.
private struct CaseInsensitiveSearch {
  private let pattern: [Unicode.Scalar]
  private let text: [Unicode.Scalar]
  /// Where the next match may start.
  var position = 0

  /// Prepares the search; the pattern must not be empty.
  init(_ pattern: String, in text: [Unicode.Scalar]) {
    precondition(!pattern.isEmpty, "The text to look for must not be empty.")
    self.pattern = pattern.unicodeScalars.map(PythonText.caseKey)
    self.text = text.map(PythonText.caseKey)
  }

  /// The first match at or after ``position``, which it becomes the start of.
  mutating func next() -> Range<Int>? {
    while position + pattern.count <= text.count {
      let range = position..<position + pattern.count
      if text[position] == pattern[0], text[range].elementsEqual(pattern) { return range }
      position += 1
    }
    return nil
  }
}
