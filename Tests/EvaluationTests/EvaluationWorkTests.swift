import LanguageModels
import Tensors
import Testing

@testable import Evaluation
@testable import Scoring

@Suite("How much an evaluation is") struct EvaluationWorkTests {
  private func work(
    _ inputs: [TaskInput], sample: Int, settings: EvaluationSettings = EvaluationSettings()
  ) throws -> EvaluationWork {
    try EvaluationWork(
      of: inputs, sample: sample, model: TinyModel.model().configuration,
      tokenizer: TinyModel.tokenizer(), settings: settings)
  }

  private func choices(_ count: Int) throws -> TaskInput {
    TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(count), fewShotPool: [])
  }

  @Test("A sample of all documents counts just what is computed, a smaller one about as much")
  func scoring() throws {
    let input = try choices(43)
    var rows: [Int] = []
    var outputs = 0
    let evaluator = Evaluator(
      weights: InferenceWeights(TinyModel.model()), tokenizer: try TinyModel.tokenizer(),
      settings: EvaluationSettings(), threads: 2,
      observer: { operation, tensor in
        if operation == .embedding { rows.append(tensor.rows) }
        if operation == .logits { outputs += tensor.rows }
      })
    _ = try evaluator.run(Benchmark(ARCChallenge.task), inputs: [input])
    let all = try work([input], sample: 43)
    #expect(all.tokens == Double(rows.reduce(0, +)) && all.outputs == Double(outputs))
    #expect(all.generations == 0 && all.generated == 0 && all.longest >= all.length)
    for sample in [8, 20] {
      let some = try work([input], sample: sample)
      #expect(abs(some.tokens / all.tokens - 1) < 0.3 && abs(some.outputs / all.outputs - 1) < 0.3)
    }
  }

  @Test("Answers count with their usual length, and no longer than they may be")
  func generation() throws {
    let input = TaskInput(
      task: GSM8K.task, documents: try TinyModel.textDocuments(9),
      fewShotPool: try TinyModel.textDocuments(9))
    var settings = EvaluationSettings()
    settings.fewShotCount = 1
    settings.maximumNewTokens = 12
    let short = try work([input], sample: 64, settings: settings)
    #expect(short.generations == 9 && short.generated == 9 * 12 && short.outputs == 9)
    settings.maximumNewTokens = 200
    let long = try work([input], sample: 64, settings: settings)
    #expect(long.generated == 9 * Double(GSM8K.task.typicalTokens.answer))
    #expect(long.longest == short.longest + 188 && long.tokens == short.tokens)
  }

  @Test("The work of several tasks is their sum, and that of none is none")
  func sums() throws {
    let (a, b) = (try choices(3), try choices(5))
    let sum = try work([a, b], sample: 64)
    let parts = [try work([a], sample: 64), try work([b], sample: 64)]
    #expect(sum.tokens == parts[0].tokens + parts[1].tokens)
    #expect(sum.longest == max(parts[0].longest, parts[1].longest))
    #expect(try work([], sample: 64) == EvaluationWork())
  }
}
