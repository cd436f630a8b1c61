import Files
import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

/// The vectors that came with the specification.
@Suite(
  .enabled(
    if: HarnessRun.shared != nil && IFEvalFiles.data != nil,
    "needs the folders that REPLICATE_SHARED and REPLICATE_IFEVAL_DATA name"))
struct SharedLanguageTests {
  private struct Tokenized: Decodable {
    let text: String
    let sentences: [String]
    let words: [String]
  }
  private struct Detected: Decodable {
    let text: String
    let lang: String
  }

  @Test("Sentences and words equal those recorded with nltk 3.9.1")
  func tokenized() throws {
    let tools = try LanguageFixtures.tools.get()
    let recorded: [Tokenized] = try load("nltk_tokenize_3.9.1.json")
    for expected in recorded {
      let text = Array(expected.text.unicodeScalars)
      let sentences = tools.sentences.sentences(in: text).map { text[$0].map(\.value) }
      #expect(sentences == expected.sentences.map(codePoints))
      #expect(
        tools.words.words(in: expected.text).map(codePoints) == expected.words.map(codePoints))
    }
  }

  @Test("Languages equal those recorded with seed 0")
  func detected() throws {
    let detector = try LanguageFixtures.tools.get().languages
    let recorded: [Detected] = try load("langdetect_seed0.json")
    for expected in recorded {
      let hasFeatures = !PythonText.hasPrefix("EXC:", in: expected.lang)
      #expect(detector.language(of: expected.text) == (hasFeatures ? expected.lang : nil))
    }
  }

  private func load<Value: Decodable>(_ name: String) throws -> Value {
    let file = try #require(HarnessRun.shared)
      .appending(path: "oracles/lm-eval/fixtures/\(name)")
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
  }
}
