import Testing

@testable import Tokenizers

/// The scanner that stands for GPT-2's pattern.
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

  private func words(_ text: String, splitsDigits: Bool) -> [String] {
    var words: [String] = []
    text.bytes.withUnsafeBufferPointer { utf8 in
      Pretokenizer(splitsDigits: splitsDigits).forEachWord(in: utf8) {
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
}
