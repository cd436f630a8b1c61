import Files
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

@testable import Recipes
@testable import Training

/// Trainings that `make_run.py` replayed in PyTorch.
struct RunFixture: Decodable {
  struct Example: Decodable {
    let inputIDs: [Int32]
    let labels: [Int32]

    enum CodingKeys: String, CodingKey {
      case inputIDs = "input_ids"
      case labels
    }
  }

  struct Settings: Decodable {
    let seed: UInt64
    let microBatchSize: Int
    let accumulationSteps: Int
    let epochs: Int
    let warmUp: Int
    let learningRate: Double
    let weightDecay: Double
    let reduction: String
    let alpha: Double
    /// Processes that shared the work; nil for one.
    let ranks: Int?
  }

  struct Step: Decodable {
    let microBatches: [[Int]]
    let loss: Double
    let gradientNorm: Double
    let learningRate: Double
    let trainableTokens: Int
  }

  struct Run: Decodable {
    let settings: Settings
    let steps: [Step]

    func configuration() throws -> TrainingConfiguration {
      TrainingConfiguration(
        objective: .entropyGated(
          try EntropyGate(k: 20, alpha: settings.alpha, normalizer: .none)),
        reduction: try #require(Reduction(rawValue: settings.reduction)),
        learningRate: settings.learningRate, warmUp: .steps(settings.warmUp),
        optimizer: AdamWSettings(weightDecay: settings.weightDecay),
        microBatchSize: settings.microBatchSize, accumulationSteps: settings.accumulationSteps,
        ranks: settings.ranks ?? 1, epochs: settings.epochs, seed: settings.seed)
    }
  }

  let examples: [Example]
  let runs: [String: Run]

  func trainingExamples() throws -> PreparedExamples {
    try PreparedExamples(
      examples.map { TrainingExample(inputIDs: $0.inputIDs, labels: $0.labels) })
  }

  static func load() throws -> RunFixture {
    try JSONDecoder().decode(RunFixture.self, from: Fixtures.data("run.json"))
  }

  /// The Gemma 3 of `make_run.py`, with the weights in a fixture.
  static func model(_ file: String = "run-initial.safetensors") throws -> LanguageModel {
    let model = LanguageModel(
      configuration: ModelConfiguration(
        family: .gemma3, vocabularySize: 48, hiddenSize: 16, intermediateSize: 24,
        headCount: 2, keyValueHeadCount: 1, headDimension: 8, attentionKinds: [.sliding, .full],
        slidingWindow: 4, ropeTheta: 1_000_000, slidingRopeTheta: 10_000,
        attentionScale: 1 / 8.0.squareRoot(), normEpsilon: 1e-6, tiesEmbeddings: true,
        maximumPositions: 64, beginOfSequenceID: 2, endOfSequenceIDs: [1], paddingID: 0))
    let weights = try SafetensorsFile(contentsOf: Fixtures.path(file))
    for entry in model.layout.entries {
      try weights.read(
        entry.name,
        into: UnsafeMutableBufferPointer(rebasing: model.parameters.elements[entry.range]))
    }
    return model
  }
}

@Suite struct TrainerTests {
  let fixture: RunFixture

  init() throws { fixture = try RunFixture.load() }

  private func trainer(
    _ name: String, threads: Int = 1, recomputes: Bool = false
  ) throws -> Trainer {
    try Trainer(
      model: RunFixture.model(), examples: try fixture.trainingExamples(),
      configuration: #require(fixture.runs[name]).configuration(), threads: threads,
      recomputes: recomputes)
  }

  private func finish(_ trainer: Trainer) throws -> [StepRecord] {
    var records: [StepRecord] = []
    while !trainer.isFinished { records.append(try trainer.step()) }
    return records
  }

  @Test(
    "Batches, losses, norms, rates and final weights are those of a replay in PyTorch",
    arguments: ["sft", "sft-micro-batch-mean", "eaft"])
  func replay(name: String) throws {
    let expected = try #require(fixture.runs[name]).steps
    let trainer = try trainer(name, threads: 2)
    let records = try finish(trainer)
    try #require(records.count == expected.count)
    for (index, (found, expected)) in zip(records, expected).enumerated() {
      #expect(found.step == index + 1)
      #expect(found.epoch == index / 2)
      #expect(found.microBatches == expected.microBatches)
      #expect(agree(found.loss, expected.loss, absolute: 2e-5), "step \(found.step)")
      #expect(agree(found.gradientNorm, expected.gradientNorm, relative: 1e-4))
      #expect(agree(found.learningRate, expected.learningRate, relative: 1e-15))
      #expect(found.trainableTokens == expected.trainableTokens)
      let tokens = found.microBatches.joined().map { fixture.examples[$0].inputIDs.count }
      #expect(found.totalTokens == tokens.reduce(0, +))
      if name == "sft" {
        #expect(agree(found.crossEntropy, found.loss, relative: 1e-12))
        #expect(found.weight == 1)
      }
      #expect(found.entropy > 0)
    }
    let final = try RunFixture.model("run-\(name).safetensors")
    let difference =
      zip(trainer.model.parameters.elements, final.parameters.elements)
      .map { abs($0 - $1) }.max() ?? 0
    #expect(difference < 1e-5)
  }

