import Files

/// Turns text into token ids and back, with the ids that the tokenizers library gives.
///
/// Two kinds are read: byte-level BPE as in GPT-2, SmolLM2, Llama 3, Qwen, OLMo 2 and Pythia, and SentencePiece-style
/// BPE with byte fallback as in Gemma and Llama 2. Anything else is refused when the tokenizer is made.
package struct Tokenizer: Sendable {
  /// Number of token ids.
  package var vocabularySize: Int { model.pieces.count }
  /// Token that begins a text, if the tokenizer names one.
  package let beginOfSequenceID: Int32?
  /// Token that ends a text, if the tokenizer names one.
  package let endOfSequenceID: Int32?
  /// Token that fills up batches, if the tokenizer names one.
  package let paddingID: Int32?

  private let model: BytePairModel
  private let pretokenizer: Pretokenizer?
  private let marking: SpaceMarking
  private let composes: Bool
  private let decoder: TokenDecoder
  private let rawMatcher: AddedTokenMatcher
  private let normalizedMatcher: AddedTokenMatcher
  private let addedIDs: [[UInt8]: Int32]
  private let isSpecial: [Bool]
  private let prefixIDs: [Int32]
  private let suffixIDs: [Int32]
  /// Where a text that is one word can be cut all the same; nil where a pretokenizer does it.
  private let borders: PieceBorders?
  private let memory = EncodingMemory()

  /// What a tokenizer is made of, wherever it was read from.
  struct Parts {
    var model: BytePairModel
    /// Cuts text into words; `nil` where spaces become `▁` and the whole text is one word.
    var pretokenizer: Pretokenizer?
    /// How they do.
    var marking = SpaceMarking()
    /// Whether characters are composed (NFC) before the text is cut into words.
    var composes = false
    var decoder: TokenDecoder
    var addedTokens: [AddedToken]
    /// Ids that stand before and after a text when special tokens are wanted.
    var prefixIDs: [Int32] = []
    var suffixIDs: [Int32] = []
    var beginOfSequenceID: Int32?
    var endOfSequenceID: Int32?
    var paddingID: Int32?
  }

  /// Puts a tokenizer together.
  ///
  /// - Throws: `TokenizerError` when two added tokens have the same text, or one is too long.
  init(_ parts: Parts) throws {
    pretokenizer = parts.pretokenizer
    marking = parts.marking
    composes = parts.composes
    decoder = parts.decoder
    prefixIDs = parts.prefixIDs
    suffixIDs = parts.suffixIDs
    beginOfSequenceID = parts.beginOfSequenceID
    endOfSequenceID = parts.endOfSequenceID
    paddingID = parts.paddingID
    var raw = AddedTokenMatcher()
    var normalized = AddedTokenMatcher()
    var addedIDs: [[UInt8]: Int32] = [:]
    var isSpecial = [Bool](repeating: false, count: parts.model.pieces.count)
    var model = parts.model
    let special = Set(parts.addedTokens.lazy.filter(\.isSpecial).map { Array($0.content.utf8) })
    for token in parts.addedTokens {
      let text = Array(token.content.utf8)
      guard text.count <= AddedToken.maximumLength else {
        throw TokenizerError(
          .unsupported,
          "The added token with the id \(token.id) is \(text.count) bytes long; at most"
            + " \(AddedToken.maximumLength) are looked for in a text.")
      }
      let shown =
        token.isNormalized || token.wasNormalized ? Self.normalized(text, as: parts) : text
      let isInserted =
        token.isNormalized
        ? normalized.insert(shown, id: token.id, token.surroundings)
        : raw.insert(text, id: token.id, token.surroundings)
      guard isInserted, addedIDs.updateValue(token.id, forKey: text) == nil else {
        throw TokenizerError(
          .malformed, "Two added tokens of the tokenizer have the text “\(token.content)”.")
      }
      // The library looks a token up by the text that it shows.
      isSpecial[Int(token.id)] = special.contains(shown)
      if shown != text { model.pieces.show(shown, for: Int(token.id)) }
    }
    rawMatcher = raw
    normalizedMatcher = normalized
    self.addedIDs = addedIDs
    self.isSpecial = isSpecial
    self.model = model
    borders = parts.pretokenizer == nil ? PieceBorders(of: model.pieces) : nil
  }

  // MARK: - Encoding

  /// The ids of a text; added tokens such as `<end_of_turn>` are recognised wherever they stand.
  ///
  /// - Parameters:
  ///   - text: any text below 512 MiB.
  ///   - addingSpecialTokens: whether the tokens that the tokenizer puts around a text (`<bos>`)
  ///     are added.
  /// - Returns: token ids in order.
  package func encode(_ text: String, addingSpecialTokens: Bool = false) -> [Int32] {
    var ids = addingSpecialTokens ? prefixIDs : []
    forEachToken(of: text) { id, _ in ids.append(id) }
    if addingSpecialTokens { ids += suffixIDs }
    return ids
  }

  /// The ids of a text and the UTF-8 bytes of it that each stands for; no special tokens are added.
  package func encodeWithOffsets(_ text: String) -> (ids: [Int32], byteRanges: [Range<Int>]) {
    var ids: [Int32] = []
    var ranges: [Range<Int>] = []
    forEachToken(of: text) { id, range in
      ids.append(id)
      ranges.append(range)
    }
    return (ids, ranges)
  }

  private func forEachToken(of text: String, _ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void) {
    precondition(text.utf8.count < 1 << 29, "a text to be tokenized must be below 512 MiB")
    var text = text
    text.withUTF8 { utf8 in
      memory.lend { scratch in
        rawMatcher.forEachPart(of: utf8) { id, range in
          if let id { return emit(id, range) }
          encodePart(
            UnsafeBufferPointer(rebasing: utf8[range]), at: range.lowerBound, scratch: &scratch,
            emit)
        }
      }
    }
  }

  /// Encodes text in which no raw added token is left.
  private func encodePart(
    _ text: UnsafeBufferPointer<UInt8>, at offset: Int, scratch: inout BytePairModel.Scratch,
    _ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) {
    guard let pretokenizer else {
      return encodeMarked(text, at: offset, scratch: &scratch, emit)
    }
    guard composes, let composed = CanonicalComposition.composed(text) else {
      return encodeWords(of: text, at: offset, pretokenizer, scratch: &scratch, emit)
    }
    composed.bytes.withUnsafeBufferPointer {
      encodeWords(of: $0, at: 0, pretokenizer, scratch: &scratch) { id, range in
        let source = composed.source(of: range)
        emit(id, offset + source.lowerBound..<offset + source.upperBound)
      }
    }
  }

  /// Encodes text that is one word, with marks for its spaces.
  private func encodeMarked(
    _ text: UnsafeBufferPointer<UInt8>, at offset: Int, scratch: inout BytePairModel.Scratch,
    _ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) {
    guard !marking.followsAddedTokens else {
      return normalizedMatcher.forEachPart(of: text) { id, range in
        let start = offset + range.lowerBound
        if let id { return emit(id, start..<offset + range.upperBound) }
        let part = UnsafeBufferPointer(rebasing: text[range])
        let (marked, sources) = marking.marked(part, isFirst: start == 0)
        marked.withUnsafeBufferPointer { marked in
          encodeParts(of: marked, scratch: &scratch) { id, bytes in
            emit(id, Self.source(of: bytes, sources, at: start))
          }
        }
      }
    }
    let (marked, sources) = marking.marked(text, isFirst: offset == 0)
    marked.withUnsafeBufferPointer { marked in
      normalizedMatcher.forEachPart(of: marked) { id, range in
        if let id { return emit(id, Self.source(of: range, sources, at: offset)) }
        let part = UnsafeBufferPointer(rebasing: marked[range])
        encodeParts(of: part, scratch: &scratch) { id, bytes in
          let start = range.lowerBound
          let marked = start + bytes.lowerBound..<start + bytes.upperBound
          emit(id, Self.source(of: marked, sources, at: offset))
        }
      }
    }
  }

  /// Encodes text with marks, cut where no merge can cross.
  private func encodeParts(
    of text: UnsafeBufferPointer<UInt8>, scratch: inout BytePairModel.Scratch,
    _ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) {
    guard let borders else { return model.encode(text, scratch: &scratch, emit: emit) }
    borders.forEachPart(of: text) { range in
      model.encode(UnsafeBufferPointer(rebasing: text[range]), scratch: &scratch) { id, bytes in
        emit(id, range.lowerBound + bytes.lowerBound..<range.lowerBound + bytes.upperBound)
      }
    }
  }

  /// The bytes of the text that those of a marked part come from.
  private static func source(
    of marked: Range<Int>, _ sources: [Int32], at offset: Int
  ) -> Range<Int> {
    offset + Int(sources[marked.lowerBound])..<offset + Int(sources[marked.upperBound - 1]) + 1
  }

  /// Encodes normalised text word by word.
  private func encodeWords(
    of text: UnsafeBufferPointer<UInt8>, at offset: Int, _ pretokenizer: Pretokenizer,
    scratch: inout BytePairModel.Scratch, _ emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) {
    normalizedMatcher.forEachPart(of: text) { id, range in
      if let id { return emit(id, offset + range.lowerBound..<offset + range.upperBound) }
      let part = UnsafeBufferPointer(rebasing: text[range])
      pretokenizer.forEachWord(in: part) { word in
        let start = offset + range.lowerBound + word.lowerBound
        model.encode(UnsafeBufferPointer(rebasing: part[word]), scratch: &scratch) { id, bytes in
          emit(id, start + bytes.lowerBound..<start + bytes.upperBound)
        }
      }
    }
  }

  /// The text of an added token as it is looked for in normalised text.
  private static func normalized(_ text: [UInt8], as parts: Parts) -> [UInt8] {
    text.withUnsafeBufferPointer { bytes in
      if parts.pretokenizer == nil {
        return parts.marking.followsAddedTokens
          ? text : parts.marking.marked(bytes, isFirst: true).text
      }
      return parts.composes ? CanonicalComposition.composed(bytes)?.bytes ?? text : text
    }
  }

  // MARK: - Decoding

  /// The text of token ids; unknown ids are passed over, as in the tokenizers library.
  ///
  /// - Parameters:
  ///   - ids: token ids.
  ///   - skippingSpecialTokens: whether special tokens such as `<bos>` are left out.
  /// - Returns: the text, with U+FFFD where the tokens' bytes are no UTF-8.
  package func decode(_ ids: [Int32], skippingSpecialTokens: Bool) -> String {
    let known = ids.lazy.map(Int.init).filter { id in
      isSpecial.indices.contains(id) && !(skippingSpecialTokens && isSpecial[id])
    }
    return decoder.decode(known, pieces: model.pieces)
  }

  /// Id of the token with exactly this text, as the vocabulary writes it (`▁the`, `Ġthe`, `<bos>`).
  package func id(of text: String) -> Int32? {
    addedIDs[Array(text.utf8)] ?? model.pieces.id(of: text)
  }
}
