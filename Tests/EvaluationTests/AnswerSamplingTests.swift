import Files
import TestSupport
import Testing

@testable import Evaluation
@testable import LanguageModels
@testable import Scoring

/// Several answers to each document.
@Suite("Answers that are drawn")
struct AnswerSamplingTests {
  private let gsm8k = Benchmark(GSM8K.task)
  private static let drawn = AnswerSampling(count: 4, temperature: 0.9, topP: 0.95, seed: 7)

  private func settings(_ sampling: AnswerSampling?, length: Int = 40) -> EvaluationSettings {
    var settings = EvaluationSettings()
    settings.sampling = sampling
    settings.maximumNewTokens = length
    return settings
  }

  private func inputs(_ count: Int = 9) throws -> [TaskInput] {
    [
      TaskInput(
        task: GSM8K.task, documents: try TinyModel.textDocuments(count),
        fewShotPool: try TinyModel.textDocuments(9))
    ]
  }

  private func evaluator(
    _ settings: EvaluationSettings, threads: Int = 1,
    limits: InferenceEngine.PassLimits = InferenceEngine.PassLimits(),
    order: DocumentOrder = .longestFirst
  ) throws -> Evaluator {
    Evaluator(
      weights: InferenceWeights(TinyModel.model()), tokenizer: try TinyModel.tokenizer(),
      settings: settings, threads: threads, limits: limits, order: order)
  }

  private func samples(_ settings: EvaluationSettings) throws -> [SampleResult] {
    try evaluator(settings).run(gsm8k, inputs: inputs()).tasks[0].samples
  }

  private func generations(_ samples: [SampleResult]) -> [SampleResult.Generation] {
    samples.compactMap { sample in
      if case .generation(let generation) = sample.response { generation } else { nil }
    }
  }

  @Test("have numbers of their own, which follow from seed, task and document")
  func keys() {
    // hashlib's SHA-256 of "replicate/answers/1\n0\ngsm8k\n0" and so on.
    func key(_ seed: UInt64, _ document: Int) -> UInt64 {
      AnswerSampling(count: 1, temperature: 1, seed: seed).key(task: "gsm8k", document: document)
    }
    #expect(key(0, 0) == 0x7A51_EB95_A5BE_5030 && key(7, 1318) == 0x0E4A_FF69_8FEB_36A1)
    #expect(Set([key(0, 0), key(0, 1), key(1, 0), key(1, 1)]).count == 4)
  }

  @Test("are the same for any number of threads, any passes and any order")
  func passes() throws {
    let settings = settings(Self.drawn)
    let expected = try samples(settings).map(\.jsonLine)
    #expect(Set(generations(try samples(settings)).flatMap(\.texts)).count > 30)
    for (threads, rows, sequences) in [(2, 2048, 32), (3, 40, 5), (1, 1, 1), (2, 100, 256)] {
      let evaluator = try evaluator(
        settings, threads: threads,
        limits: InferenceEngine.PassLimits(rows: rows, sequences: sequences),
        order: .shuffled(seed: UInt32(rows)))
      let found = try evaluator.run(gsm8k, inputs: inputs())
      #expect(found.tasks[0].samples.map(\.jsonLine) == expected)
    }
  }

  @Test("do not depend on how many others there are, of the document or at all")
  func independence() throws {
    let all = generations(try samples(settings(Self.drawn)))
    let two = generations(try samples(settings(Self.drawn.limited(to: 2))))
    #expect(two.map(\.texts) == all.map { Array($0.texts.prefix(2)) })
    #expect(two.map(\.areCutOff) == all.map { Array($0.areCutOff.prefix(2)) })
    let some = try evaluator(settings(Self.drawn)).samples(of: inputs(), at: [[2, 7]])
    #expect(generations(some[0]) == [all[2], all[7]])
    let reseeded = AnswerSampling(count: 4, temperature: 0.9, topP: 0.95, seed: 8)
    #expect(generations(try samples(settings(reseeded))).map(\.texts) != all.map(\.texts))
  }

  @Test("go on from recorded samples to what an evaluation gives that was never interrupted")
  func resuming() throws {
    let evaluator = try evaluator(settings(Self.drawn))
    let whole = try evaluator.run(gsm8k, inputs: inputs())
    let lines = try whole.tasks[0].samples.prefix(5).map {
      try SampleResult(jsonLine: $0.jsonLine.utf8)
    }
    var recorded = 0
    let resumed = try evaluator.run(
      gsm8k, inputs: inputs(), finished: lines, record: { _ in recorded += 1 })
    #expect(resumed == whole && recorded == 4)
    // Samples of other draws answer another question.
    let other = try self.evaluator(settings(Self.drawn.limited(to: 3)))
    let error = #expect(throws: EvaluationError.self) {
      try other.run(gsm8k, inputs: inputs(), finished: lines)
    }
    #expect(error?.code == .invalidSample)
  }

  @Test("say which of them were cut off, and a longer limit leaves the others as they are")
  func cutOff() throws {
    let short = generations(try samples(settings(Self.drawn, length: 40)))
    let long = generations(try samples(settings(Self.drawn, length: 120)))
    var counts = [false: 0, true: 0]
    for (one, other) in zip(short, long) {
      for answer in 0..<4 {
        counts[one.areCutOff[answer], default: 0] += 1
        let isSame = one.texts[answer] == other.texts[answer]
        #expect(isSame != one.areCutOff[answer])
      }
    }
    #expect(counts.values.allSatisfy { $0 > 2 }, "\(counts)")
  }

  @Test("are what they are without, at temperature 0, with what became of them")
  func greedy() throws {
    let plain = try samples(settings(nil))
    let greedy = try samples(settings(.greedy))
    #expect(generations(greedy).map(\.texts) == generations(plain).map(\.texts))
    #expect(generations(plain).allSatisfy { $0.areCutOff.isEmpty && $0.sampling == nil })
    #expect(generations(greedy).allSatisfy { $0.areCutOff.count == 1 })
    #expect(greedy.map { $0.scores.map(\.values) } == plain.map { $0.scores.map(\.values) })
  }

  @Test("of choices there are none: they are scored as ever")
  func choices() throws {
    let input = TaskInput(
      task: ARCChallenge.task, documents: try TinyModel.choiceDocuments(3), fewShotPool: [])
    func lines(_ sampling: AnswerSampling?) throws -> [String] {
      try evaluator(settings(sampling)).run(Benchmark(ARCChallenge.task), inputs: [input]).tasks[0]
        .samples.map(\.jsonLine)
    }
    #expect(try lines(Self.drawn) == lines(nil))
  }

  @Test("count in estimates: each is generated, and only the last token of a prompt computed again")
  func work() throws {
    func work(_ sampling: AnswerSampling?) throws -> EvaluationWork {
      try EvaluationWork(
        of: inputs(), sample: 4, model: TinyModel.model().configuration,
        tokenizer: TinyModel.tokenizer(), settings: settings(sampling))
    }
    let (one, four) = (try work(nil), try work(Self.drawn))
    #expect(four.generations == 4 * one.generations && four.generated == 4 * one.generated)
    #expect(four.outputs == 4 * one.outputs && four.tokens == one.tokens + 3 * 9)
  }
}
