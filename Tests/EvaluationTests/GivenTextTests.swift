import Files
import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

@Suite("Given texts")
struct GivenTextTests {
  private static let texts = [
    "the door is open", "a man has many apples and a door", "five",
    "the man, the door; five apples",
  ]

  private func general(_ texts: [String]) throws -> TaskInput {
    TaskInput(
      task: GivenText.general,
      documents: try texts.map { try GivenText.general.document(of: TaskRow(["text": .text($0)])) },
      fewShotPool: [])
  }

  /// The tiny model with every weight a little larger.
  private func grown() -> LanguageModel {
    let model = TinyModel.model()
    for index in 0..<model.parameters.count { model.parameters.pointer[index] *= 1.05 }
    return model
  }

  private func evaluate(
    _ input: TaskInput, model: LanguageModel, base: LanguageModel? = nil,
    baseStates: ReferenceStates? = nil, threads: Int = 1, rows: Int = 2048
  ) throws -> TaskResult {
    let evaluator = try Evaluator(
      weights: InferenceWeights(model), base: base.map { InferenceWeights($0) },
      baseStates: baseStates, tokenizer: TinyModel.tokenizer(), settings: EvaluationSettings(),
      threads: threads, limits: InferenceEngine.PassLimits(rows: rows))
    return try evaluator.run(Benchmark(input.task), inputs: [input]).tasks[0]
  }

