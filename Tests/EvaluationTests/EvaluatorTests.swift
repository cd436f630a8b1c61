import Files
import Tensors
import Testing
import Tokenizers

@testable import Evaluation
@testable import LanguageModels
@testable import Scoring

struct EvaluatorTests {
  private func evaluate(
    _ benchmark: Benchmark, _ inputs: [TaskInput], model: LanguageModel = TinyModel.model(),
    settings: EvaluationSettings = EvaluationSettings(), threads: Int = 1,
    progress: (Evaluator.Progress) -> Void = { _ in }
  ) throws -> BenchmarkResult {
    try Evaluator(
      weights: InferenceWeights(model), tokenizer: TinyModel.tokenizer(), settings: settings,
      threads: threads
    ).run(benchmark, inputs: inputs, progress: progress)
  }

  private func lines(_ result: BenchmarkResult) -> [String] {
    result.tasks.flatMap { $0.samples.map(\.jsonLine) }
  }

  private let arc = Benchmark(ARCChallenge.task)
  private let gsm8k = Benchmark(GSM8K.task)

  @Test("Samples have the same bytes for one, two and three threads")
  func threads() throws {
    let choices = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(23), fewShotPool: [])
    let texts = TaskInput(
      task: GSM8K.task, documents: try TinyModel.textDocuments(9),
      fewShotPool: try TinyModel.textDocuments(9))
    var settings = EvaluationSettings()
    settings.maximumNewTokens = 12
    let scored = try evaluate(arc, [choices])
    let generated = try evaluate(gsm8k, [texts], settings: settings)
    #expect(scored.tasks[0].samples.map(\.documentIndex) == Array(0..<23))
    for threads in 2...3 {
      #expect(try lines(evaluate(arc, [choices], threads: threads)) == lines(scored))
      #expect(
        try lines(evaluate(gsm8k, [texts], settings: settings, threads: threads))
          == lines(generated))
    }
  }

  @Test("A document's sample does not depend on what else is evaluated")
  func independence() throws {
    let documents = try TinyModel.choiceDocuments(12)
    let all = try evaluate(
      arc, [TaskInput(task: ARCChallenge.task, documents: documents, fewShotPool: [])])
    let chosen = [7, 2, 11]
    let some = try evaluate(
      arc,
      [
        TaskInput(
          task: ARCChallenge.task, documents: chosen.map { documents[$0] },
          documentIndices: chosen, fewShotPool: [])
      ])
    #expect(lines(some) == chosen.map { lines(all)[$0] })
  }

  @Test("What generation_config.json sets is applied to texts or refused, and nothing to choices")
  func generationRules() throws {
    let choices = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(2), fewShotPool: [])
    let texts = TaskInput(
      task: GSM8K.task, documents: try TinyModel.textDocuments(2),
      fewShotPool: try TinyModel.textDocuments(9))
    func model(_ rules: JSON) throws -> LanguageModel {
      let plain = TinyModel.model()
      var configuration = plain.configuration
      configuration.generation = GenerationRules(
        try JSONFields(JSONField(rules, source: "generation_config.json")))
      let model = LanguageModel(configuration: configuration)
      model.parameters.pointer.update(
        from: plain.parameters.pointer, count: plain.parameters.count)
      return model
    }
    var settings = EvaluationSettings()
    settings.maximumNewTokens = 12
    settings.fewShotCount = 2
    let beams = try model(["num_beams": 4])
    #expect(try lines(evaluate(arc, [choices], model: beams)) == lines(evaluate(arc, [choices])))
    let error = #expect(throws: EvaluationError.self) {
      try evaluate(gsm8k, [texts], model: beams, settings: settings)
    }
    #expect(error?.message.contains("sets num_beams 4; texts, as gsm8k asks for") == true)
    let plain = try evaluate(gsm8k, [texts], settings: settings)
    let penalised = try evaluate(
      gsm8k, [texts], model: model(["repetition_penalty": 2.5]), settings: settings)
    #expect(lines(penalised) != lines(plain))
    let longer = try model(["max_new_tokens": 500])
    #expect(throws: EvaluationError.self) {
      try evaluate(gsm8k, [texts], model: longer, settings: settings)
    }
  }

  @Test("A generation is at most as long as asked, and stops before the end token")
  func generation() throws {
    var settings = EvaluationSettings()
    settings.fewShotCount = 0
    settings.maximumNewTokens = 5
    let input = TaskInput(
      task: GSM8K.task, documents: try TinyModel.textDocuments(4), fewShotPool: [])
    let result = try evaluate(gsm8k, [input], settings: settings)
    let tokenizer = try TinyModel.tokenizer()
    for sample in result.tasks[0].samples {
      guard case .generation(let generation) = sample.response else {
        Issue.record("A word problem is answered by a text.")
        continue
      }
      #expect(tokenizer.encode(generation.texts[0]).count <= 5 * 4)
      #expect(generation.stopStrings.last == "<eos>")
      #expect(generation.maximumNewTokens == 5 && generation.sampling == nil)
    }
    #expect(
      result.tasks[0].metrics.map(\.key)
        == ["exact_match,strict-match", "exact_match,flexible-extract"])
  }

  @Test("Progress grows to the number of documents")
  func progress() throws {
    let input = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(40), fewShotPool: [])
    var reports: [Evaluator.Progress] = []
    _ = try evaluate(arc, [input]) { reports.append($0) }
    #expect(reports.allSatisfy { $0.total == 40 })
    #expect(reports.map(\.completed) == reports.map(\.completed).sorted())
    #expect(reports.first?.completed == 0)
    #expect(reports.last?.completed == 40)
  }

  @Test("Documents that are too long are truncated on the left, and say so")
  func truncation() throws {
    let input = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(5), fewShotPool: [])
    let result = try evaluate(arc, [input], model: TinyModel.model(maximumPositions: 24))
    let truncated = result.tasks[0].samples.map(\.truncatedTokens)
    #expect(truncated.contains { $0 > 0 })
    #expect(try lines(evaluate(arc, [input])) != lines(result))
  }

  @Test("Weights that are not numbers are an error, not a score")
  func damagedWeights() throws {
    let model = TinyModel.model()
    model.parameters.pointer[model.parameters.count - 1] = .nan
    let input = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(1), fewShotPool: [])
    let error = #expect(throws: EvaluationError.self) {
      try evaluate(arc, [input], model: model)
    }
    #expect(error?.code == .nonFiniteScore)
  }

  @Test("Tokens that the model does not know and documents of another task are refused")
  func mismatches() throws {
    let input = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(1), fewShotPool: [])
    let error = #expect(throws: EvaluationError.self) {
      try evaluate(arc, [input], model: TinyModel.model(vocabularySize: 100))
    }
    #expect(error?.code == .invalidRequest)
    let strangers = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.textDocuments(1), fewShotPool: [])
    let mismatch = #expect(throws: EvaluationError.self) { try evaluate(arc, [strangers]) }
    #expect(mismatch?.code == .invalidDocument)
  }

  @Test("An evaluation that goes on from recorded samples ends as one that was never interrupted")
  func resuming() throws {
    let choices = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(9), fewShotPool: [])
    let evaluator = Evaluator(
      weights: InferenceWeights(TinyModel.model()), tokenizer: try TinyModel.tokenizer(),
      settings: EvaluationSettings(), threads: 1)
    var recorded: [SampleResult] = []
    let whole = try evaluator.run(arc, inputs: [choices], record: { recorded.append($0) })
    #expect(recorded.count == 9)
    for kept in [0, 4, 9] {
      var added = 0
      var steps: [Int] = []
      let resumed = try evaluator.run(
        arc, inputs: [choices], finished: Array(recorded.prefix(kept)), record: { _ in added += 1 },
        progress: { steps.append($0.completed) })
      #expect(resumed == whole)
      #expect(added == 9 - kept)
      #expect(steps == Array(kept...9))
    }
  }

  @Test("Samples of other prompts or tasks are not gone on from")
  func foreignSamples() throws {
    let choices = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(3), fewShotPool: [])
    let swapped = TaskInput(
      task: ARCChallenge.task, documents: choices.documents.reversed(), fewShotPool: [])
    let evaluator = Evaluator(
      weights: InferenceWeights(TinyModel.model()), tokenizer: try TinyModel.tokenizer(),
      settings: EvaluationSettings(), threads: 1)
    let samples = try evaluator.run(arc, inputs: [choices]).tasks[0].samples
    for inputs in [[swapped], []] {
      let error = #expect(throws: EvaluationError.self) {
        try evaluator.run(arc, inputs: inputs, finished: samples)
      }
      #expect(error?.code == .invalidSample)
    }
  }

  @Test(
    "An empty choice is scored by the whitespace before it", arguments: [nil, ChatTemplate.gemma3])
  func emptyChoice(template: ChatTemplate?) throws {
    let document = try TestDocument.arc(
      question: "the door", choices: ["five", ""], labels: ["A", "B"], answerKey: "A")
    let input = TaskInput(task: ARCChallenge.task, documents: [document], fewShotPool: [])
    var settings = EvaluationSettings()
    settings.chatTemplate = template
    let sample = try evaluate(arc, [input], settings: settings).tasks[0].samples[0]
    guard case .choices(let choices, _) = sample.response else {
      Issue.record("ARC's answers are choices.")
      return
    }
    #expect(choices[1].text.isEmpty && choices[1].logLikelihood < 0)
    // Its likelihood a code point is minus infinity.
    #expect(sample.scores[1].value == 1)
  }
}
