import Testing

@testable import Tokenizers

/// The small tokenizers of `make_tokenizers.py`, against the tokenizers library.
@Suite struct SmallTokenizerTests {
  /// A tokenizer and where it was read from.
  struct Source: Sendable, CustomTestStringConvertible {
    let name: String
    let isGGUF: Bool
    /// The lines that the tokenizer was asked for.
    var lines = "lines.json"
    var testDescription: String { name + (isGGUF ? " as GGUF" : "") }
    /// Whether it composes characters first.
    var composes: Bool { ["qwen-small", "neox-small"].contains(name) }

    func tokenizer() throws -> Tokenizer {
      guard !isGGUF else {
        let file = try Fixtures.value(VocabularyFile.self, "\(name)/vocabulary.json")
        return try Tokenizer(gguf: file.vocabulary)
      }
      return try Tokenizer(
        tokenizerJSON: Fixtures.bytes("\(name)/tokenizer.json"),
        tokenizerConfigJSON: Fixtures.bytes("\(name)/tokenizer_config.json"))
    }
  }

  struct Expected: Decodable {
    var ids: [[Int32]]
    var offsets: [[[Int]]]
    var idsWithSpecialTokens: [[Int32]]
    var malformed: [Malformed]
    var decoded: [Decoded]
  }

