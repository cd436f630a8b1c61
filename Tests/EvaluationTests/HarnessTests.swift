import Files
import Foundation
import LanguageModels
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

/// Document by document against recorded runs of lm-evaluation-harness.
@Suite(.enabled(if: HarnessRun.shared != nil, "needs the folder that REPLICATE_SHARED names"))
struct HarnessTests {
  @Test("Prompts and continuations are byte-identical", arguments: HarnessRun.all)
  func prompts(_ run: HarnessRun) throws {
    var compared = 0
    for input in try HarnessRun.benchmarks.flatMap(run.inputs) {
      let task = input.task
      let samples = try run.samples(task)
      let builder = PromptBuilder(task: task, settings: .with(run.chatTemplate))
      var sampler = try FewShotSampler(
        task: task, pool: input.fewShotPool, count: run.fewShotCount ?? task.fewShotCount,
        seed: 1234)
      #expect(samples.count == input.documents.count * task.filters.count)
      for (index, document) in input.documents.enumerated() {
        let prompt = try builder.prompts(for: document, examples: sampler.next(for: document))[0]
        let recorded = samples[index]
        #expect(recorded.docId == index)
        #expect(document.target.utf8.elementsEqual(recorded.target.utf8))
        let requests = recorded.requests
        #expect(requests.allSatisfy { $0.arg0.utf8.elementsEqual(prompt.utf8) })
        if case .choice(let choices, _) = document.answer {
          let texts = choices.map { builder.choiceDelimiter + $0 }
          #expect(texts.count == requests.count)
          for (text, request) in zip(texts, requests) {
            guard case .text(let continuation) = request.arg1 else { continue }
            #expect(text.utf8.elementsEqual(continuation.utf8))
            compared += 1
          }
        } else if case .until(let stops) = try #require(requests.first).arg1,
          case .generation(let stopStrings, _) = task.output
        {
          #expect(stops == stopStrings)
          compared += 1
        }
      }
    }
    #expect(compared == run.requestCount)
  }

