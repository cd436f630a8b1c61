import Files

/// Splits English text into sentences exactly as nltk's Punkt does.
///
/// Source: `PunktSentenceTokenizer` of nltk 3.9.1, and Kiss and Strunk, Unsupervised Multilingual Sentence Boundary
/// Detection (2006), whose section numbers the comments give. Texts are code points, as in Python; time grows with
/// the length of the text only.
package struct SentenceSplitter: Sendable {
  /// What Punkt learnt.
  let data: PunktData
  /// The release of nltk to agree with.
  let release: NLTKRelease

  /// A splitter that agrees with a release of nltk.
  package init(data: PunktData, release: NLTKRelease = .release39) {
    self.data = data
    self.release = release
  }

  /// `len(tokenizer.tokenize(text))`.
  func sentenceCount(in text: String) -> Int {
    sentences(in: Array(text.unicodeScalars)).count
  }

  /// Places of the sentences, in order: `span_tokenize(text)`.
  func sentences(in text: [Unicode.Scalar]) -> [Range<Int>] {
    realigned(pieces(of: text), of: text)
  }

  /// A period, question mark or exclamation mark after which a sentence may end.
  private struct Candidate {
    /// Index of the mark.
    let position: Int
    /// Where the word that the mark follows begins; more than that word where marks come close together.
    let wordStart: Int
    /// End of the punctuation mark, or of the word after whitespace, that follows.
    let followingEnd: Int
    /// Where a sentence after this one would begin.
    let nextStart: Int
  }

  /// The text without trailing whitespace, cut where sentences end.
  private func pieces(of text: [Unicode.Scalar]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    for candidate in candidates(in: text) {
      let context = candidate.wordStart..<candidate.followingEnd
      if containsSentenceBreak(text, in: context) {
        pieces.append(start..<candidate.position + 1)
        start = candidate.nextStart
      }
    }
    var end = text.count
    while end > start, PythonText.isWhitespace(text[end - 1]) { end -= 1 }
    pieces.append(start..<end)
    return pieces
  }

  /// The candidates, the last one only of those that share a word (`_match_potential_end_contexts`).
  private func candidates(in text: [Unicode.Scalar]) -> [Candidate] {
    var candidates: [Candidate] = []
    var previous: Candidate?
    for (position, scalar) in text.enumerated() where Self.canEndSentence(scalar) {
      guard let following = following(position, in: text) else { continue }
      let searchStart = previous?.position ?? 0
      var space = position - 1
      while space > searchStart, !Self.isASCIIWhitespace(text[space]) { space -= 1 }
      // As in nltk, whitespace at the very start of what is searched does not count.
      let wordStart = space > searchStart ? space + 1 : previous?.wordStart ?? 0
      if let previous, previous.position <= wordStart { candidates.append(previous) }
      previous = Candidate(
        position: position, wordStart: wordStart, followingEnd: following.end,
        nextStart: following.nextStart)
    }
    if let previous { candidates.append(previous) }
    return candidates
  }

  /// What follows a mark: a punctuation mark, or whitespace and a word; nil where the text ends or goes on otherwise.
  private func following(
    _ position: Int, in text: [Unicode.Scalar]
  ) -> (end: Int, nextStart: Int)? {
    let next = position + 1
    guard next < text.count else { return nil }
    if PunktTokenScanner.isNonWord(text[next], release: release) { return (next + 1, next) }
    guard release.matchesSpace(text[next]),
      let start = text[next...].firstIndex(where: { !release.matchesSpace($0) })
    else { return nil }
    return (text[start...].firstIndex(where: release.matchesSpace) ?? text.count, start)
  }

  /// The pieces, with closing punctuation moved from the start of each to the end of the one before; no empty ones.
  private func realigned(_ pieces: [Range<Int>], of text: [Unicode.Scalar]) -> [Range<Int>] {
    var sentences: [Range<Int>] = []
    var start = 0
    for (index, piece) in pieces.enumerated() {
      let sentence = max(start, piece.lowerBound)..<piece.upperBound
      if index + 1 < pieces.count, let closing = closing(pieces[index + 1], of: text) {
        sentences.append(sentence.lowerBound..<closing.end)
        start = closing.nextStart
      } else if !sentence.isEmpty {
        sentences.append(sentence)
      }
    }
    return sentences
  }

  /// Closing punctuation that begins a piece, if whitespace, two hyphens or the end follow, and where the rest starts.
  private func closing(
    _ piece: Range<Int>, of text: [Unicode.Scalar]
  ) -> (end: Int, nextStart: Int)? {
    var end = piece.lowerBound
    while end < piece.upperBound, isClosing(text[end]) { end += 1 }
    guard end > piece.lowerBound else { return nil }
    let rest = text[end..<piece.upperBound]
    let next = rest.firstIndex { !release.matchesSpace($0) } ?? piece.upperBound
    return next > end || rest.isEmpty || rest.starts(with: ["-", "-"]) ? (end, next) : nil
  }

  private func isClosing(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "'", ")", "]", "}": true
    default: release.isQuotationMark(scalar)
    }
  }

  private static func canEndSentence(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || scalar == "?" || scalar == "!"
  }

  private static func isASCIIWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || (scalar >= "\t" && scalar <= "\r")
  }
}
