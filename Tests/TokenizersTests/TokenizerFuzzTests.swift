import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Damaged files: always a tokenizer or a `TokenizerError`, never a crash.
@Suite struct TokenizerFuzzTests {
  private static let fragments = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud83d\\ude00", "null", "true", "-1",
    "1e999", "99999999999", "0", "\"a\"", "[[", "]]", "\u{301}", "▁", "",
  ].map(\.bytes)

  private func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard !bytes.isEmpty else { break }
      // Half of the damage goes to the two ends, where the components stand.
      let reach = Bool.random(using: &generator) ? bytes.count : min(bytes.count, 2_000)
      let offset = Int.random(in: 0..<reach, using: &generator)
      let index = Bool.random(using: &generator) ? offset : bytes.count - 1 - offset
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 2:
        let end = min(bytes.count, index + Int.random(in: 1...40, using: &generator))
        bytes.removeSubrange(index..<end)
      case 3:
        let fragment = Self.fragments[Int.random(in: 0..<Self.fragments.count, using: &generator)]
        bytes.insert(contentsOf: fragment, at: index)
      case 4:
        let end = min(bytes.count, index + Int.random(in: 1...200, using: &generator))
        let target = Int.random(in: 0..<bytes.count, using: &generator)
        bytes.insert(contentsOf: bytes[index..<end], at: target)
      default: bytes.removeSubrange(index...)
      }
    }
    return bytes
  }

  private func mutate(_ text: String, _ generator: inout SeededGenerator) -> String {
    String(decoding: mutate(text.bytes, &generator), as: UTF8.self)
  }

  private func exercise(_ tokenizer: Tokenizer, _ lines: ArraySlice<String>) {
    for line in lines {
      let (ids, ranges) = tokenizer.encodeWithOffsets(line)
      #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
      #expect(ranges.allSatisfy { 0 <= $0.lowerBound && $0.upperBound <= line.utf8.count })
      _ = tokenizer.decode(ids, skippingSpecialTokens: true)
    }
  }

  @Test(
    "A damaged tokenizer.json or config gives a tokenizer that works, or an error",
    arguments: [
      "smollm-small", "gpt2-small", "gemma-small", "gemma-added", "llama3-small", "qwen-small",
      "olmo2-small", "neox-small", "llama2-small", "llama2-class",
    ])
  func damagedFiles(_ name: String) throws {
    let file = try Fixtures.bytes("\(name)/tokenizer.json")
    let config = try Fixtures.bytes("\(name)/tokenizer_config.json")
    let lines = try Fixtures.value([String].self, "lines.json")
    var (read, refused) = (0, 0)
    fuzz(500) { _, generator in
      let isConfig = Int.random(in: 0..<8, using: &generator) == 0
      do {
        let tokenizer = try Tokenizer(
          tokenizerJSON: isConfig ? file : mutate(file, &generator),
          tokenizerConfigJSON: isConfig ? mutate(config, &generator) : config)
        let start = Int.random(in: 0..<(lines.count - 3), using: &generator)
        exercise(tokenizer, lines[start..<(start + 3)])
        read += 1
      } catch {
        #expect(error is TokenizerError)
        refused += 1
      }
    }
    #expect(read > 0 && refused > 0)
  }

  @Test(
    "A damaged GGUF vocabulary gives a tokenizer that works, or an error",
    arguments: ["smollm-small", "gemma-small", "llama3-small", "qwen-small", "llama2-small"])
  func damagedVocabularies(_ name: String) throws {
    let vocabulary = try Fixtures.value(VocabularyFile.self, "\(name)/vocabulary.json").vocabulary
    let lines = try Fixtures.value([String].self, "lines.json")
    fuzz(500) { _, generator in
      var damaged = vocabulary
      for _ in 0..<Int.random(in: 1...3, using: &generator) { damage(&damaged, &generator) }
      do {
        let tokenizer = try Tokenizer(gguf: damaged)
        let start = Int.random(in: 0..<(lines.count - 3), using: &generator)
        exercise(tokenizer, lines[start..<(start + 3)])
      } catch {
        #expect(error is TokenizerError)
      }
    }
  }

  private func damage(_ vocabulary: inout GGUFVocabulary, _ generator: inout SeededGenerator) {
    let token = Int.random(in: 0..<vocabulary.tokens.count, using: &generator)
    let id = Int32.random(in: -2...(Int32(vocabulary.tokens.count) + 2), using: &generator)
    switch Int.random(in: 0..<9, using: &generator) {
    case 0: vocabulary.tokens[token] = mutate(vocabulary.tokens[token], &generator)
    case 1: vocabulary.tokens.removeLast()
    case 2 where vocabulary.tokenTypes.indices.contains(token):
      vocabulary.tokenTypes[token] = Int32.random(in: -1...8, using: &generator)
    case 3 where vocabulary.scores.indices.contains(token):
      vocabulary.scores[token] = Float(
        bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
    case 4 where vocabulary.merges.indices.contains(token):
      vocabulary.merges[token] = mutate(vocabulary.merges[token], &generator)
    case 5: vocabulary.beginOfSequenceID = id
    case 6: vocabulary.paddingID = id
    case 7: vocabulary.scores.shuffle(using: &generator)
    default: vocabulary.merges.shuffle(using: &generator)
    }
  }
}
