/// Splits one line into Punkt's tokens: words, with the period that ends them, and punctuation.
///
/// Source: `PunktLanguageVars` of nltk 3.9.1, `_word_tokenize_fmt` and what it is made of. Every position is looked at
/// a bounded number of times, so that time grows with the line's length only.
struct PunktTokenScanner {
  /// The text that the line is part of.
  let text: [Unicode.Scalar]
  /// Where the line ends.
  let end: Int
  /// Whose characters count as punctuation.
  let release: NLTKRelease
  private var position: Int

  /// A scanner for the line at `range` of `text`.
  init(_ text: [Unicode.Scalar], line range: Range<Int>, release: NLTKRelease) {
    self.text = text
    position = range.lowerBound
    end = range.upperBound
    self.release = release
  }

  /// Place of the next token; nil at the end of the line.
  mutating func next() -> Range<Int>? {
    while position < end, release.matchesSpace(text[position]) { position += 1 }
    guard position < end else { return nil }
    let start = position
    if let length = punctuationLength() {
      position += length
    } else if Self.canStartWord(text[start]) {
      repeat { position += 1 } while position < end && !isWordEnd(position)
    } else {
      position += 1
    }
    return start..<position
  }

  /// Whether a scalar cannot be inside of a word (`_re_non_word_chars`).
  static func isNonWord(_ scalar: Unicode.Scalar, release: NLTKRelease) -> Bool {
    switch scalar {
    case ")", "\"", ";", "}", "]", "*", ":", "@", "'", "(", "{", "[", "!", "?": true
    default: release.isQuotationMark(scalar)
    }
  }

  private static func canStartWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "(", "\"", "`", "{", "[", ":", ";", "&", "#", "*", "@", ")", "}", "]", "-", ",": false
    default: true
    }
  }

  private func isWordEnd(_ index: Int) -> Bool {
    if endsAnyWord(index) { return true }
    return text[index] == "," && (index + 1 == end || endsAnyWord(index + 1))
  }

  private func endsAnyWord(_ index: Int) -> Bool {
    release.matchesSpace(text[index]) || Self.isNonWord(text[index], release: release)
      || startsPunctuation(index)
  }

  /// Whether two hyphens, two periods, or three periods with single spaces between them begin there.
  private func startsPunctuation(_ index: Int) -> Bool {
    guard text[index] == "." || text[index] == "-", index + 1 < end else { return false }
    if text[index + 1] == text[index] { return true }
    return text[index] == "." && index + 4 < end && release.matchesSpace(text[index + 1])
      && text[index + 2] == "." && release.matchesSpace(text[index + 3])
      && text[index + 4] == "."
  }

  /// Length of the longest run of hyphens, of periods, or of periods with single spaces between them.
  private func punctuationLength() -> Int? {
    guard startsPunctuation(position) else { return nil }
    var last = position
    if text[position + 1] == text[position] {
      while last + 1 < end, text[last + 1] == text[position] { last += 1 }
    } else {
      while last + 2 < end, release.matchesSpace(text[last + 1]), text[last + 2] == "." {
        last += 2
      }
    }
    return last + 1 - position
  }
}
