import Files
import LanguageModels
import TestSupport
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

/// The request in which choices differ in the context.
struct WinoGrandeTests {
  private let benchmark = Benchmark(WinoGrande.task)

  private func row(
    _ sentence: String, answer: String = "1", options: [String] = ["the man", "a door"]
  ) -> TaskRow {
    TaskRow([
      "sentence": .text(sentence), "option1": .text(options[0]), "option2": .text(options[1]),
      "answer": .text(answer),
    ])
  }

  private func input(_ sentences: [String], pool: [String] = []) throws -> TaskInput {
    func documents(_ sentences: [String]) throws -> [Document] {
      try sentences.enumerated().map { index, sentence in
        try WinoGrande.task.document(of: row(sentence, answer: index.isMultiple(of: 2) ? "1" : "2"))
      }
    }
    return TaskInput(
      task: WinoGrande.task, documents: try documents(sentences), fewShotPool: try documents(pool))
  }

  private static let sentences = [
    "the door opens when _ knocks.", "_ has five apples", "an apple falls and _.",
    "many men see that _ was \n\n open  ",
  ]

  private func evaluator(
    _ settings: EvaluationSettings = EvaluationSettings(), threads: Int = 1, positions: Int = 512
  ) throws -> Evaluator {
    Evaluator(
      weights: InferenceWeights(TinyModel.model(maximumPositions: positions)),
      tokenizer: try TinyModel.tokenizer(), settings: settings, threads: threads)
  }