  @Test("A text is scored from its first token on, and documents count by their lengths")
  func values() throws {
    let result = try evaluate(general(Self.texts), model: TinyModel.model())
    let tokenizer = try TinyModel.tokenizer()
    var (nats, tokens, bytes) = (0.0, 0, 0)
    for (text, sample) in zip(Self.texts, result.samples) {
      guard case .passage(let passage, "") = sample.response else {
        Issue.record("The response is of another kind.")
        return
      }
      #expect(sample.prompt.isEmpty && sample.target == text)
      #expect(passage.choice.text == text)
      // The begin-of-sequence token predicts the first one and is not predicted.
      #expect(passage.tokenCount == tokenizer.encode(text).count)
      #expect(passage.divergence == 0)
      nats -= passage.choice.logLikelihood
      tokens += passage.tokenCount
      bytes += text.utf8.count
    }
    #expect(
      result.metrics.map(\.key) == [
        "nats_per_token,none", "bits_per_byte,none", "kl_from_base,none",
      ])
    #expect(abs(result.metrics[0].value - nats / Double(tokens)) < 1e-12)
    #expect(abs(result.metrics[1].value - nats / Double(bytes) / 0.693_147_180_559_945_3) < 1e-12)
    #expect(result.metrics[2].value == 0)
    #expect(result.headline?.key == "kl_from_base,none")
    #expect(try #require(result.metrics[0].standardError) > 0)
  }

  @Test("A model that moved has a divergence from its base, the same for any threads and passes")
  func divergence() throws {
    let (model, base) = (grown(), TinyModel.model())
    let result = try evaluate(general(Self.texts), model: model, base: base)
    let divergences = result.samples.map { sample in
      if case .passage(let passage, _) = sample.response { passage.divergence } else { 0.0 }
    }
    #expect(divergences.allSatisfy { $0 > 1e-4 })
    let tokens = result.samples.map { $0.weight(of: .divergenceFromBase) }
    let mean = divergences.reduce(0, +) / tokens.reduce(0, +)
    #expect(abs(result.metrics[2].value - mean) < 1e-12)
    for (threads, rows) in [(1, 3), (2, 2048), (3, 5)] {
      let again = try evaluate(
        general(Self.texts), model: model, base: base, threads: threads, rows: rows)
      #expect(again.samples == result.samples)
    }
  }

  @Test("What the base gave is remembered, with the same bits and only for the same texts")
  func remembered() throws {
    let (model, base, states) = (grown(), TinyModel.model(), ReferenceStates())
    let (texts, others) = (try general(Self.texts), try general(["an open door"]))
    let known = try evaluate(texts, model: model, base: base)
    let first = try evaluate(texts, model: model, base: base, baseStates: states)
    let unknown = try evaluate(others, model: model, base: base)
    // A base that would give something else now, up to the head.
    let weight = try #require(base.layout.entries.first { $0.name.contains("down_proj") })
    base.parameters.pointer[weight.offset] += 1
    for rows in [2048, 3] {
      let again = try evaluate(texts, model: model, base: base, baseStates: states, rows: rows)
      #expect(again.samples == known.samples && first.samples == known.samples)
    }
    let changed = try evaluate(others, model: model, base: base, baseStates: states)
    #expect(changed.samples != unknown.samples)
  }

  @Test("A line keeps every bit of a passage, and one that disagrees with itself is refused")
  func lines() throws {
    let result = try evaluate(general(Self.texts), model: grown(), base: TinyModel.model())
    for sample in result.samples {
      let line = sample.jsonLine
      #expect(try SampleResult(jsonLine: line.utf8) == sample)
      #expect(try sample.rescored(by: GivenText.general) == sample)
      for (old, new) in [
        (#""tokens":"#, #""tokens":-"#), (#""kl_from_base":"#, #""kl_from_base":1"#),
        (#""log_likelihood":-"#, #""log_likelihood":-1"#),
        (#""passage":{"#, #""passage":{"x":1},"y":{"#),
      ] {
        let changed = PythonText.replacing(old, in: line, with: new)
        #expect(changed != line)
        #expect(throws: EvaluationError.self) { try SampleResult(jsonLine: changed.utf8) }
      }
    }
  }

  @Test("An answer is scored after its question, without and with a chat template")
  func target() throws {
    let row = TaskRow(["user": .text("the door"), "assistant": .text("five apples")])
    let input = TaskInput(
      task: GivenText.target, documents: [try GivenText.target.document(of: row)], fewShotPool: [])
    let plain = try evaluate(input, model: TinyModel.model()).samples[0]
    #expect(plain.prompt == "the door")
    guard case .passage(let passage, let delimiter) = plain.response else {
      Issue.record("The response is of another kind.")
      return
    }
    #expect(delimiter == " " && passage.choice.text == "five apples")
    #expect(plain.scores[0].values[0] == -passage.choice.logLikelihood / Double(passage.tokenCount))
  }

  @Test("A reference solution is scored after its question, as few-shot examples show it")
  func solutions() throws {
    let rows: [(EvaluationTask, TaskRow)] = [
      (
        GivenText.gsm8kSolutions,
        TaskRow(["question": .text("the door"), "answer": .text("five\n#### 5")])
      ),
      (
        GivenText.aime24Solutions,
        TaskRow(["question": .text("the door"), "solution": .text("five\n#### 5")])
      ),
    ]
    for (task, row) in rows {
      let input = TaskInput(
        task: task, documents: [try task.document(of: row)], fewShotPool: [])
      let sample = try evaluate(input, model: grown(), base: TinyModel.model()).samples[0]
      #expect(sample.prompt == "Question: the door\nAnswer:")
      guard case .passage(let passage, " ") = sample.response else {
        Issue.record("The response is of another kind.")
        return
      }
      #expect(passage.choice.text == "five\n#### 5" && passage.divergence > 0)
      let bits = -passage.choice.logLikelihood / 0.693_147_180_559_945_3 / 11
      #expect(abs(sample.scores[1].values[0] - bits) < 1e-12)
      #expect(task.headlineKey == "bits_per_byte,none" && task.needsBase)
    }
    #expect(GivenText.gsm8kSolutions.documentCount == 1319)
    #expect(GSM8K.task.columns == GivenText.gsm8kSolutions.columns)
  }

  @Test("An empty text, which has nothing to be scored, is refused")
  func empty() throws {
    #expect(throws: EvaluationError.self) {
      try evaluate(general(["five", ""]), model: TinyModel.model())
    }
  }
}