  struct Malformed: Decodable {
    var bytes: [UInt8]
    var ids: [Int32]

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      let digits = Array(try values.decode(String.self))
      bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0..<($0 + 2)]), radix: 16)
      }
      ids = try values.decode([Int32].self)
    }
  }

  struct Decoded: Decodable {
    var ids: [Int32]
    var text: String
    var textWithoutSpecialTokens: String

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      ids = try values.decode([Int32].self)
      text = try values.decode(String.self)
      textWithoutSpecialTokens = try values.decode(String.self)
    }
  }

  static let sources = [
    Source(name: "smollm-small", isGGUF: false), Source(name: "smollm-small", isGGUF: true),
    Source(name: "gpt2-small", isGGUF: false), Source(name: "gemma-small", isGGUF: false),
    Source(name: "gemma-small", isGGUF: true), Source(name: "gemma-added", isGGUF: false),
    Source(name: "llama3-small", isGGUF: false, lines: "further_lines.json"),
    Source(name: "llama3-small", isGGUF: true, lines: "further_lines.json"),
    Source(name: "qwen-small", isGGUF: false, lines: "further_lines.json"),
    Source(name: "qwen-small", isGGUF: true, lines: "further_lines.json"),
    Source(name: "olmo2-small", isGGUF: false, lines: "further_lines.json"),
    Source(name: "olmo2-small", isGGUF: true, lines: "further_lines.json"),
    Source(name: "neox-small", isGGUF: false, lines: "further_lines.json"),
    Source(name: "neox-small", isGGUF: true, lines: "further_lines.json"),
    Source(name: "llama2-small", isGGUF: false), Source(name: "llama2-small", isGGUF: true),
    Source(name: "llama2-class", isGGUF: false), Source(name: "llama2-legacy", isGGUF: false),
  ]

  private func expected(_ source: Source) throws -> Expected {
    try Fixtures.value(Expected.self, "\(source.name)/expected.json")
  }

  @Test("Ids of varied lines equal those of the tokenizers library", arguments: sources)
  func ids(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    let expected = try expected(source)
    let lines = try Fixtures.value([String].self, source.lines)
    #expect(lines.count == expected.ids.count)
    for (line, ids) in zip(lines, expected.ids) {
      #expect(tokenizer.encode(line) == ids, "\(line.debugDescription)")
      #expect(tokenizer.encodeWithOffsets(line).ids == ids, "\(line.debugDescription)")
    }
  }

  @Test("The template's special tokens are added when they are wanted", arguments: sources)
  func specialTokens(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    let lines = try Fixtures.value([String].self, source.lines)
    for (line, ids) in zip(lines, try expected(source).idsWithSpecialTokens) {
      #expect(tokenizer.encode(line, addingSpecialTokens: true) == ids, "\(line.debugDescription)")
    }
  }

  @Test("Malformed UTF-8, repaired by U+FFFD, gives the same ids as in Python", arguments: sources)
  func malformedText(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    for malformed in try expected(source).malformed {
      #expect(
        tokenizer.encode(String(decoding: malformed.bytes, as: UTF8.self)) == malformed.ids,
        "\(malformed.bytes)")
    }
  }

  @Test("Any ids decode to the same text, with and without special tokens", arguments: sources)
  func decoding(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    for decoded in try expected(source).decoded {
      let text = tokenizer.decode(decoded.ids, skippingSpecialTokens: false)
      #expect(text.bytes == decoded.text.bytes, "\(decoded.ids)")
      let plain = tokenizer.decode(decoded.ids, skippingSpecialTokens: true)
      #expect(plain.bytes == decoded.textWithoutSpecialTokens.bytes, "\(decoded.ids)")
    }
  }

  @Test("Byte ranges, widened to whole characters, equal the library's offsets", arguments: sources)
  func offsets(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    let expected = try expected(source)
    let lines = try Fixtures.value([String].self, source.lines)
    let hasToken = { (byte: UInt8) in
      tokenizer.id(of: String(Character(ByteLevel.characters[Int(byte)]))) != nil
    }
    for (line, offsets) in zip(lines, expected.offsets) {
      let ranges = tokenizer.encodeWithOffsets(line).byteRanges
      let bytes = line.bytes
      // The library counts on as if a byte that its vocabulary lacks had no length; ours stay true.
      guard source.name != "smollm-small" || bytes.allSatisfy(hasToken) else { continue }
      // And what it composes counts as its first character only; ours cover all that was composed.
      guard !source.composes || isComposed(line) else { continue }
      let widened = ranges.map { range in
        var start = range.lowerBound
        var end = range.upperBound
        while start > 0 && bytes[start] & 0xC0 == 0x80 { start -= 1 }
        while end < bytes.count && bytes[end] & 0xC0 == 0x80 { end += 1 }
        return [start, end]
      }
      #expect(widened == offsets, "\(line.debugDescription)")
    }
  }

  private func isComposed(_ line: String) -> Bool {
    line.bytes.withUnsafeBufferPointer { CanonicalComposition.composed($0) == nil }
  }

  @Test("Byte ranges follow one another and cover the text", arguments: sources)
  func coverage(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    for line in try Fixtures.value([String].self, source.lines) {
      let ranges = tokenizer.encodeWithOffsets(line).byteRanges
      var (start, end) = (0, 0)
      let areInOrder = ranges.allSatisfy { range in
        // The three bytes of a space's mark all stand for the one byte of the space, those of a mark that no space gave
        // for the character behind it, and all bytes of characters that were composed together for all that they were
        // composed of.
        let follows =
          range.lowerBound >= end || range == end - 1..<end
          || source.name.hasPrefix("llama2") && range.lowerBound == start
          || source.composes && range.upperBound >= end && !isComposed(line)
        defer { (start, end) = (range.lowerBound, range.upperBound) }
        return !range.isEmpty && follows
      }
      #expect(areInOrder, "\(line.debugDescription)")
      // SmolLM2's family drops bytes that its vocabulary lacks.
      guard source.name != "smollm-small" else { continue }
      let covered = ranges.reduce(into: Set<Int>()) { $0.formUnion($1) }
      #expect(covered.count == line.utf8.count, "\(line.debugDescription)")
    }
  }

  @Test("Special ids come from the config or the metadata", arguments: sources)
  func specialIDs(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    let expected: (begin: String?, end: String, padding: String) =
      switch source.name {
      case "gemma-small", "gemma-added": ("<bos>", "<eos>", "<pad>")
      case "llama3-small": ("<|begin_of_text|>", "<|eot_id|>", "<|begin_of_text|>")
      case "qwen-small": (nil, "<|im_end|>", "<|endoftext|>")
      case "olmo2-small": (nil, "<|endoftext|>", "<|pad|>")
      case "neox-small": ("<|endoftext|>", "<|endoftext|>", "<|padding|>")
      case "llama2-small", "llama2-class", "llama2-legacy": ("<s>", "</s>", "</s>")
      default: ("<|im_start|>", "<|im_end|>", "<|im_end|>")
      }
    #expect(tokenizer.beginOfSequenceID == expected.begin.flatMap(tokenizer.id))
    #expect(tokenizer.endOfSequenceID == tokenizer.id(of: expected.end))
    #expect(tokenizer.paddingID == tokenizer.id(of: expected.padding))
    #expect(tokenizer.endOfSequenceID != nil && tokenizer.paddingID != nil)
    #expect(tokenizer.id(of: "no such token") == nil)
    #expect(tokenizer.vocabularySize > 300)
  }

  @Test("A long text without spaces takes time in proportion, not squared", arguments: sources)
  func longText(_ source: Source) throws {
    let tokenizer = try source.tokenizer()
    let ids = tokenizer.encode(String(repeating: "abaabb", count: 30_000))
    #expect(tokenizer.decode(ids, skippingSpecialTokens: false).utf8.count == 180_000)
  }
}
