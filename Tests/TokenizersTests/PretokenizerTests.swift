import TestSupport
import Testing

@testable import Tokenizers

/// The scanners that stand for the patterns.
@Suite struct PretokenizerTests {
  struct Classes: Decodable {
    var runs: [[Int]]
  }

  @Test("Every code point has the class that the tokenizers library sees in it")
  func classes() throws {
    let runs = try Fixtures.value(Classes.self, "unicode_classes.json").runs
    for (index, run) in runs.enumerated() where run[1] >= 0 {
      let end = index + 1 < runs.count ? runs[index + 1][0] : 0x110000
      for value in run[0]..<end {
        let scalar = try #require(Unicode.Scalar(UInt32(value)))
        let kind: Int
        switch CharacterClass(scalar) {
        case .other: kind = 0
        case .letter: kind = 1
        case .number: kind = 2
        case .space: kind = 3
        }
        let found = kind + (CharacterClass.isDigit(scalar) ? 4 : 0)
        if found != run[1] {
          Issue.record("U+\(String(value, radix: 16)): \(found), not \(run[1])")
        }
      }
    }
  }

  private func words(
    _ text: String, splitsDigits: Bool = false, pattern: WordPattern = .gpt2
  ) -> [String] {
    var words: [String] = []
    text.bytes.withUnsafeBufferPointer { utf8 in
      Pretokenizer(splitsDigits: splitsDigits, pattern: pattern).forEachWord(in: utf8) {
        words.append(String(decoding: utf8[$0], as: UTF8.self))
      }
    }
    return words
  }

  @Test("Words are cut as GPT-2's pattern cuts them")
  func words() {
    #expect(
      words("it's  we'll 'x' \n\n a12 !!", splitsDigits: false)
        == ["it", "'s", " ", " we", "'ll", " '", "x", "'", " \n\n", " a", "12", " !!"])
    #expect(
      words("a  12\u{A0} b  ", splitsDigits: false) == ["a", " ", " 12", "\u{A0}", " b", "  "])
    #expect(words("a  12 ½x", splitsDigits: true) == ["a", "  ", "1", "2", " ", "½", "x"])
    #expect(words("", splitsDigits: true) == [])
  }

  @Test("Words are cut as Llama 3's and Qwen's patterns cut them")
  func wordsAndLines() {
    #expect(
      words("It'S 12345, (a)\tb \n\n  c\u{A0}d ...\n", pattern: .llama3)
        == [
          "It", "'S", " ", "123", "45", ",", " (", "a", ")", "\tb", " \n\n", " ", " c", "\u{A0}d",
          " ...\n",
        ])
    #expect(words(" 12 we'LL", pattern: .qwen2) == [" ", "1", "2", " we", "'LL"])
    #expect(
      words("a'\u{17F}b '\u{17F}", pattern: .qwen2) == ["a", "'\u{17F}", "b", " '", "\u{17F}"])
    #expect(words("", pattern: .qwen2) == [])
  }

  @Test("The words of any text are that text, by every pattern")
  func coverage() {
    let pieces = [
      "a", "É", "1", "٣", " ", "\n", "\r", "\t", "\u{A0}", "'", "'S", "'ll", "!", "👍🏽", "e\u{301}",
      "中",
    ]
    fuzz(400) { _, generator in
      let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }.joined()
      for pattern in WordPattern.all {
        let words = words(text, pattern: pattern)
        #expect(words.joined().bytes == text.bytes, "\(text.debugDescription)")
        #expect(!words.contains(""))
      }
    }
  }
}