  @Test("One, two and three threads give the same bits")
  func threads() throws {
    let runs = try [1, 2, 3].map { threads in
      let trainer = try trainer("eaft", threads: threads)
      return (try finish(trainer), bits(trainer.model.parameters))
    }
    for run in runs {
      #expect(run.0 == runs[0].0)
      #expect(run.1 == runs[0].1)
    }
  }

  @Test(
    "Activations that are computed again train the same bits",
    arguments: ["sft", "sft-micro-batch-mean", "eaft"])
  func recomputation(name: String) throws {
    let (kept, again) = (try trainer(name), try trainer(name, threads: 2, recomputes: true))
    #expect(try finish(kept) == finish(again))
    #expect(bits(kept.model.parameters) == bits(again.model.parameters))
  }

  @Test("EAFT with alpha 0 trains the bits of plain fine-tuning")
  func alphaZero() throws {
    let plain = try trainer("sft")
    var configuration = plain.configuration
    configuration.objective = .entropyGated(try EntropyGate(k: 7, alpha: 0, normalizer: .lnK))
    let gated = try Trainer(
      model: RunFixture.model(), examples: try fixture.trainingExamples(),
      configuration: configuration,
      threads: 1)
    #expect(try finish(plain).map(\.loss) == finish(gated).map(\.loss))
    #expect(bits(plain.model.parameters) == bits(gated.model.parameters))
  }

  @Test("A training resumed at any step gives the bits of an uninterrupted one")
  func resume() throws {
    let whole = try trainer("eaft")
    let records = try finish(whole)
    for stop in [0, 1, 3, 6] {
      let folder = try TemporaryFolder()
      let first = try trainer("eaft")
      var found = try (0..<stop).map { _ in try first.step() }
      try first.checkpoint(identity: "test").write(to: ContainedPath(folder.checkpoint))
      #expect(folder.files() == ["checkpoint.safetensors"])

      let second = try Trainer(
        model: LanguageModel(configuration: whole.model.configuration),
        examples: try fixture.trainingExamples(), configuration: whole.configuration, threads: 2)
      try second.resume(from: folder.checkpoint, identity: "test")
      #expect(second.completedSteps == stop)
      found += try finish(second)
      #expect(found == records)
      #expect(bits(second.model.parameters) == bits(whole.model.parameters))
      #expect(bits(second.optimizer.firstMoments) == bits(whole.optimizer.firstMoments))
      #expect(bits(second.optimizer.secondMoments) == bits(whole.optimizer.secondMoments))
    }
  }

  @Test("A checkpoint that is written just before the next update is the state after its own step")
  func checkpointBesideTheNextStep() throws {
    let folder = try TemporaryFolder()
    let trainer = try trainer("eaft")
    _ = try trainer.step()
    let state = [trainer.optimizer.firstMoments, trainer.model.parameters].map(bits)
    let checkpoint = trainer.checkpoint(identity: "test")
    _ = try trainer.step { try checkpoint.write(to: ContainedPath(folder.checkpoint)) }
    #expect(bits(trainer.model.parameters) != state[1])

    let resumed = try self.trainer("eaft")
    try resumed.resume(from: folder.checkpoint, identity: "test")
    #expect(resumed.completedSteps == 1)
    #expect([resumed.optimizer.firstMoments, resumed.model.parameters].map(bits) == state)
  }

