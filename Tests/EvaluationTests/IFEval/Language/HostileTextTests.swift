import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Texts that no one writes.
struct HostileTextTests {
  private static let units = [
    ".", "\"", "'", "` ", "!", "!a", ". ", ".\u{A0}", "a. ", "a.\u{A0}", " ", "\n", "-", ",", "@",
    "a@", "a@b", "@b", "http://", "http://a", "h", "\u{3A3}", "\u{3A3}'", "'s ", "n't ", "can",
    "cannot ", "''", "``", "\u{301}", "a\u{301}", ")", ".)", ".) ", "A", "1.", "-1", ". .", "a-.",
    "\u{0}", "\r\n", "\u{1C}", "'t", "\u{4E00}",
  ]

  /// Length of the texts; only the longer ones show squares.
  private static let length =
    ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == nil ? 2_000 : 100_000

  @Test(
    "Time grows with the length of a text, not with its square", .timeLimit(.minutes(10)),
    arguments: NLTKRelease.allCases)
  func time(_ release: NLTKRelease) throws {
    let tools = try LanguageFixtures.toyTools(release)
    for unit in Self.units {
      let text = String(repeating: unit, count: Self.length / unit.utf8.count)
      let start = ContinuousClock.now
      let sentences = tools.sentences.sentences(in: Array(text.unicodeScalars))
      _ = tools.words.words(in: text)
      _ = tools.languages.language(of: text)
      #expect(sentences.last.map { $0.upperBound <= text.unicodeScalars.count } ?? true)
      // Squares take minutes; a debug build on a busy machine takes less than this.
      #expect(ContinuousClock.now - start < .seconds(30), "\(unit.debugDescription)")
    }
  }

  @Test("Any bytes are split into sentences in order, without overlap, and into words")
  func bytes() throws {
    let tools = try NLTKRelease.allCases.map(LanguageFixtures.toyTools)
    let texts = try LanguageFixtures.punktToy(.release39).sentences.map(\.text)
    try fuzz(200) { round, generator in
      let source = texts[round % texts.count] + (texts.randomElement(using: &generator) ?? "")
      let text = String(
        decoding: mutated(Array(source.utf8), &generator, characters: ".!? \"')\n-"), as: UTF8.self)
      let scalars = Array(text.unicodeScalars)
      for tools in tools {
        var end = 0
        for sentence in tools.sentences.sentences(in: scalars) {
          try #require(sentence.lowerBound >= end && !sentence.isEmpty)
          end = sentence.upperBound
        }
        #expect(end <= scalars.count)
        let words = tools.words.words(in: text)
        #expect(words.allSatisfy { !$0.isEmpty })
        let probabilities = tools.languages.probabilities(of: text)
        #expect(probabilities?.allSatisfy { $0 >= 0 && $0 <= 1 } ?? true)
      }
    }
  }
}
