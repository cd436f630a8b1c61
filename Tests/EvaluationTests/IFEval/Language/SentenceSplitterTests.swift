import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct SentenceSplitterTests {
  @Test("Lines have Punkt's tokens", arguments: NLTKRelease.allCases)
  func tokens(_ release: NLTKRelease) throws {
    for expected in try LanguageFixtures.punktToy(release).tokens {
      let text = Array(expected.text.unicodeScalars)
      var scanner = PunktTokenScanner(text, line: 0..<text.count, release: release)
      var tokens: [[UInt32]] = []
      while let range = scanner.next() { tokens.append(text[range].map(\.value)) }
      #expect(tokens == expected.tokens.map(codePoints))
    }
  }

  @Test("Sentences are Punkt's for parameters made up", arguments: NLTKRelease.allCases)
  func toy(_ release: NLTKRelease) throws {
    let toy = try LanguageFixtures.punktToy(release)
    let splitter = SentenceSplitter(data: try toy.data(), release: release)
    for expected in toy.sentences {
      #expect(splitter.spans(of: expected.text) == expected.sentences, "\(expected.text)")
      #expect(splitter.sentenceCount(in: expected.text) == expected.sentences.count)
    }
  }

  @Test(
    "Sentences and words are nltk's for its English data",
    .enabled(if: IFEvalFiles.data != nil, "REPLICATE_IFEVAL_DATA names no folder."),
    arguments: NLTKRelease.allCases)
  func english(_ release: NLTKRelease) throws {
    let data = try LanguageFixtures.tools.get().sentences.data
    let words = WordTokenizer(sentences: SentenceSplitter(data: data, release: release))
    for expected in try LanguageFixtures.punkt(release).cases {
      #expect(words.sentences.spans(of: expected.text) == expected.sentences, "\(expected.text)")
      #expect(words.words(in: expected.text).map(codePoints) == expected.words?.map(codePoints))
    }
  }

  @Test("Words are nltk's for sentences that are given", arguments: NLTKRelease.allCases)
  func words(_ release: NLTKRelease) throws {
    for expected in try LanguageFixtures.punkt(release).cases {
      let text = Array(expected.text.unicodeScalars)
      let words = expected.sentences.flatMap { span in
        WordTokenizer.words(inSentence: Array(text[span[0]..<span[1]]), release: release)
      }
      #expect(words.map(codePoints) == expected.words?.map(codePoints), "\(expected.text)")
    }
  }

  @Test("Typographic quotes end a sentence in 3.10 only")
  func releases() throws {
    let text = "He said \u{201C}Stop.\u{201D} Then left."
    let counts = try NLTKRelease.allCases.map { release in
      try LanguageFixtures.toyTools(release).sentences.sentenceCount(in: text)
    }
    #expect(counts == [1, 2])
  }
}
