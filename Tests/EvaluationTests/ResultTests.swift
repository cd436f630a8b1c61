import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct ResultTests {
  private func sample(_ task: EvaluationTask, _ index: Int, correct: Bool) throws -> SampleResult {
    let choices = [-1.0, -2.0].map {
      SampleResult.ScoredChoice(text: "A", logLikelihood: $0, isGreedy: false)
    }
    return try SampleResult(
      task: task, documentIndex: index, prompt: "p", target: correct ? "0" : "1",
      response: .choices(choices, delimiter: " "), truncatedTokens: 0)
  }

  @Test("Means, standard errors and pooled groups equal the reference's formulas")
  func pooling() throws {
    for expected in try PythonRules.load().pooled {
      let tasks = Array(MMLU.benchmark.tasks.prefix(expected.scores.count))
      let results = try zip(tasks, expected.scores).map { task, scores in
        try TaskResult(
          task: task,
          samples: scores.enumerated().map { try sample(task, $0, correct: $1 == 1) })
      }
      let pooled = BenchmarkResult(MMLU.benchmark, tasks: results)
      for (result, reference) in zip(pooled.tasks, expected.results) {
        let metric = try #require(result.metrics.first)
        #expect(abs(metric.value - reference[0]) < 1e-15)
        #expect(abs(try #require(metric.standardError) - reference[1]) < 1e-15)
      }
      let total = try #require(pooled.total.first)
      #expect(total.count == expected.scores.joined().count)
      #expect(abs(total.value - expected.value) < 1e-15)
      #expect(abs(try #require(total.standardError) - expected.error) < 1e-15)
    }
  }

  @Test("One document has no standard error, and neither has its group; no document has no score")
  func smallTasks() throws {
    let tasks = Array(MMLU.benchmark.tasks.prefix(3))
    let results = [
      try TaskResult(task: tasks[0], samples: [sample(tasks[0], 0, correct: true)]),
      try TaskResult(
        task: tasks[1],
        samples: [sample(tasks[1], 0, correct: true), sample(tasks[1], 1, correct: false)]),
      try TaskResult(task: tasks[2], samples: []),
    ]
    let pooled = BenchmarkResult(MMLU.benchmark, tasks: results)
    #expect(pooled.tasks.map(\.task.name) == tasks.prefix(2).map(\.name))
    #expect(pooled.groups.map(\.group.name) == ["mmlu_stem", "mmlu"])
    #expect(pooled.tasks[0].metrics.map(\.standardError) == [nil])
    #expect(pooled.total.map(\.standardError) == [nil])
    #expect(pooled.total.map(\.count) == [3])
    #expect(pooled.total.map(\.key) == ["acc,none"])
  }

  @Test("Samples of another task are not pooled")
  func strangers() throws {
    let tasks = MMLU.benchmark.tasks
    let stranger = try sample(tasks[0], 0, correct: true)
    let error = #expect(throws: EvaluationError.self) {
      try TaskResult(task: tasks[1], samples: [stranger])
    }
    #expect(error?.code == .invalidSample)
    #expect(throws: EvaluationError.self) { try stranger.rescored(by: GSM8K.task) }
  }

  @Test("Several answers count as their mean, and say what of the error comes of them")
  func answers() throws {
    let scores: [[Double]] = [[1, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 1]]
    let samples = scores.enumerated().map { index, values in
      SampleResult(
        task: "gsm8k", documentIndex: index, prompt: "", target: "",
        response: .generation(.init("", stopStrings: [], maximumNewTokens: 1)), truncatedTokens: 0,
        answers: [],
        scores: GSM8K.task.filters.map {
          SampleResult.Score(metric: .exactMatch, filter: $0, values: values)
        })
    }
    let metric = try #require(TaskResult(task: GSM8K.task, samples: samples).metrics.last)
    #expect(metric.scores == [0.75, 0, 0.5] && metric.count == 3)
    #expect((metric.value - 5.0 / 12).magnitude < 1e-15)
    // The standard deviation of the three means by √3, and √((1/4 + 0 + 1/3) / 3 / 12).
    #expect(abs(try #require(metric.standardError) - 0.2204792759220492) < 1e-15)
    #expect(abs(try #require(metric.predictionStandardError) - 0.1272937693043289) < 1e-15)
    let single = samples.map { sample in
      SampleResult(
        task: sample.task, documentIndex: sample.documentIndex, prompt: "", target: "",
        response: sample.response, truncatedTokens: 0, answers: [],
        scores: sample.scores.map {
          SampleResult.Score(metric: $0.metric, filter: $0.filter, values: [$0.values[0]])
        })
    }
    let plain = try #require(TaskResult(task: GSM8K.task, samples: single).metrics.last)
    #expect(plain.scores == [1, 0, 1] && plain.predictionStandardError == nil)
  }

  @Test("Instructions have no harness error, and one that is clustered by prompt")
  func instructions() throws {
    // The clusters and the corrected error of Miller's formula, computed by hand: 0.152145.
    let prompts: [[Double]] = [[1, 1, 0], [0, 0, 1, 0], [1, 1], [0, 1, 0]]
    let samples = prompts.enumerated().map { index, values in
      SampleResult(
        task: "ifeval", documentIndex: index, prompt: "", target: "",
        response: .generation(.init("", stopStrings: [], maximumNewTokens: 1)), truncatedTokens: 0,
        answers: [],
        scores: IFEval.task.metrics.map { metric in
          SampleResult.Score(
            metric: metric, filter: .none,
            values: metric.isPerInstruction ? values : [values.min() ?? 0])
        })
    }
    let metrics = try TaskResult(task: IFEval.task, samples: samples).metrics
    #expect(metrics.map(\.count) == [4, 12, 4, 12])
    #expect(metrics[1].value == 0.5)
    #expect(metrics.map { $0.standardError == nil } == [false, true, false, true])
    #expect(abs(try #require(metrics[1].clusteredStandardError) - 0.152145) < 5e-7)
    #expect(metrics[0].clusteredStandardError == nil)
  }

  @Test("Documents of one source are one cluster")
  func clusters() throws {
    let sources = ["a", "b", "a", "c", "b"]
    let values: [Double] = [1, 0, 1, 0, 1]
    let scored = zip(sources, values).enumerated().map { index, pair in
      SampleResult(
        task: "hellaswag", documentIndex: index, prompt: "", target: "0", source: pair.0,
        response: .choices([], delimiter: " "), truncatedTokens: 0, answers: [],
        scores: HellaSwag.task.metrics.map {
          SampleResult.Score(metric: $0, filter: .none, values: [pair.1])
        })
    }
    let metric = try #require(try TaskResult(task: HellaSwag.task, samples: scored).metrics.first)
    // Clusters [1, 1], [0, 1], [0] around 0.6: deviations 0.8, -0.2, -0.6; sqrt(3/2 * 1.04) / 5.
    #expect(
      abs(try #require(metric.clusteredStandardError) - (1.5 * 1.04).squareRoot() / 5) < 1e-15)
  }

  @Test("The tasks of a group are its clusters")
  func groupClusters() throws {
    let tasks = Array(MMLU.benchmark.tasks.prefix(2))
    let results = [
      try TaskResult(
        task: tasks[0],
        samples: [sample(tasks[0], 0, correct: true), sample(tasks[0], 1, correct: true)]),
      try TaskResult(task: tasks[1], samples: [sample(tasks[1], 0, correct: false)]),
    ]
    let total = try #require(BenchmarkResult(MMLU.benchmark, tasks: results).total.first)
    // Clusters [1, 1] and [0] around 2/3: deviations 2/3 and -2/3; sqrt(2 * 8/9) / 3.
    let expected = (2 * 8.0 / 9).squareRoot() / 3
    #expect(abs(try #require(total.clusteredStandardError) - expected) < 1e-15)
  }
}