  @Test("Every choice stands in its own prompt, and the same rest is scored after all of them")
  func document() throws {
    let document = try WinoGrande.task.document(of: row(" Once _ and _ met. ", answer: "2"))
    #expect(
      try document
        == Document(
          question: " Once ",
          answer: .blank(
            choices: [" Once the man", " Once a door"], goldIndex: 1, rest: "and _ met.")))
    #expect(document.exampleQuestion == " Once a door" && document.answerText == "and _ met.")
    #expect(document.target == "1")
  }

  @Test(
    "A row without a blank, or with another answer than 1 and 2, is refused",
    arguments: [("No blank.", "1"), ("A _.", ""), ("A _.", "3"), ("A _.", "1 "), ("", "1")])
  func refused(sentence: String, answer: String) throws {
    let error = #expect(throws: EvaluationError.self) {
      try WinoGrande.task.document(of: row(sentence, answer: answer))
    }
    #expect(error?.code == .invalidDocument)
  }

  @Test("Likelihoods are those of each prompt asked by itself, for any number of threads")
  func likelihoods() throws {
    var settings = EvaluationSettings()
    settings.fewShotCount = 1
    let input = try input(Self.sentences, pool: ["five men and _ sing.", "the _ is open."])
    let samples = try evaluator(settings).run(benchmark, inputs: [input]).tasks[0].samples
    let tokenizer = try TinyModel.tokenizer()
    let encoder = RequestEncoder(tokenizer: tokenizer, vocabularySize: 280, maximumLength: 512)
    let engine = InferenceEngine(model: TinyModel.model(), threads: 1)
    for (sample, document) in zip(samples, input.documents) {
      guard case .blank(let choices, let prompts, let rest, let delimiter) = sample.response,
        case .blank(let texts, _, let expected) = document.answer
      else {
        Issue.record("A blank is filled.")
        continue
      }
      #expect(choices.map(\.text) == texts && rest == expected && delimiter == " ")
      #expect(sample.prompt == prompts[0] && prompts[0] != prompts[1])
      #expect(zip(prompts, texts).allSatisfy { $0.hasSuffix($1) })
      for (prompt, choice) in zip(prompts, choices) {
        let request = try encoder.scoringRequests(context: prompt, continuations: [" " + rest])
        let score = try engine.score([request.requests])[0][0]
        #expect(score.logLikelihood.bitPattern == choice.logLikelihood.bitPattern)
      }
      #expect(choices[0].logLikelihood != choices[1].logLikelihood)
    }
    for threads in 2...3 {
      let again = try evaluator(settings, threads: threads).run(benchmark, inputs: [input])
      #expect(again.tasks[0].samples.map(\.jsonLine) == samples.map(\.jsonLine))
    }
  }

  @Test("Its samples go through JSON and are gone on from; damaged ones are errors")
  func samples() throws {
    let input = try input(Self.sentences)
    let whole = try evaluator().run(benchmark, inputs: [input])
    let samples = whole.tasks[0].samples
    #expect(
      samples[1].jsonLine.hasPrefix(
        #"{"task":"winogrande","document":1,"prompt":"the man","target":"1","prompts":["the man","a door"],"delimiter":" ","rest":"has five apples","choices":[{"text":"the man","log_likelihood":"#
      ))
    for sample in samples {
      let read = try SampleResult(jsonLine: sample.jsonLine.utf8)
      #expect(read == sample && read.question == sample.question)
      #expect(try read.rescored(by: WinoGrande.task) == sample)
      #expect(throws: EvaluationError.self) { try read.rescored(by: ARCChallenge.task) }
    }
    #expect(
      try evaluator().run(benchmark, inputs: [input], finished: Array(samples.prefix(2))) == whole)
    let changes = [
      (#""prompts":["the man","#, #""prompts":["#), (#""rest":"has five apples","#, ""),
      (#""prompts":["#, #""prompt_list":["#), (#""prompt":"the man""#, #""prompt":"the boy""#),
    ]
    for (part, change) in changes {
      let line = PythonText.replacing(part, in: samples[1].jsonLine, with: change)
      #expect(line != samples[1].jsonLine)
      if change.isEmpty {
        // Without the rest it is a sample of another kind, which the task does not take.
        let other = try SampleResult(jsonLine: line.utf8)
        #expect(throws: EvaluationError.self) { try other.rescored(by: WinoGrande.task) }
      } else {
        #expect(throws: EvaluationError.self) { try SampleResult(jsonLine: line.utf8) }
      }
    }
  }

  @Test("A question that differs in one prompt, the choices or the rest is another one")
  func differences() throws {
    let sample = try evaluator().run(benchmark, inputs: [try input(Self.sentences)])
      .tasks[0].samples[0]
    let line = sample.jsonLine
    let changes = [
      (#"a door"],"delimiter""#, #"a Door"],"delimiter""#, ["prompt"]),
      (#""rest":"knocks.""#, #""rest":"knocks""#, ["choices"]),
      (#""delimiter":" ""#, #""delimiter":"""#, ["choices"]),
    ]
    for (part, change, names) in changes {
      let other = try SampleResult(
        jsonLine: PythonText.replacing(part, in: line, with: change).utf8)
      #expect(sample.question.differences(from: other.question) == names)
    }
  }

  @Test(
    "A blank at the end is scored by the whitespace after it",
    arguments: [nil, ChatTemplate.gemma3])
  func emptyRest(template: ChatTemplate?) throws {
    var settings = EvaluationSettings()
    settings.chatTemplate = template
    let input = try input(["the man sees _"])
    let sample = try evaluator(settings).run(benchmark, inputs: [input]).tasks[0].samples[0]
    let choices = sample.response.choices
    #expect(choices.count == 2 && choices.allSatisfy { $0.logLikelihood < 0 })
    #expect(choices[0].logLikelihood != choices[1].logLikelihood)
  }

  @Test("The longest of its prompts says how many tokens were lost")
  func truncation() throws {
    let long = String(repeating: "the door opens and ", count: 20)
    let document = try WinoGrande.task.document(
      of: row(long + "_ sings.", options: ["the man", "the man with many many apples"]))
    let input = TaskInput(task: WinoGrande.task, documents: [document], fewShotPool: [])
    let sample = try evaluator(positions: 32).run(benchmark, inputs: [input]).tasks[0].samples[0]
    let encoder = RequestEncoder(
      tokenizer: try TinyModel.tokenizer(), vocabularySize: 280, maximumLength: 32)
    guard case .blank(_, let prompts, _, _) = sample.response else {
      Issue.record("A blank is filled.")
      return
    }
    let lost = try prompts.map {
      try encoder.scoringRequests(context: $0, continuations: [" sings."]).truncatedTokens
    }
    #expect(lost[1] > lost[0] && lost[0] > 0 && sample.truncatedTokens == lost[1])
  }
}