  @Test(
    "A failure before the update leaves weights and optimizer as they were, and the step can be done again"
  )
  func failureBeforeUpdate() throws {
    let (whole, trainer) = (try trainer("eaft"), try trainer("eaft"))
    let records = try finish(whole)
    #expect(throws: CancellationError.self) {
      _ = try trainer.step { throw CancellationError() }
    }
    #expect(trainer.completedSteps == 0)
    #expect(try finish(trainer) == records)
    #expect(bits(trainer.model.parameters) == bits(whole.model.parameters))
  }

  @Test("A checkpoint of another training is refused and changes nothing")
  func foreignCheckpoints() throws {
    let folder = try TemporaryFolder()
    let first = try trainer("eaft")
    _ = try first.step()
    _ = try first.step()
    try first.checkpoint(identity: "one").write(to: ContainedPath(folder.checkpoint))
    let initial = bits(try RunFixture.model().parameters)

    let other = try trainer("sft")
    let error = #expect(throws: TrainingError.self) {
      try other.resume(from: folder.checkpoint, identity: "one")
    }
    #expect(error?.code == .unusableCheckpoint)
    #expect(error?.message.contains("alpha: 0.333") == true)
    let same = try trainer("eaft")
    #expect(throws: TrainingError.self) {
      try same.resume(from: folder.checkpoint, identity: "two")
    }
    #expect(throws: TrainingError.self) {
      try same.resume(from: Fixtures.path("run-initial.safetensors"), identity: "one")
    }
    #expect(throws: TensorFileError.self) {
      try same.resume(from: Fixtures.path("run.json"), identity: "one")
    }
    #expect(throws: FileError.self) {
      try same.resume(from: folder.checkpoint + ".absent", identity: "one")
    }
    for trainer in [other, same] {
      #expect(trainer.completedSteps == 0)
      #expect(bits(trainer.model.parameters) == initial)
    }
  }

  @Test("A truncated checkpoint is refused and changes nothing")
  func truncatedCheckpoint() throws {
    let folder = try TemporaryFolder()
    let first = try trainer("eaft")
    _ = try first.step()
    try first.checkpoint(identity: "one").write(to: ContainedPath(folder.checkpoint))
    let content = try Data(contentsOf: URL(fileURLWithPath: folder.checkpoint))
    let initial = bits(try RunFixture.model().parameters)
    for length in [0, 7, 8, 200, content.count / 2, content.count - 1] {
      try content.prefix(length).write(to: URL(fileURLWithPath: folder.checkpoint))
      let second = try trainer("eaft")
      #expect(throws: TensorFileError.self) {
        try second.resume(from: folder.checkpoint, identity: "one")
      }
      #expect(bits(second.model.parameters) == initial)
    }
  }

  @Test("A loss that is not finite stops before the weights change, and says where")
  func notFinite() throws {
    let trainer = try trainer("eaft")
    _ = try trainer.step()
    let token = Int(fixture.examples[trainer.microBatches(ofStep: 2)[1][0]].inputIDs[0])
    trainer.model.parameters.pointer[token * 16] = .nan
    let before = bits(trainer.model.parameters)
    let error = #expect(throws: TrainingError.self) { _ = try trainer.step() }
    guard case .nonFinite(step: 2, let examples, seed: 42)? = error?.code else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trainer.microBatches(ofStep: 2).contains(examples))
    #expect(bits(trainer.model.parameters) == before)
    #expect(trainer.completedSteps == 1)
  }

  @Test("What a step learns from is the same bytes in both arms and differs from step to step")
  func batchBytes() throws {
    let (plain, gated) = (try trainer("sft"), try trainer("eaft"))
    for step in 1...6 {
      let bytes = try plain.batchBytes(ofStep: step)
      #expect(try bytes == gated.batchBytes(ofStep: step))
      #expect(try bytes != plain.batchBytes(ofStep: step % 6 + 1))
      let batches = plain.microBatches(ofStep: step)
      let words = batches.joined().reduce(1 + batches.count) {
        $0 + 1 + 2 * fixture.examples[$1].inputIDs.count
      }
      #expect(bytes.count == 4 * words)
    }
  }

  @Test("Examples that do not fit the model are refused")
  func unusableExamples() throws {
    func make(_ examples: [TrainingExample]) throws {
      _ = try Trainer(
        model: RunFixture.model(), examples: try PreparedExamples(examples),
        configuration: TrainingConfiguration(
          objective: .crossEntropy, learningRate: 1, seed: 1), threads: 1)
    }
    let long = [Int32](repeating: 3, count: 65)
    for examples in [
      [], [TrainingExample(inputIDs: [48, 3], labels: [-100, 3])],
      [TrainingExample(inputIDs: [1, 48], labels: [-100, 48])],
      [TrainingExample(inputIDs: [1, 2], labels: [1, -100])],
      [TrainingExample(inputIDs: [], labels: [])], [TrainingExample(inputIDs: long, labels: long)],
    ] {
      let error = #expect(throws: TrainingError.self) { try make(examples) }
      #expect(error?.code == .unusableExamples)
    }
  }

  @Test("Settings outside their range are refused by name")
  func refusals() throws {
    let good = TrainingConfiguration(objective: .crossEntropy, learningRate: 1e-3, seed: 1)
    try good.validate()
    let changes: [(String, (inout TrainingConfiguration) -> Void)] = [
      ("learning rate", { $0.learningRate = -1 }), ("learning rate", { $0.learningRate = .nan }),
      ("warm-up steps", { $0.warmUp = .steps(-1) }), ("warm-up ratio", { $0.warmUp = .ratio(1.1) }),
      ("warm-up ratio", { $0.warmUp = .ratio(.nan) }), ("beta1", { $0.optimizer.beta1 = 1 }),
      ("beta2", { $0.optimizer.beta2 = -0.1 }), ("epsilon", { $0.optimizer.epsilon = 0 }),
      ("weight decay", { $0.optimizer.weightDecay = .infinity }),
      ("gradient norm", { $0.maximumGradientNorm = 0 }),
      ("micro-batch size", { $0.microBatchSize = 0 }),
      ("accumulation steps", { $0.accumulationSteps = Int.max }), ("ranks", { $0.ranks = 0 }),
      ("rank-mean", { $0.reduction = .rankMean }),
      ("number of epochs", { $0.epochs = -5 }), ("maximum of steps", { $0.maximumSteps = 0 }),
    ]
    for (name, change) in changes {
      var bad = good
      change(&bad)
      let error = #expect(throws: RecipeError.self) { try bad.validate() }
      #expect(error?.code == .outOfRange)
      #expect(error?.message.contains(name) == true)
    }
  }
}
