import TestSupport
import Testing

@testable import Assets

@Suite("UTF-8 of many texts")
struct UTF8ValidationTests {
  private func areValid(_ texts: [[UInt8]]) -> Bool {
    var ends: [Int] = []
    for text in texts { ends.append((ends.last ?? 0) + text.count) }
    return Array(texts.joined()).withUnsafeBufferPointer { bytes in
      ends.withUnsafeBufferPointer { UTF8Validation.areValid(bytes, endingAt: $0) }
    }
  }

  private func isValid(_ text: [UInt8]) -> Bool { String(validating: text, as: UTF8.self) != nil }

  @Test(
    "Every sequence of two bytes, and every one of three and four that begins a character, as String has it"
  )
  func sequences() {
    for first in 0...UInt8.max {
      for second in 0...UInt8.max {
        let pair = [first, second]
        if areValid([pair]) != isValid(pair) { Issue.record("\(pair)") }
        guard first >= 0xE0 else { continue }
        for last: [UInt8] in [
          [0x7F], [0x80], [0xBF], [0xC0], [0x80, 0x80], [0xBF, 0xC0], [0x80, 0x7F],
        ] {
          let text = pair + last
          if areValid([text]) != isValid(text) { Issue.record("\(text)") }
        }
      }
    }
  }

  @Test("Texts at any distance from each other are valid where each of them is")
  func texts() {
    let alphabet: [[UInt8]] =
      ["a", "é", "数", "🙂", ""].map { Array($0.utf8) }
      + [[UInt8](repeating: 0x61, count: 31), [0xC3], [0xA9], [0xF0, 0x9F], [0xED, 0xA0, 0x80]]
    var valid = 0
    fuzz(20_000) { _, random in
      // Mostly of what is valid, or hardly any would be.
      let count = Int.random(in: 0...9, using: &random)
      let texts = (0..<count).map { _ in
        (0..<3).flatMap { _ in
          alphabet[
            Int.random(
              in: 0..<(Int.random(in: 0..<9, using: &random) == 0 ? 10 : 6), using: &random)]
        }
      }
      let expected = texts.allSatisfy(isValid)
      valid += expected ? 1 : 0
      if areValid(texts) != expected { Issue.record("\(texts)") }
    }
    #expect(valid > 2000)
  }
}
