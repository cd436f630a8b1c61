import Files
import TestSupport
import Testing

@testable import Evaluation
@testable import Scoring

struct SampleLineTests {
  private func choices(_ values: [Double]) throws -> SampleResult {
    try SampleResult(
      task: ARCChallenge.task, documentIndex: 7,
      prompt: "a\n\"b\"\\ \u{1}\u{7F}\u{2028}é e\u{301} 😀\r\n",
      target: "1",
      response: .choices(
        values.enumerated().map {
          SampleResult.ScoredChoice(
            text: "c\($0)", logLikelihood: $1, isGreedy: $0 == 0)
        }, delimiter: " "), truncatedTokens: 3)
  }

  private func generation() throws -> SampleResult {
    try SampleResult(
      task: GSM8K.task, documentIndex: 0, prompt: "p", target: "x\n#### 5",
      response: .generation(
        .init(
          " so 5\n#### 5", stopStrings: ["Question:", "</s>"], maximumNewTokens: 256)),
      truncatedTokens: 0)
  }

  private func drawn(
    _ texts: [String] = [" so 5\n#### 5", "é 4\n#### 7", ""]
  ) throws -> SampleResult {
    try SampleResult(
      task: GSM8K.task, documentIndex: 0, prompt: "p", target: "x\n#### 5",
      response: .generation(
        .init(
          texts: texts, stopStrings: ["Question:"], maximumNewTokens: 256,
          sampling: AnswerSampling(count: texts.count, temperature: 0.6, topP: 0.95, seed: 7),
          areCutOff: texts.map(\.isEmpty))), truncatedTokens: 0)
  }

