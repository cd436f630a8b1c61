import Foundation
import LanguageModels
import Tensors
import Testing

@testable import Recipes
@testable import Training

/// Trainings over several processes, as `make_ranks.py` ran them with PyTorch and with Axolotl.
struct RankFixture: Decodable {
  struct Dealing: Decodable {
    let count: Int
    let microBatchSize: Int
    let ranks: Int
    let microBatches: [[Int]]
  }

  /// What a version of Axolotl logged, by the name of the arm.
  struct Axolotl: Decodable {
    struct Curve: Decodable {
      /// The run whose rows and settings it shares.
      let run: String
      let steps: [Step]
    }

    struct Step: Decodable {
      let loss: Double
      let gradientNorm: Double
      let learningRate: Double
    }

    let curves: [String: Curve]
  }

  let examples: [RunFixture.Example]
  let runs: [String: RunFixture.Run]
  let dealings: [Dealing]
  let axolotl: [String: Axolotl]

  static func load() throws -> RankFixture {
    try JSONDecoder().decode(RankFixture.self, from: Fixtures.data("ranks.json"))
  }

  func trainer(
    _ name: String, threads: Int = 1, _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = try #require(runs[name]).configuration()
    change(&configuration)
    return try Trainer(
      model: RunFixture.model(),
      examples: try PreparedExamples(
        examples.map { TrainingExample(inputIDs: $0.inputIDs, labels: $0.labels) }),
      configuration: configuration, threads: threads)
  }
}

@Suite("Data-parallel processes") struct RankTests {
  let fixture: RankFixture

  init() throws { fixture = try RankFixture.load() }

  @Test("are dealt micro-batches as accelerate's sampler deals them, whatever is left over")
  func dealing() {
    #expect(fixture.dealings.count > 80)
    for dealing in fixture.dealings {
      let schedule = BatchSchedule(
        exampleCount: dealing.count,
        configuration: TrainingConfiguration(
          objective: .crossEntropy, learningRate: 1e-3, microBatchSize: dealing.microBatchSize,
          accumulationSteps: 2, ranks: dealing.ranks, seed: 42))
      let order = schedule.order(ofEpoch: 0)
      let found = (1...schedule.stepsPerEpoch).flatMap {
        schedule.microBatches(ofStep: $0, order: order)
      }
      #expect(found == dealing.microBatches, "\(dealing)")
    }
  }

  @Test(
    "train as real processes do over PyTorch's own data parallelism",
    arguments: [
      "ranks-eaft", "ranks-sft", "ranks-sft-micro-batch-mean", "ranks-sft-token-window",
      "ranks-three",
    ])
  func replay(name: String) throws {
    let expected = try #require(fixture.runs[name]).steps
    let trainer = try fixture.trainer(name, threads: 2)
    for expected in expected {
      let found = try trainer.step()
      #expect(found.microBatches == expected.microBatches)
      #expect(agree(found.loss, expected.loss, absolute: 1e-5), "step \(found.step)")
      #expect(agree(found.gradientNorm, expected.gradientNorm, relative: 1e-4))
      #expect(agree(found.learningRate, expected.learningRate, relative: 1e-15))
      #expect(found.trainableTokens == expected.trainableTokens)
    }
    #expect(trainer.isFinished)
    guard name == "ranks-sft" else { return }
    let final = try RunFixture.model("run-\(name).safetensors")
    let difference =
      zip(trainer.model.parameters.elements, final.parameters.elements)
      .map { abs($0 - $1) }.max() ?? 0
    #expect(difference < 1e-5)
  }

