import Files
import Foundation
import LanguageModels
import Tensors
import Testing

@testable import Recipes
@testable import Training

/// The numbers that `make_objectives.py` wrote.
struct ObjectiveFixture: Decodable {
  struct Result: Decodable {
    let loss: Double
    let weights: [Double]
    let gradient: [Double]
  }

  struct Case: Decodable {
    let logits: [[Float]]
    let targets: [Int32]
    let scale: Double
    let k: Int?
    let entropyQuantile: Double?
    let probabilityQuantile: Double?
    let double: Result
    let single: Result
  }

  struct Quantile: Decodable {
    let values: [Double]
    let share: Double
    let quantile: Double
  }

  struct Settings: Decodable {
    let objective: String
    let reduction: String
    let k: Int
    let entropyQuantile: Double
    let probabilityQuantile: Double
    let seed: UInt64
    let microBatchSize: Int
    let accumulationSteps: Int
    let ranks: Int
    let epochs: Int
    let warmUp: Int
    let learningRate: Double
  }

  struct Step: Decodable {
    let microBatches: [[Int]]
    let loss: Double
    let gradientNorm: Double
    let learningRate: Double
    let trainableTokens: Int
    let weight: Double
  }

  struct Run: Decodable {
    let settings: Settings
    let steps: [Step]
  }

  let probability: [Case]
  let mask: [Case]
  let quantiles: [Quantile]
  let examples: [RunFixture.Example]
  let runs: [String: Run]

  static func load() throws -> ObjectiveFixture {
    try JSONDecoder().decode(ObjectiveFixture.self, from: Fixtures.data("objectives.json"))
  }

  func trainer(_ name: String, threads: Int = 1) throws -> Trainer {
    let settings = try #require(runs[name]).settings
    let objective: Objective =
      settings.objective == "dft"
      ? .probabilityWeighted
      : .masked(
        try ConflictMask(
          k: settings.k, entropyQuantile: settings.entropyQuantile,
          probabilityQuantile: settings.probabilityQuantile))
    return try Trainer(
      model: RunFixture.model(),
      examples: try PreparedExamples(
        examples.map { TrainingExample(inputIDs: $0.inputIDs, labels: $0.labels) }),
      configuration: TrainingConfiguration(
        objective: objective, reduction: #require(Reduction(rawValue: settings.reduction)),
        learningRate: settings.learningRate, warmUp: .steps(settings.warmUp),
        microBatchSize: settings.microBatchSize, accumulationSteps: settings.accumulationSteps,
        ranks: settings.ranks, epochs: settings.epochs, seed: settings.seed),
      threads: threads)
  }
}

@Suite("Objectives") struct ObjectiveCaseTests {
  let fixture: ObjectiveFixture

  init() throws { fixture = try ObjectiveFixture.load() }

