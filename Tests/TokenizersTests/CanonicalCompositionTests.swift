import TestSupport
import Testing

@testable import Tokenizers

/// Composed texts, against the tokenizers library's NFC (`make_decompositions.py`).
@Suite struct CanonicalCompositionTests {
  struct File: Decodable {
    var texts: [[[UInt32]]]
  }

  private func composed(_ text: String) -> String {
    text.bytes.withUnsafeBufferPointer { bytes in
      CanonicalComposition.composed(bytes).map { String(decoding: $0.bytes, as: UTF8.self) } ?? text
    }
  }

  @Test("Every text composes as in the tokenizers library")
  func library() throws {
    let pairs = try Fixtures.value(File.self, "nfc.json").texts.map { pair in
      pair.map { values in
        String(String.UnicodeScalarView(values.compactMap(Unicode.Scalar.init)))
      }
    }
    #expect(pairs.count > 2000)
    var changed = 0
    for pair in pairs {
      #expect(composed(pair[0]).bytes == pair[1].bytes, "\(pair[0].unicodeScalars.map(\.value))")
      #expect(composed(pair[1]).bytes == pair[1].bytes, "\(pair[1].unicodeScalars.map(\.value))")
      changed += pair[0].bytes == pair[1].bytes ? 0 : 1
    }
    #expect(changed > 1000)
  }

  @Test("Composed bytes say which bytes they come from")
  func sources() throws {
    let text = "ab e\u{301}x \u{212B}"
    let result = try #require(text.bytes.withUnsafeBufferPointer(CanonicalComposition.composed))
    #expect(String(decoding: result.bytes, as: UTF8.self).bytes == "ab \u{E9}x \u{C5}".bytes)
    #expect(result.source(of: 0..<3) == 0..<3)
    // Both bytes of é are e and its accent.
    #expect(result.source(of: 3..<4) == 3..<6 && result.source(of: 4..<5) == 3..<6)
    #expect(result.source(of: 5..<7) == 6..<8)
    #expect(result.source(of: 7..<9) == 8..<11)
  }

  @Test("A text of any scalars composes to one that stays, and its pieces cover their sources")
  func anyText() {
    fuzz(300) { _, generator in
      let scalars = (0..<Int.random(in: 0...10, using: &generator)).compactMap { _ in
        Unicode.Scalar(
          UInt32.random(
            in: [
              0...0x7F, 0x300...0x36F, 0x900...0x9FF, 0x1100...0x11FF, 0xAC00...0xACFF, 0...0x1FFFF,
            ]
            .randomElement(using: &generator) ?? 0...0, using: &generator))
      }
      let text = String(String.UnicodeScalarView(scalars))
      text.bytes.withUnsafeBufferPointer { bytes in
        guard let result = CanonicalComposition.composed(bytes) else { return }
        let again = result.bytes.withUnsafeBufferPointer(CanonicalComposition.composed)
        #expect(again == nil, "\(scalars)")
        let sources = result.bytes.indices.map { result.source(of: $0..<$0 + 1) }
        #expect(sources.first?.lowerBound == 0 && sources.last?.upperBound == bytes.count)
        for (one, next) in zip(sources, sources.dropFirst()) {
          #expect(one == next || one.upperBound == next.lowerBound, "\(scalars)")
        }
      }
    }
  }

  @Test("Very many marks are sorted in time in proportion, not squared")
  func manyMarks() {
    let count = 200_000
    let text = "a" + String(repeating: "\u{315}\u{323}", count: count)
    let expected =
      "\u{1EA1}" + String(repeating: "\u{323}", count: count - 1)
      + String(repeating: "\u{315}", count: count)
    #expect(composed(text).bytes == expected.bytes)
  }
}
