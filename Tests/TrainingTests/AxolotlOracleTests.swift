import Files
import Foundation
import LanguageModels
import TestSupport
import Testing
import Tokenizers

@testable import Recipes
@testable import Training

/// The folder of shared oracles, if the environment names one that exists.
private let oracleFolder: String? = {
  guard let shared = namedFolder("REPLICATE_SHARED") else { return nil }
  let folder = "\(shared)/oracles/axolotl-tiny-gemma3"
  return FileManager.default.fileExists(atPath: folder) ? folder : nil
}()

@Suite(.enabled(if: oracleFolder != nil, "REPLICATE_SHARED names no folder with the oracle."))
struct AxolotlOracleTests {
  private struct Conversation: Decodable {
    let messages: [ChatMessage]
  }

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

  private func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(#require(oracleFolder))/\(name)"))
  }

  private func prepare(_ tokenizer: Tokenizer) throws -> PreparedExamples {
    let lines = try data("chat64.jsonl").split(separator: UInt8(ascii: "\n"))
    let builder = ExampleBuilder(tokenizer: tokenizer, template: .gemma3)
    let lengths = LengthRule(maximumLength: 512, overlong: .drop)
    var writer = TokenTableWriter()
    for (index, line) in lines.enumerated() {
      let example = try builder.example(
        JSONDecoder().decode(Conversation.self, from: line).messages)
      writer.append(
        try lengths.kept(example, at: index), fullCount: example.inputIDs.count)
    }
    writer.finish()
    return PreparedExamples(
      try TokenTable(bytes: writer.takeBytes()), shuffleSeed: 42, lengths: lengths)
  }

  @Test("Rendering, masks and order are those of Axolotl's prepared data set")
  func prepared() throws {
    let loaded = try ModelLoader.load(from: #require(oracleFolder) + "/tiny-gemma3")
    let expected = try JSONDecoder().decode(
      [RunFixture.Example].self, from: data("prepared.json"))
    let prepared = try prepare(loaded.tokenizer)
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
    let curves = try JSONDecoder().decode([String: [Step]].self, from: data("expected.json"))
    let name = try #require(curves.keys.sorted().first { $0.contains(prefix) })
    let expected = try #require(curves[name])
    let loaded = try ModelLoader.load(from: #require(oracleFolder) + "/tiny-gemma3")
    let trainer = try Trainer(
      model: loaded.model, examples: prepare(loaded.tokenizer),
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