  @Test("Token ids of contexts, continuations and prompts are identical", arguments: HarnessRun.all)
  func tokens(_ run: HarnessRun) throws {
    let loaded = try run.loadedModel()
    let encoder = RequestEncoder(
      tokenizer: loaded.tokenizer, vocabularySize: loaded.model.configuration.vocabularySize,
      maximumLength: loaded.model.configuration.maximumPositions)
    for recorded in try run.tokenizedRequests() {
      if let continuation = recorded.continuation {
        let request = try #require(
          try encoder.scoringRequests(context: recorded.context, continuations: [continuation])
            .requests.first)
        let expected = try #require(recorded.continuationEnc)
        #expect(request.tokens == recorded.contextEnc + expected)
        #expect(request.continuationCount == expected.count)
      } else {
        let prompt = try encoder.generationPrompt(recorded.context, maximumNewTokens: 256)
        #expect(prompt.tokens == recorded.contextEnc)
      }
    }
  }

  @Test("Rescoring every recorded response gives every recorded score", arguments: HarnessRun.all)
  func rescoring(_ run: HarnessRun) throws {
    for benchmark in HarnessRun.benchmarks {
      let results = try run.inputs(benchmark).map { input in
        let task = input.task
        let recorded = try run.samples(task)
        let count = input.documents.count
        let samples = try input.documents.indices.map { index in
          let sample = try SampleResult(
            task: task, documentIndex: index, prompt: recorded[index].requests[0].arg0,
            target: recorded[index].target,
            response: response(recorded[index], document: input.documents[index]),
            truncatedTokens: 0)
          for (filter, name) in task.filters.enumerated() {
            let line = recorded[filter * count + index]
            #expect(line.filter == name.rawValue)
            for score in sample.scores where score.filter == name {
              #expect(line.value(of: score.metric) == score.value)
            }
            if let answer = sample.answers.first(where: { $0.filter == name }),
              case .text(let text) = line.filteredResps[0]
            {
              #expect(answer.texts[0].utf8.elementsEqual(text.utf8))
            }
          }
          return sample
        }
        return try TaskResult(task: task, samples: samples)
      }
      try compare(BenchmarkResult(benchmark, tasks: results), with: run)
    }
  }

  @Test("The model's scores, generations and metrics are the harness's", arguments: HarnessRun.all)
  func evaluation(_ run: HarnessRun) throws {
    let loaded = try run.loadedModel()
    let evaluator = Evaluator(
      weights: InferenceWeights(loaded.model), tokenizer: loaded.tokenizer,
      settings: run.settings, threads: 2)
    var compared = 0
    for benchmark in HarnessRun.benchmarks {
      let inputs = try run.inputs(benchmark)
      let result = try evaluator.run(benchmark, inputs: inputs)
      for task in result.tasks {
        let recorded = try run.samples(task.task)
        #expect(recorded.count == task.samples.count * task.task.filters.count)
        compared += task.samples.count
        #expect(task.samples.map(\.documentIndex) == Array(0..<task.samples.count))
        for (sample, line) in zip(task.samples, recorded) {
          #expect(sample.truncatedTokens == 0)
          switch sample.response {
          case .choices(let choices, _), .blank(let choices, _, _, _):
            #expect(choices.count == line.resps.count)
            for (choice, response) in zip(choices, line.resps) {
              guard case .score(let logLikelihood, let isGreedy) = response[0] else {
                Issue.record("A choice of the oracle has no score.")
                continue
              }
              #expect(abs(choice.logLikelihood - logLikelihood) < 1e-3)
              #expect(choice.isGreedy == isGreedy)
            }
          case .passage: Issue.record("The oracle was asked no passage.")
          case .generation(let generation):
            let text = generation.texts[0]
            guard case .text(let expected) = line.resps[0][0] else {
              Issue.record("A generation of the oracle has no text.")
              continue
            }
            #expect(
              text.utf8.elementsEqual(expected.utf8),
              "document \(sample.documentIndex): \(text.debugDescription) is not \(expected.debugDescription)"
            )
          }
          for score in sample.scores where score.filter.rawValue == line.filter {
            #expect(score.value == line.value(of: score.metric))
          }
        }
      }
      try compare(result, with: run)
    }
    #expect(compared == run.documentCount)
  }

  @Test("Both answer filters agree with the recorded cases, exact match included")
  func filters() throws {
    struct Case: Decodable {
      let response: String
      let gold: String
      let strict: String
      let strictEm: Double
      let flexible: String
      let flexibleEm: Double
    }
    let cases = try fixture([Case].self, "gsm8k_filters")
    for expected in cases {
      let sample = try SampleResult(
        task: GSM8K.task, documentIndex: 0, prompt: "", target: expected.gold,
        response: .generation(.init(expected.response, stopStrings: [], maximumNewTokens: 256)),
        truncatedTokens: 0)
      #expect(sample.answers.map(\.texts) == [[expected.strict], [expected.flexible]])
      #expect(sample.scores.map(\.value) == [expected.strictEm, expected.flexibleEm])
    }
  }

  @Test("HellaSwag texts and few-shot draws agree with the recorded ones")
  func recordedRules() throws {
    struct Cleaned: Decodable {
      let `in`: String
      let out: String
    }
    for expected in try fixture([Cleaned].self, "hellaswag_preprocess") {
      #expect(HellaSwag.cleaned(expected.in).utf8.elementsEqual(expected.out.utf8))
    }
    struct Draws: Decodable {
      let gsm8kTrainN7473K5First10: [[Int]]
      let arcTrainN1119K25First3: [[Int]]
      let hellaswagTrainN39905K11First3: [[Int]]
      let smallN12K5PoolBranchFirst3: [[Int]]
    }
    let draws = try fixture(Draws.self, "random_sample_1234")
    for (population, expected) in [
      (7473, draws.gsm8kTrainN7473K5First10), (1119, draws.arcTrainN1119K25First3),
      (39905, draws.hellaswagTrainN39905K11First3), (12, draws.smallN12K5PoolBranchFirst3),
    ] {
      var random = PythonRandom(seed: 1234)
      for draw in expected { #expect(random.sample(draw.count, from: population) == draw) }
    }
  }

  private func fixture<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try HarnessRun.decoder.decode(
      type, from: Data(contentsOf: HarnessRun.folder().appending(path: "fixtures/\(name).json")))
  }

  private func response(
    _ recorded: HarnessRun.Sample, document: Document
  ) throws -> SampleResult.Response {
    if case .choice(let choices, _) = document.answer {
      return .choices(
        try zip(choices, recorded.resps).map { text, response in
          guard case .score(let logLikelihood, let isGreedy) = response[0] else {
            throw EvaluationError(.invalidSample, "A choice of the oracle has no score.")
          }
          return SampleResult.ScoredChoice(
            text: text, logLikelihood: logLikelihood, isGreedy: isGreedy)
        }, delimiter: " ")
    }
    guard case .text(let text) = recorded.resps[0][0] else {
      throw EvaluationError(.invalidSample, "A generation of the oracle has no text.")
    }
    return .generation(.init(text, stopStrings: [], maximumNewTokens: 256))
  }

  /// Every mean and standard error of tasks and groups against results.json.
  private func compare(_ result: BenchmarkResult, with run: HarnessRun) throws {
    let parts =
      result.tasks.map { ($0.task.name, $0.metrics) }
      + result.groups.map { ($0.group.name, $0.metrics) }
    for (name, metrics) in parts {
      for metric in metrics {
        let error = "\(metric.metric.rawValue)_stderr,\(metric.filter.rawValue)"
        #expect(abs(metric.value - (try run.result(name, metric.key))) < 1e-12)
        #expect(abs(try #require(metric.standardError) - (try run.result(name, error))) < 1e-12)
      }
    }
  }
}
