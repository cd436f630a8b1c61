import Files

extension Tokenizer {
  /// Makes a tokenizer from the vocabulary of a GGUF file.
  ///
  /// Ids equal those of the `tokenizer.json` that the file was made from: control and user-defined
  /// tokens are recognised in the text, and SentencePiece scores are followed in the order of that
  /// file's merges.
  ///
  /// - Throws: `TokenizerError` for contradicting arrays, and for a model or pretokenizer that this
  ///   program does not have.
  package init(gguf vocabulary: GGUFVocabulary) throws {
    let count = vocabulary.tokens.count
    guard (1...Int(Int32.max)).contains(count) else {
      throw Self.malformed("tokens", "holds \(count) tokens")
    }
    for (name, length) in [
      ("scores", vocabulary.scores.count), ("token_type", vocabulary.tokenTypes.count),
    ] where length != 0 && length != count {
      throw Self.malformed(name, "holds \(length) values for \(count) tokens")
    }
    for (name, id) in [
      ("bos_token_id", vocabulary.beginOfSequenceID), ("eos_token_id", vocabulary.endOfSequenceID),
      ("unknown_token_id", vocabulary.unknownID), ("padding_token_id", vocabulary.paddingID),
    ] {
      guard let id, !(0..<count).contains(Int(id)) else { continue }
      throw Self.malformed(name, "is \(id), but there are \(count) tokens")
    }
    let types = try vocabulary.tokenTypes.map { value in
      guard let type = GGUFTokenType(rawValue: value) else {
        throw Self.malformed("token_type", "holds the unknown type \(value)")
      }
      return type
    }
    for (name, isAdded, id) in [
      ("bos", vocabulary.beginsTexts, vocabulary.beginOfSequenceID),
      ("eos", vocabulary.endsTexts, vocabulary.endOfSequenceID),
    ] where isAdded && id == nil {
      throw Self.malformed("\(name)_token_id", "is missing, but texts are to have that token")
    }
    let preparation = try Self.preparation(of: vocabulary)
    let isByteLevel = preparation != nil
    let texts = Self.texts(vocabulary.tokens, types: types, isByteLevel: isByteLevel)
    let pieces = try Self.pieces(texts)
    try self.init(
      Parts(
        model: BytePairModel(
          pieces: pieces,
          merges: isByteLevel
            ? .ranked(try Self.mergeTable(vocabulary.merges, pieces: pieces))
            : .scored(try Self.pieceScores(vocabulary.scores, types: types)),
          symbols: isByteLevel ? .bytes : .scalars,
          byteIDs: try Self.byteIDs(of: pieces, isByteLevel: isByteLevel), unknownID: nil,
          fusesUnknown: false, keepsWholePieces: preparation?.ignoresMerges ?? false),
        pretokenizer: preparation.map {
          Pretokenizer(splitsDigits: $0.splitsDigits, pattern: $0.pattern)
        },
        marking: SpaceMarking(prefix: vocabulary.addsSpaces ? .always : .never),
        composes: preparation?.composes ?? false,
        decoder: TokenDecoder(
          kind: isByteLevel ? .byteLevel : .spaceMarks, stripsFirstSpace: vocabulary.addsSpaces),
        addedTokens: Self.addedTokens(texts, types: types),
        prefixIDs: vocabulary.beginsTexts ? vocabulary.beginOfSequenceID.map { [$0] } ?? [] : [],
        suffixIDs: vocabulary.endsTexts ? vocabulary.endOfSequenceID.map { [$0] } ?? [] : [],
        beginOfSequenceID: vocabulary.beginOfSequenceID,
        endOfSequenceID: vocabulary.endOfSequenceID, paddingID: vocabulary.paddingID))
  }

  /// How a byte-level vocabulary's text is prepared; `nil` for one with scores.
  private static func preparation(of vocabulary: GGUFVocabulary) throws -> BytePreparation? {
    switch vocabulary.model {
    case "gpt2":
      guard !vocabulary.addsSpaces else {
        throw unsupported("add_space_prefix", "true", expected: "false")
      }
      guard let preparation = vocabulary.preparation else {
        let names = BytePreparation.all.map { "“\($0.name)”" }.joined(separator: ", ")
        throw unsupported(
          "pre", vocabulary.pre.map { "“\($0)”" } ?? "missing", expected: "one of \(names)")
      }
      return preparation
    case "llama":
      guard !vocabulary.scores.isEmpty else { throw malformed("scores", "is missing") }
      return nil
    default:
      throw unsupported("model", "“\(vocabulary.model)”", expected: "“gpt2” or “llama”")
    }
  }

