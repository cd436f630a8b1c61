import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct ScoringTests {
  @Test("Both extractors find what the reference's regular expressions find")
  func extraction() throws {
    for expected in try PythonRules.load().answers {
      #expect(AnswerFilter.strictMatch.answer(in: expected.text) == expected.strict)
      #expect(AnswerFilter.flexibleExtract.answer(in: expected.text) == expected.flexible)
    }
  }

  @Test("Texts are normalised for exact match as the reference's substitutions do")
  func normalization() throws {
    for expected in try PythonRules.load().answers {
      #expect(
        codePoints(AnswerComparison.normalizedText(expected.text))
          == codePoints(expected.normalized))
    }
  }

  @Test("The first of equal likelihoods wins")
  func ties() {
    #expect(Metric.indexOfLargest([-2, -1, -1]) == 1)
    #expect(Metric.indexOfLargest([-.infinity, -.infinity]) == 0)
    #expect(Metric.indexOfLargest([]) == nil)
  }

  @Test("An empty choice divides by zero, and the first NaN wins as in NumPy's arg-max")
  func emptyChoices() throws {
    // numpy.argmax([-1.0, nan, 5.0, nan]) is 1; -0.0 / 0.0 is nan and -1.0 / 0.0 is -inf there.
    #expect(Metric.indexOfLargest([-1, .nan, 5, -.nan]) == 1)
    #expect(try scores([("a sentence", -11), ("", -0.0)], target: "1") == [1, 1])
    #expect(try scores([("", 0), ("b", -1), ("", 0)], target: "0") == [1, 1])
    #expect(try scores([("abc", -11), ("", -1)], target: "0") == [0, 1])
  }

  private func scores(_ choices: [(String, Double)], target: String) throws -> [Double] {
    let response = SampleResult.Response.choices(
      choices.map {
        SampleResult.ScoredChoice(text: $0.0, logLikelihood: $0.1, isGreedy: false)
      }, delimiter: " ")
    return try SampleResult(
      task: HellaSwag.task, documentIndex: 0, prompt: "", target: target, response: response,
      truncatedTokens: 0
    ).scores.map(\.value)
  }

  @Test("Normalised accuracy divides by code points; an empty choice never wins")
  func accuracy() throws {
    // One code point each against two: "e" and a combining acute accent.
    #expect(try scores([("\u{E9}", -2), ("e\u{301}", -3)], target: "0") == [1, 0])
    #expect(try scores([("e\u{301}", -3), ("\u{E9}", -2)], target: "0") == [0, 1])
    #expect(try scores([("", -1), ("ab", -9)], target: "1") == [0, 1])
  }

  @Test("Responses that do not fit their target or task are refused")
  func invalidResponses() throws {
    for target in ["2", "-1", "", "a", "99999999999999999999"] {
      let error = #expect(throws: EvaluationError.self) {
        try scores([("a", -1), ("b", -2)], target: target)
      }
      #expect(error?.code == .invalidSample)
    }
    #expect(throws: EvaluationError.self) {
      try SampleResult(
        task: GSM8K.task, documentIndex: 0, prompt: "", target: "0",
        response: .choices([], delimiter: ""), truncatedTokens: 0)
    }
    #expect(throws: EvaluationError.self) {
      try SampleResult(
        task: HellaSwag.task, documentIndex: 0, prompt: "", target: "0",
        response: .generation(.init("", stopStrings: [], maximumNewTokens: 1)), truncatedTokens: 0)
    }
  }
}
