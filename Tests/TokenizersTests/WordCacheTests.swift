import TestSupport
import Testing

@testable import Tokenizers

/// What is remembered of words, and where texts are cut, changes nothing but the time.
@Suite struct WordCacheTests {
  private static let bits = [
    "a", "an", "the", "number", " ", "  ", "\n", "1", "42", "=", "$x_1$", "\\frac{1}{2}", "é", "数学",
    "👩‍🚀", "▁", "▁▁", "\u{0}", "<end_of_turn>", "<|im_end|>", "don't", "Ａ", "\u{301}", "<0x0A>",
  ]

  private func text(_ generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: 1...12, using: &generator)).map { _ in
      Self.bits[Int.random(in: 0..<Self.bits.count, using: &generator)]
        + (Bool.random(using: &generator) ? " " : "")
    }.joined()
  }

  @Test(
    "A tokenizer that has seen many texts gives what one gives that has seen none",
    arguments: SmallTokenizerTests.sources)
  func memory(_ source: SmallTokenizerTests.Source) throws {
    var generator = SeededGenerator(seed: 81)
    let used = try source.tokenizer()
    for _ in 0..<1000 { _ = used.encode(text(&generator)) }
    for _ in 0..<15 {
      let text = text(&generator)
      let (found, expected) = (
        used.encodeWithOffsets(text), try source.tokenizer().encodeWithOffsets(text)
      )
      #expect(found.ids == expected.ids, "\(text.debugDescription)")
      #expect(found.byteRanges == expected.byteRanges, "\(text.debugDescription)")
    }
  }

  @Test("Words that are kept are told apart by every byte and by their length")
  func keys() throws {
    var words: [[UInt8]] = (1...23).map { Array(repeating: 0, count: $0) }
    for length in 1...23 {
      for index in 0..<length {
        var word = [UInt8](repeating: 0, count: length)
        word[index] = 7
        words.append(word)
      }
    }
    let keys = try words.map { word in
      try #require(word.withUnsafeBufferPointer { WordCache.Key($0) })
    }
    for (index, key) in keys.enumerated() {
      #expect(keys.firstIndex(of: key) == index, "\(words[index])")
    }
    for length in [0, 24, 1000] {
      #expect(
        [UInt8](repeating: 1, count: length).withUnsafeBufferPointer { WordCache.Key($0) } == nil)
    }
  }

  // MARK: - Borders

  /// A vocabulary with merges drawn at random over few characters, such as have borders in some places only.
  private func model(_ generator: inout SeededGenerator, isRanked: Bool) throws -> BytePairModel {
    var texts = (0..<256).map { byte in
      "<0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) + ">"
    }
    texts += ["▁", "a", "b", "c", "é", "<", "0", "x", "A", ">"]
    var pairs: [(Int, Int, Int)] = []
    let mergesBytes = Int.random(in: 0..<4, using: &generator) == 0
    for _ in 0..<Int.random(in: 5...40, using: &generator) {
      let least = mergesBytes && Int.random(in: 0..<4, using: &generator) == 0 ? 0 : 256
      let left = Int.random(in: least..<texts.count, using: &generator)
      let right = Int.random(in: 256..<texts.count, using: &generator)
      let both = texts[left] + texts[right]
      guard both.utf8.count < 30 else { continue }
      if !texts.contains(where: { $0.utf8.elementsEqual(both.utf8) }) { texts.append(both) }
      let id = try #require(texts.firstIndex { $0.utf8.elementsEqual(both.utf8) })
      pairs.append((left, right, id))
    }
    var builder = PieceTableBuilder()
    for (id, text) in texts.enumerated() { builder.append(text.utf8, id: id, isPiece: true) }
    var table = MergeTable(count: pairs.count)
    for (rank, pair) in pairs.enumerated() {
      table.insert(left: Int32(pair.0), right: Int32(pair.1), rank: rank, id: Int32(pair.2))
    }
    let scores = texts.indices.map { _ in Float.random(in: -9...0, using: &generator) }
    return BytePairModel(
      pieces: try builder.build(), merges: isRanked ? .ranked(table) : .scored(PieceScores(scores)),
      symbols: .scalars, byteIDs: Array(0..<256), unknownID: nil, fusesUnknown: false)
  }

  private func encode(_ model: BytePairModel, _ text: UnsafeBufferPointer<UInt8>) -> [Int32] {
    var scratch = BytePairModel.Scratch()
    var ids: [Int32] = []
    model.encode(text, scratch: &scratch) { id, _ in ids.append(id) }
    return ids
  }

  @Test("A text is cut only where no merge crosses", arguments: [true, false])
  func borders(isRanked: Bool) throws {
    var generator = SeededGenerator(seed: 82)
    let characters = ["▁", "▁", "a", "b", "c", "é", "<0x0A>", "\n", "数", "<", "x"]
    var cuts = 0
    for _ in 0..<150 {
      let model = try model(&generator, isRanked: isRanked)
      let borders = PieceBorders(of: model.pieces)
      for _ in 0..<20 {
        // Longer than what is kept as a word.
        let text = (0..<Int.random(in: 24...60, using: &generator)).map { _ in
          characters[Int.random(in: 0..<characters.count, using: &generator)]
        }.joined()
        text.bytes.withUnsafeBufferPointer { bytes in
          var (ids, end) = ([Int32](), 0)
          borders.forEachPart(of: bytes) { range in
            #expect(range.lowerBound == end && !range.isEmpty)
            end = range.upperBound
            cuts += 1
            ids += encode(model, UnsafeBufferPointer(rebasing: bytes[range]))
          }
          #expect(end == bytes.count)
          #expect(ids == encode(model, bytes), "\(text)")
        }
      }
    }
    #expect(cuts > 10_000)
  }
}