  @Test("A line of several answers has a list wherever there is something for each")
  func drawnLine() throws {
    #expect(
      try drawn().jsonLine
        == #"{"task":"gsm8k","document":0,"prompt":"p","target":"x\n#### 5","until":["Question:"],"max_new_tokens":256,"sampling":{"temperature":0.6,"top_p":0.95,"seed":7},"responses":[" so 5\n#### 5","é 4\n#### 7",""],"cut_off":[false,false,true],"answers":[{"filter":"strict-match","texts":["5","7","[invalid]"]},{"filter":"flexible-extract","texts":["5","7","[invalid]"]}],"truncated_tokens":0,"scores":[{"metric":"exact_match","filter":"strict-match","values":[1.0,0.0,0.0]},{"metric":"exact_match","filter":"flexible-extract","values":[1.0,0.0,0.0]}]}"#
    )
    for texts in [["", "a"], ["one"]] {
      let sample = try drawn(texts)
      let read = try SampleResult(jsonLine: sample.jsonLine.utf8)
      #expect(read == sample && read.jsonLine.utf8.elementsEqual(sample.jsonLine.utf8))
      #expect(try read.rescored(by: GSM8K.task) == sample)
    }
    let greedy = try SampleResult(
      task: GSM8K.task, documentIndex: 0, prompt: "p", target: "#### 5",
      response: .generation(
        .init(
          texts: ["5"], stopStrings: [], maximumNewTokens: 8, sampling: .greedy, areCutOff: [true])),
      truncatedTokens: 0)
    #expect(greedy.jsonLine.contains(#""sampling":{"temperature":0.0},"responses":["5"],"#))
    #expect(try SampleResult(jsonLine: greedy.jsonLine.utf8) == greedy)
  }

  @Test(
    "Lists that do not go with the answers are refused",
    arguments: [
      (#""cut_off":[false,false,true]"#, #""cut_off":[false,false]"#, "cut_off"),
      (#""cut_off":[false,false,true],"#, "", "cut_off"),
      (#""texts":["5","7","[invalid]"]}]"#, #""texts":["5"]}]"#, "texts"),
      (#""values":[1.0,0.0,0.0]}]}"#, #""values":[1.0]}]}"#, "values"),
      (#""values":[1.0,0.0,0.0]}]}"#, #""values":[1.0,0.0,1e999]}]}"#, ""),
      (#""values":[1.0,0.0,0.0]}]}"#, #""value":1.0}]}"#, "values"),
      (#""responses":[" so 5\n#### 5","é 4\n#### 7",""]"#, #""responses":[]"#, "cut_off"),
      (#""temperature":0.6"#, #""temperature":0"#, "temperature"),
      (#""temperature":0.6"#, #""temperature":-1"#, "temperature"),
      (#""top_p":0.95"#, #""top_p":1.5"#, "top_p"), (#""seed":7"#, #""seed":-7"#, "seed"),
    ])
  func mismatchedLists(old: String, new: String, named: String) throws {
    let line = try drawn().jsonLine
    let changed = PythonText.replacing(old, in: line, with: new)
    #expect(changed != line)
    let error = #expect(throws: EvaluationError.self) { try SampleResult(jsonLine: changed.utf8) }
    #expect(error?.code == .invalidSample)
    #expect(named.isEmpty || error?.message.contains(named) == true)
  }

  @Test("A line has its keys in a fixed order and keeps every code point")
  func line() throws {
    #expect(
      try generation().jsonLine
        == #"{"task":"gsm8k","document":0,"prompt":"p","target":"x\n#### 5","until":["Question:","</s>"],"max_new_tokens":256,"response":" so 5\n#### 5","answers":[{"filter":"strict-match","text":"5"},{"filter":"flexible-extract","text":"5"}],"truncated_tokens":0,"scores":[{"metric":"exact_match","filter":"strict-match","value":1.0},{"metric":"exact_match","filter":"flexible-extract","value":1.0}]}"#
    )
    let sample = try choices([-1.5, -0.1])
    #expect(
      sample.jsonLine.contains(
        #""choices":[{"text":"c0","log_likelihood":-1.5,"log_likelihood_bits":"bff8000000000000","is_greedy":true}"#
      ))
    #expect(!sample.jsonLine.utf8.contains(UInt8(ascii: "\n")))
  }

  @Test("Reading a line gives back the sample: texts by code point, numbers by bit")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 1)
    let extremes = [
      -0.0, -Double.leastNonzeroMagnitude, -Double.greatestFiniteMagnitude, -1e-5, -1e22, -123_456,
    ]
    for round in 0..<200 {
      let values = (0..<3).map { _ in -Double(random.next() >> 11) * 0x1p-40 }
      let sample = try choices(round == 0 ? extremes : values)
      let read = try SampleResult(jsonLine: sample.jsonLine.utf8)
      #expect(read == sample)
      #expect(read.jsonLine.utf8.elementsEqual(sample.jsonLine.utf8))
      #expect(try read.rescored(by: ARCChallenge.task) == sample)
    }
    #expect(try SampleResult(jsonLine: generation().jsonLine.utf8) == generation())
  }

  @Test("A number that disagrees with its bits is refused")
  func disagreement() throws {
    let line = PythonText.replacing("-1.5", in: try choices([-1.5, -2]).jsonLine, with: "-1.25")
    let error = try #require(throws: EvaluationError.self) {
      try SampleResult(jsonLine: line.utf8)
    }
    #expect(error.code == .invalidSample)
    #expect(error.message.contains("log_likelihood_bits"))
  }

  @Test("Numbers beyond the range of doubles are refused")
  func hugeNumbers() throws {
    let sample = try choices([-1.5, -2]).jsonLine
    let infinite = PythonText.replacing(
      "bff8000000000000", in: PythonText.replacing("-1.5", in: sample, with: "-1e999"),
      with: "fff0000000000000")
    let score = PythonText.replacing(#""value":0.0"#, in: sample, with: #""value":1e999"#)
    #expect(score != sample)
    for line in [infinite, score] {
      #expect(throws: EvaluationError.self) { try SampleResult(jsonLine: line.utf8) }
    }
  }

  @Test("Damaged lines are errors, never crashes")
  func damagedLines() throws {
    let lines = [
      Array(try choices([-1.5, -2]).jsonLine.utf8), Array(try generation().jsonLine.utf8),
      Array(try drawn().jsonLine.utf8),
    ]
    for line in lines {
      for count in 0..<line.count {
        #expect(throws: EvaluationError.self) { try SampleResult(jsonLine: line.prefix(count)) }
      }
    }
    try fuzz(600) { round, generator in
      let line = mutated(lines[round % lines.count], &generator)
      do {
        let sample = try SampleResult(jsonLine: line)
        let task = sample.task == GSM8K.task.name ? GSM8K.task : ARCChallenge.task
        _ = try sample.rescored(by: task)
      } catch let error as EvaluationError {
        #expect(!error.message.isEmpty)
      }
    }
  }
}