  // MARK: - Tables

  /// The texts as a `tokenizer.json` writes them: llama.cpp's converter turns `▁` of user-defined
  /// tokens into spaces.
  private static func texts(_ tokens: [String], types: [GGUFTokenType], isByteLevel: Bool)
    -> [String]
  {
    guard !isByteLevel, !types.isEmpty else { return tokens }
    return zip(tokens, types).map { text, type in
      guard type == .userDefined, text.utf8.contains(0x20) else { return text }
      var marked = String.UnicodeScalarView()
      for scalar in text.unicodeScalars { marked.append(scalar == " " ? "\u{2581}" : scalar) }
      return String(marked)
    }
  }

  private static func pieces(_ texts: [String]) throws -> PieceTable {
    var bytes: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(texts.count + 1)
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      starts.append(bytes.count)
    }
    return try PieceTable(
      bytes: bytes, starts: starts, isPiece: Array(repeating: true, count: texts.count))
  }

  private static func addedTokens(_ texts: [String], types: [GGUFTokenType]) -> [AddedToken] {
    zip(texts, types).enumerated().compactMap { id, token in
      let (text, type) = token
      guard [.control, .userDefined, .unknown].contains(type), !text.isEmpty else { return nil }
      return AddedToken(
        content: text, id: Int32(id), isSpecial: type != .userDefined, isNormalized: false)
    }
  }

  private static func mergeTable(_ merges: [String], pieces: PieceTable) throws -> MergeTable {
    var table = MergeTable(count: merges.count)
    for (rank, merge) in merges.enumerated() {
      var text = Array(merge.utf8)
      let space = text.firstIndex(of: 0x20)
      guard let space, text.lastIndex(of: 0x20) == space else {
        throw malformed(
          "merges", "holds “\(merge)”, which is not two tokens with a space between them")
      }
      text.remove(at: space)
      let pair = text.withUnsafeBufferPointer { both -> (Int32, Int32, Int32)? in
        guard let left = pieces.id(of: UnsafeBufferPointer(rebasing: both[..<space])),
          let right = pieces.id(of: UnsafeBufferPointer(rebasing: both[space...])),
          let id = pieces.id(of: both)
        else { return nil }
        return (left, right, id)
      }
      guard let (left, right, id) = pair else {
        throw malformed(
          "merges", "holds “\(merge)”, which needs a token that is not in the vocabulary")
      }
      table.insert(left: left, right: right, rank: rank, id: id)
    }
    return table
  }

  /// The scores of the SentencePiece model: that of a token which is no normal piece is 0 there,
  /// whatever the GGUF says.
  private static func pieceScores(_ scores: [Float], types: [GGUFTokenType]) throws -> PieceScores {
    guard let invalid = scores.firstIndex(where: \.isNaN) else {
      guard !types.isEmpty else { return PieceScores(scores) }
      return PieceScores(zip(scores, types).map { $1 == .normal ? $0 : 0 })
    }
    throw malformed("scores", "holds NaN for token \(invalid)")
  }

  // MARK: - Errors

  private static func malformed(_ key: String, _ problem: String) -> TokenizerError {
    TokenizerError(.malformed, "The GGUF metadata “tokenizer.ggml.\(key)” \(problem).")
  }

  private static func unsupported(_ key: String, _ found: String, expected: String)
    -> TokenizerError
  {
    TokenizerError(
      .unsupported,
      "The GGUF metadata “tokenizer.ggml.\(key)” is \(found), which this program does not have;"
        + " expected \(expected).")
  }
}

/// The values of `tokenizer.ggml.token_type`.
private enum GGUFTokenType: Int32 {
  case undefined = 0
  case normal = 1
  case unknown = 2
  case control = 3
  case userDefined = 4
  case unused = 5
  case byte = 6
}
