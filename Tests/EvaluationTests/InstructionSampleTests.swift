import Files
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
        response: .generation(.init("a, b", stopStrings: [], maximumNewTokens: 8)),
        truncatedTokens: 0)
    }
    let target = try IFEval.task.document(of: row).target
    let error = #expect(throws: EvaluationError.self) { try score(target) }
    #expect(error?.code == .missingLanguageData)
  }

  @Test("A line with values for each instruction reads back")
  func line() throws {
    let sample = SampleResult(
      task: "ifeval", documentIndex: 1, prompt: "p", target: "{}",
      response: .generation(.init("t", stopStrings: [], maximumNewTokens: 8)), truncatedTokens: 0,
      answers: [],
      scores: IFEval.task.metrics.map {
        SampleResult.Score(metric: $0, filter: .none, values: $0.isPerInstruction ? [1, 0] : [0])
      })
    #expect(
      sample.jsonLine.contains(
        #""metric":"inst_level_strict_acc","filter":"none","values":[1.0,0.0]"#))
    #expect(try SampleResult(jsonLine: sample.jsonLine.utf8) == sample)
  }

  @Test(
    "Recorded verdicts of a letter that the harness draws are right, all other verdicts are not")
  func drawnLetters() {
    func sample(_ letter: String, strict: [Double], loose: [Double]) -> SampleResult {
      let all = { (values: [Double]) in [values.contains(0) ? 0.0 : 1] }
      return SampleResult(
        task: "ifeval", documentIndex: 19, prompt: "p",
        target:
          #"{"instruction_id_list":["punctuation:no_comma","keywords:letter_frequency"],"kwargs":[{},{"letter":"\#(letter)","let_frequency":4,"let_relation":"at least"}]}"#,
        response: .generation(.init("t", stopStrings: [], maximumNewTokens: 8)), truncatedTokens: 0,
        answers: [],
        scores: [
          SampleResult.Score(metric: .promptStrictAccuracy, filter: .none, values: all(strict)),
          SampleResult.Score(metric: .instructionStrictAccuracy, filter: .none, values: strict),
          SampleResult.Score(metric: .promptLooseAccuracy, filter: .none, values: all(loose)),
          SampleResult.Score(metric: .instructionLooseAccuracy, filter: .none, values: loose),
        ])
    }
    let own = sample("!", strict: [1, 0], loose: [1, 1])
    let recorded = sample("!", strict: [1, 1], loose: [1, 0])
    #expect(own.takingDrawnVerdicts(of: recorded.scores) == recorded)
    // The first instruction is never drawn, and the prompt's verdict follows from both.
    let wrong = sample("!", strict: [0, 1], loose: [0, 1])
    #expect(
      own.takingDrawnVerdicts(of: wrong.scores) == sample("!", strict: [1, 1], loose: [1, 1]))
    // A letter of the alphabet is checked; other numbers of verdicts and other scores are not taken.
    let letter = sample("q", strict: [1, 0], loose: [1, 1])
    #expect(letter.takingDrawnVerdicts(of: recorded.scores) == letter)
    #expect(own.takingDrawnVerdicts(of: sample("!", strict: [1], loose: [1]).scores) == own)
    #expect(
      own.takingDrawnVerdicts(of: sample("!", strict: [1, 0.5], loose: [1, 1]).scores) == own)
    #expect(own.takingDrawnVerdicts(of: []) == own)
  }
}
