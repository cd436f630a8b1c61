import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

/// Agreement with the references on texts of any kind and number.
@Suite(
  "Agreement with nltk and langdetect",
  .enabled(
    if: LanguageFixtures.reference != nil && IFEvalFiles.data != nil,
    "REPLICATE_LANGUAGE_REFERENCE and REPLICATE_IFEVAL_DATA name no files."))
struct LanguageAgreementTests {
  private struct Line: Decodable {
    let nltk: String
    let text: String
    let sentences: [[Int]]
    let words: [String]
    let language: String?
    let bits: [String]?
  }

  @Test("Sentences, words, languages and probabilities are equal")
  func agreement() throws {
    let tools = try LanguageFixtures.tools.get()
    let splitters = NLTKRelease.allCases.map {
      SentenceSplitter(data: tools.sentences.data, release: $0)
    }
    let file = try Data(contentsOf: URL(filePath: try #require(LanguageFixtures.reference)))
    var disagreements: [String: Int] = [:]
    var texts = 0
    for bytes in file.split(separator: UInt8(ascii: "\n")) {
      let line = try JSONDecoder().decode(Line.self, from: bytes)
      let splitter = try #require(splitters.first { $0.release.rawValue == line.nltk })
      let words = WordTokenizer(sentences: splitter).words(in: line.text)
      let probabilities = tools.languages.probabilities(of: line.text)
      let agreements: KeyValuePairs = [
        "sentences": splitter.spans(of: line.text) == line.sentences,
        "words": words.map(codePoints) == line.words.map(codePoints),
        "language": tools.languages.language(of: line.text) == line.language,
        "bits": probabilities?.map(hexadecimalBits) == line.bits,
      ]
      for (kind, isEqual) in agreements where !isEqual {
        disagreements[kind, default: 0] += 1
        print("\(kind) differ: \(line.text.debugDescription)")
      }
      texts += 1
    }
    print("\(texts) texts, disagreements: \(disagreements.sorted { $0.key < $1.key })")
    #expect(texts > 0)
    #expect(disagreements.isEmpty)
  }
}
