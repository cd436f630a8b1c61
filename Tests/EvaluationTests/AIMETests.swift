import Foundation
import Testing

@testable import Evaluation
@testable import Scoring

struct AIMETests {
  @Test("Answers are judged as the reference judges them, quirks included")
  func answers() throws {
    struct Fixture: Decodable {
      let cases: [Case]
    }
    struct Case: Decodable {
      let response: String
      let target: String
      let value: Double

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        response = try values.decode(String.self)
        target = try values.decode(String.self)
        value = try values.decode(Double.self)
      }
    }
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: folder.appending(path: "aime_answers.json")))
    #expect(fixture.cases.count == 900)
    for expected in fixture.cases {
      let sample = try SampleResult(
        task: AIME.year2024, documentIndex: 0, prompt: "", target: expected.target,
        response: .generation(.init(expected.response, stopStrings: [], maximumNewTokens: 8)),
        truncatedTokens: 0)
      #expect(
        sample.scores.map(\.values) == [[expected.value]],
        "\(expected.response.debugDescription) against \(expected.target.debugDescription)")
      #expect(sample.answers.isEmpty)
    }
  }

  @Test("A numeric answer of a row is its digits")
  func numericAnswer() throws {
    let row = TaskRow(["question": .text("Find $x$."), "answer": .text("25")])
    let document = try AIME.year2025.document(of: row)
    #expect(document.question == "Question: Find $x$.\nAnswer:")
    #expect(document.target == "25")
    #expect(document.answerText == "25")
  }
}