  /// Compares a run with PyTorch's in both precisions.
  private func compare(_ run: ObjectiveRun, with item: ObjectiveFixture.Case, _ comment: String) {
    for (expected, absolute) in [(item.double, 2e-6), (item.single, 1e-5)] {
      let loss = run.losses.weighted * item.scale
      #expect(agree(loss, expected.loss, absolute: absolute), "\(comment)")
      #expect(
        agree(run.losses.weight, expected.weights.reduce(0, +), absolute: 1e-6, relative: 1e-6),
        "\(comment)")
      for (found, expected) in zip(run.gradients, expected.gradient) {
        #expect(agree(Double(found), expected, absolute: 1e-6, relative: 1e-4), "\(comment)")
      }
    }
  }

  @Test("DFT weighs tokens by their probability, with PyTorch's losses and gradients")
  func probability() {
    for (index, item) in fixture.probability.enumerated() {
      let run = ObjectiveRun(
        .probabilityWeighted, rows: item.logits, targets: item.targets, scale: item.scale)
      compare(run, with: item, "case \(index)")
    }
  }

  @Test("Quantiles have the bits of NumPy's, which PyTorch's agree with")
  func quantiles() {
    for item in fixture.quantiles {
      #expect(ConflictMask.quantile(of: item.values, at: item.share) == item.quantile)
    }
  }

  @Test("Tokens that are improbable and predicted with certainty are masked as in PyTorch")
  func mask() throws {
    var masked = 0
    for (index, item) in fixture.mask.enumerated() {
      let mask = try ConflictMask(
        k: #require(item.k), entropyQuantile: #require(item.entropyQuantile),
        probabilityQuantile: #require(item.probabilityQuantile))
      let weights = mask.weights(
        of: ObjectiveRun.predictions(.masked(mask), rows: item.logits, targets: item.targets))
      #expect(weights == item.double.weights, "case \(index)")
      masked += weights.count { $0 == 0 }
      let run = ObjectiveRun(
        .masked(mask), rows: item.logits, targets: item.targets, scale: item.scale,
        weights: weights)
      compare(run, with: item, "case \(index)")
    }
    #expect(masked > 20)
  }

  @Test("A mask that masks nothing gives the bits of cross entropy")
  func emptyMask() throws {
    let item = fixture.mask[3]
    let mask = try ConflictMask(k: 20, entropyQuantile: 0, probabilityQuantile: 1)
    let weights = mask.weights(
      of: ObjectiveRun.predictions(.masked(mask), rows: item.logits, targets: item.targets))
    #expect(weights.allSatisfy { $0 == 1 })
    let runs = [
      ObjectiveRun(
        .masked(mask), rows: item.logits, targets: item.targets, scale: 0.3, weights: weights),
      ObjectiveRun(.crossEntropy, rows: item.logits, targets: item.targets, scale: 0.3),
    ]
    #expect(runs[0].losses == runs[1].losses)
    #expect(runs[0].gradients.map(\.bitPattern) == runs[1].gradients.map(\.bitPattern))
  }

  @Test("The token of the highest entropy, and one that is alone, are never masked")
  func neverEverything() throws {
    let mask = try ConflictMask(k: 20, entropyQuantile: 1, probabilityQuantile: 1)
    let tokens = TokenPredictions(crossEntropies: [9, 8, 0.1, 7], entropies: [0.1, 2, 0.1, 0.3])
    #expect(mask.weights(of: tokens) == [0, 1, 1, 0])
    let equal = TokenPredictions(crossEntropies: [3, 3, 3], entropies: [1, 1, 1])
    #expect(mask.weights(of: equal) == [1, 1, 1])
    #expect(mask.weights(of: TokenPredictions(crossEntropies: [5], entropies: [0])) == [1])
  }

  @Test(
    "Whole trainings follow PyTorch's, the quantiles being those of each process's window",
    arguments: ["dft", "masked", "masked-micro-batch-mean", "masked-rank-mean"])
  func training(name: String) throws {
    let expected = try #require(fixture.runs[name]).steps
    let runs = try [1, 2].map { try fixture.trainer(name, threads: $0) }
    for expected in expected {
      let found = try runs[0].step()
      #expect(found.microBatches == expected.microBatches)
      #expect(agree(found.loss, expected.loss, absolute: 1e-5), "step \(found.step)")
      #expect(agree(found.gradientNorm, expected.gradientNorm, relative: 1e-4))
      #expect(agree(found.weight, expected.weight, relative: 1e-5))
      #expect(found.trainableTokens == expected.trainableTokens)
      #expect(try runs[1].step() == found)
    }
    #expect(runs[0].isFinished)
    #expect(bits(runs[0].model.parameters) == bits(runs[1].model.parameters))
  }

  @Test("A masked training stops before the weights change where a prediction is not finite")
  func notFinite() throws {
    let trainer = try fixture.trainer("masked")
    trainer.model.parameters.pointer[5] = .nan
    let before = bits(trainer.model.parameters)
    let error = #expect(throws: TrainingError.self) { _ = try trainer.step() }
    guard case .nonFinite(step: 1, _, seed: 42)? = error?.code else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trainer.completedSteps == 0)
    #expect(bits(trainer.model.parameters) == before)
  }

  @Test("What a manifest gives makes an objective, which gives it back")
  func declarations() throws {
    for name in Objective.names {
      let presets = Objective.presets(of: name)
      #expect(presets.isEmpty == Objective.keys(of: name).isEmpty)
      let plain = presets.isEmpty ? [try Objective(named: name, [:])] : []
      for objective in plain + presets.map(\.objective) {
        let (again, values) = objective.declaration
        #expect(again == name)
        #expect(Set(values.keys) == Set(Objective.keys(of: name).map(\.name)))
        #expect(try Objective(named: name, values) == objective)
        for key in Objective.keys(of: name) {
          var wrong = values
          wrong[key.name] = nil
          #expect(throws: ObjectiveProblem.self) { try Objective(named: name, wrong) }
          wrong[key.name] = .number(-1)
          let error = #expect(throws: ObjectiveProblem.self) { try Objective(named: name, wrong) }
          #expect(error?.key == key.name)
        }
      }
    }
    // A gate that is always open has always been written as what it computes.
    #expect(Objective.entropyGated(.open).declaration.name == "cross-entropy")
    #expect(Objective.entropyGated(.open).canonicalText == Objective.crossEntropy.canonicalText)
  }

  @Test("No two objectives are written alike")
  func canonicalTexts() throws {
    let masks = try [
      ConflictMask(k: 20, entropyQuantile: 0.15, probabilityQuantile: 0.2),
      ConflictMask(k: 20, entropyQuantile: 0.2, probabilityQuantile: 0.15),
      ConflictMask(k: 19, entropyQuantile: 0.2, probabilityQuantile: 0.15),
    ]
    let objectives =
      [.crossEntropy, .probabilityWeighted] + masks.map(Objective.masked)
      + EntropyGate.presets.map(\.objective)
    #expect(Set(objectives.map(\.canonicalText)).count == objectives.count)
    #expect(
      objectives[2].canonicalText
        == "objective: masked, k: 20, entropy quantile: 0.15, probability quantile: 0.2")
    #expect(objectives[1].canonicalText == "objective: dft, k: 20")
    #expect(objectives[0].canonicalText == "k: 20, alpha: 0.0, normalizer: none")
  }
}
