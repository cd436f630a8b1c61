import Testing

@testable import Evaluation
@testable import Scoring

struct InstructionSampleTests {
  private let row = TaskRow([
    "prompt": .text("Write."), "instruction_id_list": .texts(["punctuation:no_comma"]),
    "kwargs": .json("[{}]"),
  ])

  @Test("A prompt stands as it is, and its target holds the instructions")
  func document() throws {
    let document = try IFEval.task.document(of: row)
    #expect(document.question == "Write.")
    #expect(document.answerText.isEmpty)
    #expect(
      document.target == #"{"instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}"#)
  }

  @Test("Without language data a response is not scored")
  func missingLanguageData() throws {
    func score(_ target: String) throws -> SampleResult {
      try SampleResult(
        task: IFEval.task, documentIndex: 4, prompt: "", target: target,
        response: .generation("a, b", stopStrings: [], maximumNewTokens: 8), truncatedTokens: 0)
    }
    let target = try IFEval.task.document(of: row).target
    let error = #expect(throws: EvaluationError.self) { try score(target) }
    #expect(error?.code == .missingLanguageData)
  }

  @Test("A line with values for each instruction reads back")
  func line() throws {
    let sample = SampleResult(
      task: "ifeval", documentIndex: 1, prompt: "p", target: "{}",
      response: .generation("t", stopStrings: [], maximumNewTokens: 8), truncatedTokens: 0,
      answers: [],
      scores: IFEval.task.metrics.map {
        SampleResult.Score(metric: $0, filter: .none, values: $0.isPerInstruction ? [1, 0] : [0])
      })
    #expect(
      sample.jsonLine.contains(
        #""metric":"inst_level_strict_acc","filter":"none","values":[1.0,0.0]"#))
    #expect(try SampleResult(jsonLine: sample.jsonLine.utf8) == sample)
  }
}
