import Files
import Foundation
import TestSupport
import Testing

@testable import Recipes
@testable import Training

@Suite(
  .enabled(if: AxolotlOracle.folder != nil, "REPLICATE_SHARED names no folder with the oracle."))
struct AxolotlOracleTests {
  private struct Step: Decodable {
    let step: Int
    let loss: Double
    let gradientNorm: Double
    let learningRate: Double
    /// Since the first step.
    let trainableTokens: Int

    enum CodingKeys: String, CodingKey {
      case step
      case loss
      case gradientNorm = "grad_norm"
      case learningRate = "lr"
      case trainableTokens = "tokens_trainable"
    }
  }

  @Test("Rendering, masks and order are those of Axolotl's prepared data set")
  func prepared() throws {
    let oracle = try AxolotlOracle()
    let expected = try JSONDecoder().decode(
      [RunFixture.Example].self, from: oracle.data("prepared.json"))
    let prepared = oracle.examples
    let found = try (0..<prepared.count).map(prepared.example)
    #expect(found.map(\.inputIDs) == expected.map(\.inputIDs))
    #expect(found.map(\.labels) == expected.map(\.labels))
  }

  @Test(
    "Ten steps follow the curve that Axolotl logged",
    arguments: [
      ("sft", Reduction.microBatchMean, 0), ("eaft alpha 0 ", .tokenWindow, 0),
      ("eaft alpha 0.333", .tokenWindow, 0.333),
    ])
  func curve(prefix: String, reduction: Reduction, alpha: Double) throws {
    let oracle = try AxolotlOracle()
    let curves = try JSONDecoder().decode(
      [String: [Step]].self, from: oracle.data("expected.json"))
    let name = try #require(curves.keys.sorted().first { $0.contains(prefix) })
    let expected = try #require(curves[name])
    let trainer = try Trainer(
      model: oracle.model, examples: oracle.examples,
      configuration: TrainingConfiguration(
        objective: .entropyGated(EntropyGate(k: 20, alpha: alpha, normalizer: .none)),
        reduction: reduction,
        learningRate: 1e-3, warmUp: .ratio(0.1), microBatchSize: 2, accumulationSteps: 2,
        maximumSteps: 10, seed: 42),
      threads: 2)
    var trainable = 0
    for expected in expected {
      let found = try trainer.step()
      trainable += found.trainableTokens
      #expect(found.step == expected.step)
      #expect(agree(found.loss, expected.loss, absolute: 2e-5), "\(name), step \(found.step)")
      #expect(agree(found.gradientNorm, expected.gradientNorm, relative: 1e-4))
      #expect(found.learningRate == expected.learningRate)
      #expect(trainable == expected.trainableTokens)
    }
    #expect(trainer.isFinished)
    // For comparing the final weights with those that `make_run.py` writes for the same folder.
    if let folder = ProcessInfo.processInfo.environment["REPLICATE_REPLAY_OUTPUT"] {
      let file = "native-\(reduction.rawValue)-\(alpha).safetensors"
      try trainer.checkpoint(identity: name).write(to: ContainedPath("\(folder)/\(file)"))
    }
  }
}
