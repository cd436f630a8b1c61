import Foundation
import LanguageModels
import Tensors
import Testing

@testable import Recipes
@testable import Training

/// What `make_inspection.py` computed in PyTorch.
private struct InspectionFixture: Decodable {
  struct Case: Decodable {
    let weights: String
    let objective: String
    let losses: [Double]
    let gradientNorms: [Double]
  }

  let quantile: Double
  let thresholds: [Double]
  let counts: [Int]
  let cases: [Case]
  /// Number of weights, distance and norm of the untouched ones, by trained weights and kind of tensor.
  let distances: [String: [String: [Double]]]

  static func load() throws -> InspectionFixture {
    try JSONDecoder().decode(InspectionFixture.self, from: Fixtures.data("inspection.json"))
  }

  /// The objective of a name in the script.
  func objective(_ name: String) throws -> Objective {
    switch name {
    case "cross-entropy": .crossEntropy
    case "eaft": .entropyGated(try EntropyGate(k: 20, alpha: 1, normalizer: .lnK))
    case "eaft 0.333": .entropyGated(try EntropyGate(k: 20, alpha: 0.333, normalizer: .none))
    case "dft": .probabilityWeighted
    default:
      .masked(try ConflictMask(k: 20, entropyQuantile: quantile, probabilityQuantile: quantile))
    }
  }
}

@Suite("What is looked at in a training") struct InspectionTests {
  private func measured(
    _ weights: String, _ objectives: [Objective], batchSize: Int = 2, threads: Int = 1
  ) throws -> [TokenMeasures] {
    try TokenMeasures.measured(
      with: RunFixture.model("\(weights).safetensors"),
      on: try RunFixture.load().trainingExamples(), first: .max, objectives: objectives,
      batchSize: batchSize, threads: threads, numerics: .portable)
  }

  @Test("tokens are counted where their entropy and probability lie, at the ends of both too")
  func density() {
    var tokens = TokenMeasures()
    tokens.entropies = [0, 0, 1.5, 2.9957, 5]
    // Probabilities of 1, 0.01, a half, none and 0.9.
    tokens.crossEntropies = [0, 4.605, 0.6931, 800, 0.1053]
    tokens.weights = [0.25, 0.75, 0.5, 1, 0]
    let density = TokenDensity(tokens)
    var counts = [Int](repeating: 0, count: 120)
    for (entropy, probability) in [(0, 9), (0, 0), (6, 5), (11, 0), (11, 9)] {
      counts[entropy * 10 + probability] += 1
    }
    #expect(density.counts == counts)
    var weights = [Double?](repeating: nil, count: 12)
    (weights[0], weights[6], weights[11]) = (0.5, 0.5, 0.5)
    #expect(density.meanWeights == weights)
    #expect(TokenDensity(TokenMeasures()).meanWeights.allSatisfy { $0 == nil })
  }

  @Test("losses and gradients of groups of tokens are PyTorch's, for every objective and model")
  func groups() throws {
    let fixture = try InspectionFixture.load()
    let groups = TokenGroups(
      try measured("run-initial", [.crossEntropy])[0], entropyQuantile: fixture.quantile,
      probabilityQuantile: fixture.quantile)
    #expect(groups.counts == fixture.counts)
    #expect(agree(groups.entropyThreshold, fixture.thresholds[0], relative: 1e-5))
    #expect(agree(groups.probabilityThreshold, fixture.thresholds[1], relative: 1e-5))
    for (weights, cases) in Dictionary(grouping: fixture.cases, by: \.weights) {
      let found = try measured(weights, cases.map { try fixture.objective($0.objective) })
      for (measures, expected) in zip(found, cases) {
        for (sums, (loss, norm)) in zip(
          groups.sums(measures), zip(expected.losses, expected.gradientNorms))
        {
          #expect(
            agree(sums.loss, loss, absolute: 1e-9, relative: 1e-5),
            "\(weights), \(expected.objective)")
          #expect(
            agree(sums.gradientNorm, norm, absolute: 1e-9, relative: 1e-5),
            "\(weights), \(expected.objective)")
        }
      }
    }
  }

  @Test("has the same bits for every number of threads and of examples side by side")
  func bits() throws {
    let objectives: [Objective] = [.crossEntropy, .probabilityWeighted]
    let reference = try measured("run-sft", objectives)
    for (batchSize, threads) in [(1, 2), (9, 3), (100, 1)] {
      #expect(
        try measured("run-sft", objectives, batchSize: batchSize, threads: threads) == reference)
    }
    // One objective is not disturbed by those before it.
    #expect(try measured("run-sft", [.probabilityWeighted]) == [reference[1]])
  }

  @Test("weights that are no numbers are an error that names the examples")
  func damaged() throws {
    let model = try RunFixture.model()
    model.parameters.pointer.update(repeating: .nan, count: model.parameters.count)
    #expect(throws: TrainingError.self) {
      try TokenMeasures.measured(
        with: model, on: try RunFixture.load().trainingExamples(), first: 3,
        objectives: [.crossEntropy], batchSize: 2, threads: 1, numerics: .portable)
    }
  }

  @Test(
    "distances of weights are NumPy's, whole and by kind of tensor, for every number of threads")
  func distances() throws {
    let base = try RunFixture.model()
    for (weights, expected) in try InspectionFixture.load().distances {
      let model = try RunFixture.model("\(weights).safetensors")
      let found = WeightDistance.distances(of: model, from: base, threads: 1)
      #expect(found.count == expected.count && found[0].tensors == "all")
      for distance in found {
        let numbers = try #require(expected[distance.tensors], "\(distance.tensors)")
        #expect(Double(distance.count) == numbers[0])
        #expect(agree(distance.distance, numbers[1], relative: 1e-12))
        #expect(agree(distance.baseNorm, numbers[2], relative: 1e-12))
      }
      #expect(WeightDistance.distances(of: model, from: base, threads: 3) == found)
    }
  }
}
