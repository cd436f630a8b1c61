import Files
import Foundation
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite("Quantities") struct QuantityTests {
  private typealias Fixture = VerdictFixture

  /// An arm with one row of another metric than a share, each score with its weight.
  private func arm(
    _ name: String, seed: UInt64? = nil, metric: String, _ scores: [Double], weights: [Double]
  ) -> ArmScores {
    let items = zip(scores, weights).enumerated().map { index, entry in
      ArmScores.Item(
        id: "text/\(index)", prompt: Fixture.prompt("\(index)"), scores: [entry.0], cluster: nil,
        weight: entry.1)
    }
    return ArmScores(
      arm: name, seed: seed, rows: [ArmScores.Row(task: "text", metric: metric, items: items)])
  }

  @Test("A metric's name says what it measures, whatever its filter")
  func names() {
    #expect(Quantity(metric: "acc").unit == .share)
    #expect(Quantity(metric: "exact_match,flexible-extract").range == 0...1)
    let loss = Quantity(metric: "nats_per_token,none")
    #expect(loss.unit == .nats && loss.isLowerBetter && loss.isNonnegative)
    #expect(loss.largestDifference == .infinity)
    #expect(Quantity(metric: "bits_per_byte").unit == .bits)
    #expect(Quantity(metric: "gold_bits_per_byte,none").isLowerBetter)
    let gold = Quantity(metric: "gold_nats")
    #expect(gold.unit == .nats && !gold.isLowerBetter && !gold.isNonnegative)
    #expect(!Quantity(metric: "margin").isLowerBetter)
  }

  @Test("Values that a quantity cannot have are refused, tiny negative divergences are not")
  func ranges() {
    let divergence = Quantity(metric: "kl_from_base")
    #expect(divergence.admits(0) && divergence.admits(1e9) && divergence.admits(-1e-7))
    #expect(!divergence.admits(-0.01) && !divergence.admits(.infinity) && !divergence.admits(.nan))
    #expect(!Quantity(metric: "gold_nats").admits(0.1))
    #expect(
      Quantity(metric: "margin").admits(-1e9) && !Quantity(metric: "margin").admits(-.infinity))
    #expect(!Quantity(metric: "acc").admits(1.1))
  }

  @Test("A score counts as much as its item weighs, and its item has to weigh the same in all arms")
  func weights() throws {
    let name = DocumentedResults.RowName(task: "text", metric: "nats_per_token")
    let results = Fixture.results([
      arm("sft", metric: "nats_per_token,none", [2, 5], weights: [1, 3]),
      arm("eaft", metric: "nats_per_token,none", [2, 4], weights: [1, 3]),
      arm("other", metric: "nats_per_token,none", [2, 4], weights: [1, 4]),
      arm("none", metric: "nats_per_token,none", [2, 4], weights: [1, 0]),
      arm("negative", metric: "nats_per_token,none", [2, -1], weights: [1, 3]),
    ])
    let row = try ArmRow(name, arm: "sft", in: results)
    #expect(row.value == 4.25 && row.rightCounts == nil)
    let pair = try PairedRow(try ArmRow(name, arm: "eaft", in: results), row)
    // A lower loss speaks for the first arm.
    let test = DifferenceTest(pair)
    #expect(test.value == 0.75 && test.sign == -1 && pair.discordance == nil)
    let other = try ArmRow(name, arm: "other", in: results)
    let difference = #expect(throws: Obstacle.self) { try PairedRow(other, row) }
    #expect(difference?.why.contains("counts otherwise") == true)
    for (arm, part) in [("none", "the weight 0.0"), ("negative", "the score -1.0")] {
      let obstacle = #expect(throws: Obstacle.self) { try ArmRow(name, arm: arm, in: results) }
      #expect(obstacle?.status == .invalid && obstacle?.why.contains(part) == true)
    }
  }

  // MARK: - Likelihoods of choices

  private func sample(
    _ task: EvaluationTask, _ index: Int, _ likelihoods: [Double], target: String = "1"
  ) -> SampleResult {
    SampleResult(
      task: task.name, documentIndex: index, prompt: "prompt \(index)", target: target,
      response: .choices(
        likelihoods.enumerated().map {
          SampleResult.ScoredChoice(
            text: $0.offset == 1 ? "Žár" : "x", logLikelihood: $0.element, isGreedy: false)
        }, delimiter: " "), truncatedTokens: 0, answers: [],
      scores: task.metrics.map {
        SampleResult.Score(
          metric: $0, filter: .none, values: [likelihoods[1] > likelihoods[0] ? 1 : 0])
      })
  }

  private func scores(_ benchmark: Benchmark, _ results: [TaskResult], arm: String = "sft")
    -> ArmSamples
  {
    ArmSamples(
      arm: arm, seed: 7, evaluation: benchmark.name, benchmark: benchmark, results: results)
  }

  @Test("Samples of choices have rows of likelihoods, and so have groups of them")
  func derivedRows() throws {
    let tasks = MMLU.benchmark.tasks.filter {
      ["mmlu_anatomy", "mmlu_virology"].contains($0.name)
    }
    let results = try tasks.map {
      try TaskResult(
        task: $0, samples: [sample($0, 0, [-1, -2, -3, -4]), sample($0, 4, [-3, -1, -2, -5])])
    }
    let measured = MeasuredResults(digest: nil, samples: [scores(MMLU.benchmark, results)])
    let rows = try #require(measured.arms.first).rows
    func row(_ task: String, _ metric: String) throws -> ArmScores.Row {
      try #require(rows.first { $0.isNamed(DocumentedResults.RowName(task: task, metric: metric)) })
    }
    #expect(try row("mmlu", "gold_nats").items.map(\.scores) == [[-2], [-1], [-2], [-1]])
    #expect(try row("mmlu", "gold_nats").items[2].cluster == "mmlu_virology")
    #expect(try row("mmlu_anatomy", "choices_nats").items.map(\.scores) == [[-2.5], [-2.75]])
    #expect(try row("mmlu_stem", "margin").items.map(\.scores) == [[-1], [1]])
    // -2 - ln(e⁻¹ + e⁻² + e⁻³ + e⁻⁴)
    let normalized = try row("mmlu_other", "choice_nats").items[0].scores[0]
    #expect(abs(normalized - (-1.4401896985611953)) < 1e-12)
    // " Žár" is six bytes.
    let bits = try row("mmlu", "gold_bits_per_byte")
    #expect(bits.items.map(\.weight) == [6, 6, 6, 6])
    #expect(abs(bits.items[0].scores[0] - 2 / 0.6931471805599453 / 6) < 1e-12)
    #expect(bits.rightCount == nil)
  }

  @Test("A sample without choices, or whose target is none of them, has no such rows")
  func noDerivedRows() throws {
    let task = HellaSwag.task
    for target in ["4", "-1", "one"] {
      let result = try TaskResult(
        task: task,
        samples: [sample(task, 0, [-1, -2]), sample(task, 1, [-1, -2], target: target)])
      let measured = MeasuredResults(digest: nil, samples: [scores(Benchmark(task), [result])])
      #expect(measured.arms[0].rows.map(\.metric) == ["acc,none", "acc_norm,none"])
    }
  }

  @Test("The table shows what right answers' likelihoods tell where the answers are the same")
  func table() throws {
    let manifest = try ManifestFile.read(
      "\(Checkout.manifests)/smollm2-135m-math.yaml"
    ).manifest
    let task = HellaSwag.task
    func samples(_ arm: String, _ shift: Double) throws -> ArmSamples {
      let result = try TaskResult(
        task: task,
        samples: (0..<40).map { index in
          let spread = Double(index % 5) / 100
          return sample(task, index, [-9, -3 + shift * (1 + spread)])
        })
      return scores(Benchmark(task), [result], arm: arm)
    }
    let table = try #require(
      ResultTable(
        manifest: manifest,
        samples: [try samples("base", 0), try samples("sft", 0.1), try samples("eaft", 0.2)]))
    let row = try #require(table.rows.first)
    #expect(row.difference == 0 && row.judgement == "same scores" && row.values == [1, 1, 1])
    let likelihood = try #require(row.likelihood)
    #expect(abs(likelihood.difference - 0.102) < 1e-12 && likelihood.judgement == "higher")
  }
}
