import Tokenizers

/// The merges of a SentencePiece vocabulary, which itself only has scores.
///
/// Every way to make a piece of two others is a merge. Their order is that of transformers' converter
/// (`generate_merges`): higher score of the piece first, then longer left side, then longer right side.
struct SentencePieceMerges {
  private struct Pair {
    let score: Float
    /// Lengths of both sides in Unicode scalars.
    let leftLength: Int
    let rightLength: Int
    let piece: Int
    /// Bytes of the left side.
    let cut: Int
  }

  private let vocabulary: GGUFVocabulary

  init(_ vocabulary: GGUFVocabulary) {
    self.vocabulary = vocabulary
  }

  /// Both sides of each merge, first merge first.
  func pairs() -> [(left: String, right: String)] {
    // Texts are compared as bytes: the same character in two Unicode forms makes two pieces.
    let texts = vocabulary.tokens.map { Array($0.utf8)[...] }
    let known = Set(texts)
    var found: [Pair] = []
    for (piece, text) in texts.enumerated() {
      let length = text.count { $0 & 0xc0 != 0x80 }
      var leftLength = 0
      for cut in text.indices.dropFirst() where text[cut] & 0xc0 != 0x80 {
        leftLength += 1
        guard known.contains(text[..<cut]), known.contains(text[cut...]) else { continue }
        found.append(
          Pair(
            score: score(piece), leftLength: leftLength,
            rightLength: length - leftLength, piece: piece, cut: cut))
      }
    }
    found.sort {
      if $0.score != $1.score { return $0.score > $1.score }
      if $0.leftLength != $1.leftLength { return $0.leftLength > $1.leftLength }
      if $0.rightLength != $1.rightLength { return $0.rightLength > $1.rightLength }
      return ($0.piece, $0.cut) < ($1.piece, $1.cut)
    }
    return found.map { pair in
      let text = texts[pair.piece]
      return (
        String(decoding: text[..<pair.cut], as: UTF8.self),
        String(decoding: text[pair.cut...], as: UTF8.self)
      )
    }
  }

  /// The score of a piece in the SentencePiece model: 0 for what is no normal piece, whatever the GGUF says.
  private func score(_ id: Int) -> Float {
    let isNormal = !vocabulary.tokenTypes.indices.contains(id) || vocabulary.tokenTypes[id] == 1
    return isNormal && vocabulary.scores.indices.contains(id) ? vocabulary.scores[id] : 0
  }
}
