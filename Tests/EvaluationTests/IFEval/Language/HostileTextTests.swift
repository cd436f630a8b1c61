import Files
import Foundation
import TestSupport
import Testing

@testable import Evaluation
@testable import Scoring

/// Texts that no one writes.
struct HostileTextTests {
  private static let units = [
    ".", "\"", "'", "` ", "!", "!a", ". ", ".\u{A0}", "a. ", "a.\u{A0}", " ", "\n", "-", ",", "@",
    "a@", "a@b", "@b", "http://", "http://a", "h", "\u{3A3}", "\u{3A3}'", "'s ", "n't ", "can",
    "cannot ", "''", "``", "\u{301}", "a\u{301}", ")", ".)", ".) ", "A", "1.", "-1", ". .", "a-.",
    "\u{0}", "\r\n", "\u{1C}", "'t", "\u{4E00}",
  ]

  /// Length of the texts; of the longer ones, work that grew with the square would never be done.
  private static let length =
    ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == nil ? 2_000 : 100_000

  @Test("A long text of one odd piece is read to its end", arguments: NLTKRelease.allCases)
  func longTexts(_ release: NLTKRelease) throws {
    let tools = try LanguageFixtures.toyTools(release)
    for unit in Self.units {
      let text = String(repeating: unit, count: Self.length / unit.utf8.count)
      let scalars = Array(text.unicodeScalars)
      let isBlank = scalars.allSatisfy(PythonText.isWhitespace)
      let end = tools.sentences.sentences(in: scalars).last?.upperBound ?? 0
      #expect(
        scalars[end...].allSatisfy(PythonText.isWhitespace), "\(unit.debugDescription), to \(end)")
      #expect(tools.words.words(in: text).isEmpty == isBlank, "\(unit.debugDescription)")
      _ = tools.languages.language(of: text)
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
