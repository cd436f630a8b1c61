import Foundation
import Testing

@testable import Tokenizers

/// Damaged files: always a tokenizer or a `TokenizerError`, never a crash.
@Suite struct TokenizerFuzzTests {
  /// Counter-based random numbers (SplitMix64), the same in every run.
  private struct Source: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  private static let seconds =
    Double(ProcessInfo.processInfo.environment["REPLICATE_FUZZ_SECONDS"] ?? "") ?? 0.4

  private static let fragments = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud83d\\ude00", "null", "true", "-1",
    "1e999", "99999999999", "0", "\"a\"", "[[", "]]", "\u{301}", "▁", "",
  ].map(\.bytes)

  private func mutate(_ bytes: [UInt8], _ source: inout Source) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &source) {
      guard !bytes.isEmpty else { break }
      // Half of the damage goes to the two ends, where the components stand.
      let reach = Bool.random(using: &source) ? bytes.count : min(bytes.count, 2_000)
      let offset = Int.random(in: 0..<reach, using: &source)
      let index = Bool.random(using: &source) ? offset : bytes.count - 1 - offset
      switch Int.random(in: 0..<6, using: &source) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &source)
      case 1: bytes[index] = UInt8.random(in: 0...255, using: &source)
      case 2:
        let end = min(bytes.count, index + Int.random(in: 1...40, using: &source))
        bytes.removeSubrange(index..<end)
      case 3:
        let fragment = Self.fragments[Int.random(in: 0..<Self.fragments.count, using: &source)]
        bytes.insert(contentsOf: fragment, at: index)
      case 4:
        let end = min(bytes.count, index + Int.random(in: 1...200, using: &source))
        let target = Int.random(in: 0..<bytes.count, using: &source)
        bytes.insert(contentsOf: bytes[index..<end], at: target)
      default: bytes.removeSubrange(index...)
      }
    }
    return bytes
  }

  private func mutate(_ text: String, _ source: inout Source) -> String {
    String(decoding: mutate(text.bytes, &source), as: UTF8.self)
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
    arguments: ["smollm-small", "gpt2-small", "gemma-small", "gemma-added"])
  func damagedFiles(_ name: String) throws {
    let file = try Fixtures.bytes("\(name)/tokenizer.json")
    let config = try Fixtures.bytes("\(name)/tokenizer_config.json")
    let lines = try Fixtures.value([String].self, "lines.json")
    var source = Source(state: 1)
    var read = 0
    var refused = 0
    let end = ContinuousClock.now + .seconds(Self.seconds)
    repeat {
      let isConfig = Int.random(in: 0..<8, using: &source) == 0
      do {
        let tokenizer = try Tokenizer(
          tokenizerJSON: isConfig ? file : mutate(file, &source),
          tokenizerConfigJSON: isConfig ? mutate(config, &source) : config)
        let start = Int.random(in: 0..<(lines.count - 3), using: &source)
        exercise(tokenizer, lines[start..<(start + 3)])
        read += 1
      } catch {
        #expect(error is TokenizerError)
        refused += 1
      }
    } while ContinuousClock.now < end
    #expect(read + refused > 20)
  }

  @Test(
    "A damaged GGUF vocabulary gives a tokenizer that works, or an error",
    arguments: ["smollm-small", "gemma-small"])
  func damagedVocabularies(_ name: String) throws {
    let vocabulary = try Fixtures.value(VocabularyFile.self, "\(name)/vocabulary.json").vocabulary
    let lines = try Fixtures.value([String].self, "lines.json")
    var source = Source(state: 2)
    var tried = 0
    let end = ContinuousClock.now + .seconds(Self.seconds)
    repeat {
      var damaged = vocabulary
      for _ in 0..<Int.random(in: 1...3, using: &source) { damage(&damaged, &source) }
      do {
        let tokenizer = try Tokenizer(gguf: damaged)
        let start = Int.random(in: 0..<(lines.count - 3), using: &source)
        exercise(tokenizer, lines[start..<(start + 3)])
      } catch {
        #expect(error is TokenizerError)
      }
      tried += 1
    } while ContinuousClock.now < end
    #expect(tried > 20)
  }

  private func damage(_ vocabulary: inout GGUFVocabulary, _ source: inout Source) {
    let token = Int.random(in: 0..<vocabulary.tokens.count, using: &source)
    let id = Int32.random(in: -2...(Int32(vocabulary.tokens.count) + 2), using: &source)
    switch Int.random(in: 0..<9, using: &source) {
    case 0: vocabulary.tokens[token] = mutate(vocabulary.tokens[token], &source)
    case 1: vocabulary.tokens.removeLast()
    case 2 where vocabulary.tokenTypes.indices.contains(token):
      vocabulary.tokenTypes[token] = Int32.random(in: -1...8, using: &source)
    case 3 where vocabulary.scores.indices.contains(token):
      vocabulary.scores[token] = Float(
        bitPattern: UInt32.random(in: 0...UInt32.max, using: &source))
    case 4 where vocabulary.merges.indices.contains(token):
      vocabulary.merges[token] = mutate(vocabulary.merges[token], &source)
    case 5: vocabulary.beginOfSequenceID = id
    case 6: vocabulary.paddingID = id
    case 7: vocabulary.scores.shuffle(using: &source)
    default: vocabulary.merges.shuffle(using: &source)
    }
  }
}