  @Test(
    "train as Axolotl does with two of them, each version with the reduction that its name stands for",
    arguments: [("0.19.0", .axolotl016, 3), ("0.21.0", .axolotl020, 5)]
      as [(String, Reduction.Preset, Int)])
  func axolotl(version: String, preset: Reduction.Preset, count: Int) throws {
    let objectives: [String: Objective] = [
      "sft": .crossEntropy, "sft-single-rows": .crossEntropy, "dft": .probabilityWeighted,
      "sft-as-eaft": .entropyGated(.open),
      "eaft": .entropyGated(try EntropyGate(k: 20, alpha: 0.333, normalizer: .none)),
    ]
    let curves = try #require(fixture.axolotl[version]).curves
    try #require(curves.count == count)
    for (arm, curve) in curves {
      let objective = try #require(objectives[arm])
      let trainer = try fixture.trainer(curve.run) {
        $0.objective = objective
        $0.reduction = preset.reduction(of: objective, ranks: 2)
      }
      try #require(trainer.schedule.totalSteps == curve.steps.count)
      for expected in curve.steps {
        let found = try trainer.step()
        #expect(agree(found.loss, expected.loss, absolute: 1e-5), "\(arm), step \(found.step)")
        #expect(agree(found.gradientNorm, expected.gradientNorm, relative: 1e-4))
        #expect(agree(found.learningRate, expected.learningRate, relative: 1e-15))
      }
    }
  }

  @Test("give each reduction its own mean")
  func scales() {
    let counts = [3, 5, 8, 0]
    let equal = [0.0625, 0.0625, 0.0625, 0.0625]
    #expect(Reduction.tokenWindow.scales(tokenCounts: counts, ranks: 2) == equal)
    #expect(
      Reduction.microBatchMean.scales(tokenCounts: [4, 8, 2, 0], ranks: 2)
        == [0.0625, 0.03125, 0.125, 0])
    // Process 0 has 3 + 8 tokens, process 1 has 5.
    #expect(
      Reduction.rankMean.scales(tokenCounts: counts, ranks: 2)
        == [1.0 / 22, 0.1, 1.0 / 22, 0.1])
    #expect(
      Reduction.rankMean.scales(tokenCounts: counts, ranks: 1)
        == Reduction.tokenWindow.scales(tokenCounts: counts, ranks: 1))
  }

  @Test("are averaged as each version of Axolotl averages them")
  func presets() throws {
    let open = Objective.entropyGated(.open)
    for (preset, plain, weighted) in [
      (.axolotl014, .tokenWindow, .tokenWindow), (.axolotl016, .microBatchMean, .tokenWindow),
      (.axolotl020, .tokenWindow, .tokenWindow),
    ] as [(Reduction.Preset, Reduction, Reduction)] {
      #expect(preset.reduction(of: .crossEntropy, ranks: 1) == plain)
      // The way to compare both arms in 0.16 to 0.19: plain fine-tuning as EAFT with alpha 0.
      #expect(preset.reduction(of: open, ranks: 1) == weighted)
      #expect(
        preset.reduction(of: .crossEntropy, ranks: 2)
          == (plain == .tokenWindow ? .rankMean : plain))
      #expect(preset.reduction(of: .probabilityWeighted, ranks: 2) == .rankMean)
    }
  }

  @Test("do the work of one with as much accumulation, where every token counts the same")
  func oneProcess() throws {
    // Eight examples fill the windows of both.
    let examples = fixture.examples.prefix(8).map {
      TrainingExample(inputIDs: $0.inputIDs, labels: $0.labels)
    }
    let runs = try [(4, 1), (2, 2)].map { accumulation, ranks in
      let trainer = try Trainer(
        model: RunFixture.model(), examples: try PreparedExamples(Array(examples)),
        configuration: TrainingConfiguration(
          objective: .crossEntropy, learningRate: 1e-3, microBatchSize: 1,
          accumulationSteps: accumulation, ranks: ranks, epochs: 2, seed: 42),
        threads: 1)
      var losses: [Double] = []
      while !trainer.isFinished { losses.append(try trainer.step().loss) }
      return (losses, bits(trainer.model.parameters), trainer.configuration.canonicalText)
    }
    #expect(runs[0].0 == runs[1].0)
    #expect(runs[0].1 == runs[1].1)
    #expect(runs[1].2.hasSuffix(", ranks: 2") && !runs[0].2.contains("ranks"))
  }
}
