import Files
import Scoring
import Testing

@testable import Manifests
@testable import Records

@Suite("Scores of arms") struct ArmScoresTests {
  /// A sample with one value, or several, for every filter and metric of its task.
  private func sample(
    _ task: EvaluationTask, _ index: Int, _ values: [Double], source: String? = nil
  ) -> SampleResult {
    SampleResult(
      task: task.name, documentIndex: index, prompt: "prompt \(index)", target: "0",
      source: source, response: .choices([], delimiter: " "), truncatedTokens: 0, answers: [],
      scores: task.filters.flatMap { filter in
        task.metrics.map { metric in
          SampleResult.Score(
            metric: metric, filter: filter,
            values: metric.isPerInstruction ? values : [values[0]])
        }
      })
  }

  private func scores(
    _ benchmark: Benchmark, _ evaluation: String, seed: UInt64? = 7, _ results: [TaskResult]
  ) -> [ArmScores] {
    MeasuredResults(
      digest: nil,
      samples: [
        ArmSamples(
          arm: "sft", seed: seed, evaluation: evaluation, benchmark: benchmark, results: results)
      ]
    ).arms
  }

  @Test("Groups hold the items of their tasks, each subject a cluster")
  func groups() throws {
    let tasks = MMLU.benchmark.tasks.filter {
      ["mmlu_anatomy", "mmlu_virology"].contains($0.name)
    }
    let results = try tasks.map {
      try TaskResult(task: $0, samples: [sample($0, 0, [1]), sample($0, 4, [0])])
    }
    let arm = try #require(scores(MMLU.benchmark, "mmlu", results).first)
    #expect(arm.arm == "sft" && arm.seed == 7)
    #expect(
      arm.rows.map(\.task) == ["mmlu", "mmlu_other", "mmlu_stem", "mmlu_anatomy", "mmlu_virology"])
    #expect(Set(arm.rows.map(\.metric)) == ["acc,none"])
    let total = arm.rows[0]
    #expect(
      total.items.map(\.id) == [
        "mmlu_anatomy/0", "mmlu_anatomy/4", "mmlu_virology/0", "mmlu_virology/4",
      ])
    #expect(
      total.items.map(\.cluster) == [
        "mmlu_anatomy", "mmlu_anatomy", "mmlu_virology", "mmlu_virology",
      ])
    #expect(total.items[1].prompt == SHA256.digest(of: Array("prompt 4".utf8)))
    #expect(total.value == 0.5 && total.rightCount == 2 && total.count == 4)
    #expect(arm.rows[3].items.allSatisfy { $0.cluster == nil })
    #expect(total.isNamed(DocumentedResults.RowName(task: "mmlu", metric: "acc")))
    #expect(total.isNamed(DocumentedResults.RowName(task: "mmlu", metric: "acc,none")))
    #expect(!total.isNamed(DocumentedResults.RowName(task: "mmlu", metric: "acc_norm")))
  }

  @Test("A task is named by its evaluation, and its documents are clustered by their source")
  func sources() throws {
    let task = HellaSwag.task
    let result = try TaskResult(
      task: task,
      samples: [
        sample(task, 0, [1], source: "a"), sample(task, 1, [1], source: "a"),
        sample(task, 2, [0], source: "b"),
      ])
    let arm = try #require(scores(Benchmark(task), "endings", seed: nil, [result]).first)
    #expect(arm.seed == nil)
    #expect(arm.rows.map(\.task) == ["endings", "endings"])
    #expect(arm.rows.map(\.metric) == ["acc,none", "acc_norm,none"])
    #expect(arm.rows[1].items.map(\.cluster) == ["a", "a", "b"])
  }

  @Test("Instructions are scores of their prompt and clustered by it; prompts are not")
  func instructions() throws {
    let task = IFEval.task
    let result = try TaskResult(
      task: task, samples: [sample(task, 0, [1, 0, 1]), sample(task, 1, [0])])
    let arm = try #require(scores(Benchmark(task), "ifeval", [result]).first)
    let strict = try #require(arm.rows.first { $0.metric == "inst_level_strict_acc,none" })
    #expect(strict.items.map(\.scores) == [[1, 0, 1], [0]] && strict.count == 4)
    #expect(strict.items.map(\.cluster) == ["ifeval/0", "ifeval/1"])
    let prompts = try #require(arm.rows.first { $0.metric == "prompt_level_strict_acc,none" })
    #expect(prompts.items.map(\.scores) == [[1], [0]])
    #expect(prompts.items.allSatisfy { $0.cluster == nil })
  }

  @Test("Every arm and seed has the rows of all its evaluations")
  func severalEvaluations() throws {
    func samples(_ arm: String, _ seed: UInt64?, _ task: EvaluationTask) throws -> ArmSamples {
      ArmSamples(
        arm: arm, seed: seed, evaluation: task.name, benchmark: Benchmark(task),
        results: [try TaskResult(task: task, samples: [sample(task, 0, [1])])])
    }
    let results = MeasuredResults(
      digest: nil,
      samples: [
        try samples("base", nil, GSM8K.task), try samples("sft", 1, GSM8K.task),
        try samples("sft", 2, GSM8K.task), try samples("base", nil, ARCChallenge.task),
        try samples("sft", 1, ARCChallenge.task), try samples("sft", 2, ARCChallenge.task),
      ])
    #expect(results.arms.map(\.arm) == ["base", "sft", "sft"])
    #expect(results.arms.map(\.seed) == [nil, 1, 2])
    for arm in results.arms {
      #expect(
        arm.rows.map { "\($0.task).\($0.metric)" } == [
          "gsm8k.exact_match,strict-match", "gsm8k.exact_match,flexible-extract",
          "arc_challenge.acc,none", "arc_challenge.acc_norm,none",
        ])
    }
  }
}
