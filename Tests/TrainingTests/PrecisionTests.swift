import Files
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

@testable import Recipes
@testable import Training

/// The trainings in bfloat16 that `make_precision.py` did in PyTorch.
private struct PrecisionFixture: Decodable {
  struct Step: Decodable {
    let loss: Double
    let gradientNorm: Double
    let unchanged: Int
    let unmoved: Int
  }

  struct Run: Decodable {
    let steps: [Step]
    /// The same in fp64.
    let exact: [Step]
  }

  let settings: RunFixture.Settings
  let runs: [String: Run]

  static func load() throws -> PrecisionFixture {
    try JSONDecoder().decode(PrecisionFixture.self, from: Fixtures.data("precision.json"))
  }
}

@Suite("Trainings in bfloat16") struct PrecisionTests {
  private let fixture: PrecisionFixture
  private let examples: PreparedExamples
  private let configuration: TrainingConfiguration

  init() throws {
    fixture = try PrecisionFixture.load()
    examples = try RunFixture.load().trainingExamples()
    configuration = try RunFixture.Run(settings: fixture.settings, steps: []).configuration()
  }

  private func trainer(
    _ precision: TrainingPrecision, threads: Int = 1, recomputes: Bool = false,
    model: LanguageModel? = nil, change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = configuration
    configuration.precision = precision
    change(&configuration)
    return try Trainer(
      model: try model ?? RunFixture.model(), examples: examples, configuration: configuration,
      threads: threads, recomputes: recomputes)
  }

  private func finish(_ trainer: Trainer) throws -> [StepRecord] {
    var records: [StepRecord] = []
    while !trainer.isFinished { records.append(try trainer.step()) }
    return records
  }

  private static let rounding = TrainingPrecision.allCases.filter { $0 != .float32 }

  /// The root of the mean square of what two lists differ by.
  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
    return (sum / Double(a.count)).squareRoot()
  }

  @Test("Losses and norms are about as far from fp64 as autocast's, and no further from autocast's")
  func mixed() throws {
    let run = try #require(fixture.runs["mixed"])
    let records = try finish(trainer(.mixed))
    try #require(records.count == run.steps.count)
    let (losses, norms) = (run.steps.map(\.loss), run.steps.map(\.gradientNorm))
    let exact = (losses: run.exact.map(\.loss), norms: run.exact.map(\.gradientNorm))
    check(records.map(\.loss), losses, exact.losses, "loss")
    check(records.map(\.gradientNorm), norms, exact.norms, "norm")
  }

  /// Ours may be twice as far from the exact numbers as PyTorch's, and from PyTorch's.
  private func check(
    _ found: [Double], _ reference: [Double], _ exact: [Double], _ name: String
  ) {
    let error = distance(reference, exact)
    #expect(distance(found, exact) <= 2 * error, "\(name)")
    #expect(distance(found, reference) <= 2 * error, "\(name)")
  }

  @Test("Weights of bfloat16 train as in PyTorch, and as many of them stay what they are")
  func bfloat16() throws {
    let run = try #require(fixture.runs["bfloat16"])
    let trainer = try trainer(.bfloat16)
    var records: [StepRecord] = []
    while !trainer.isFinished {
      let before = Array(trainer.model.parameters.elements)
      let record = try trainer.step()
      records.append(record)
      let movement = try #require(record.movement)
      let unchanged = zip(before, trainer.model.parameters.elements).count { $0 == $1 }
      #expect(movement.vanished + before.count - movement.moving == unchanged)
      // The first step has the learning rate 0.
      #expect((movement.moving == 0) == (record.step == 1))
    }
    try #require(records.count == run.steps.count)
    // What rounding alone does to a training in which no update vanishes.
    let mixed = try #require(fixture.runs["mixed"])
    let error = distance(mixed.steps.map(\.loss), mixed.exact.map(\.loss))
    let losses = run.steps.map(\.loss)
    #expect(distance(records.map(\.loss), losses) <= 2 * error)
    // Where updates vanish, fp64 learns faster.
    #expect(distance(losses, run.exact.map(\.loss)) > 20 * error)
    let count = trainer.model.parameters.count
    for (found, expected) in zip(records, run.steps) {
      #expect(agree(found.gradientNorm, expected.gradientNorm, relative: 0.01))
      let movement = try #require(found.movement)
      let unchanged = movement.vanished + count - movement.moving
      let difference = abs(unchanged - expected.unchanged)
      #expect(difference * 200 <= count, "step \(found.step)")
    }
  }

  @Test(
    "One, two and three threads, and activations that are computed again, give the same bits",
    arguments: rounding)
  func threads(precision: TrainingPrecision) throws {
    let runs = try [(1, false), (2, true), (3, false)].map { threads, recomputes in
      let trainer = try trainer(precision, threads: threads, recomputes: recomputes)
      return (try finish(trainer), bits(trainer.model.parameters))
    }
    for run in runs {
      #expect(run.0 == runs[0].0)
      #expect(run.1 == runs[0].1)
    }
  }

  @Test(
    "A training resumed at any step gives the bits of an uninterrupted one", arguments: rounding)
  func resume(precision: TrainingPrecision) throws {
    let whole = try trainer(precision)
    let records = try finish(whole)
    for stop in [0, 1, 7] {
      let folder = try TemporaryFolder()
      let first = try trainer(precision)
      var found = try (0..<stop).map { _ in try first.step() }
      try first.checkpoint(identity: "test").write(to: ContainedPath(folder.checkpoint))
      let second = try trainer(
        precision, threads: 2, model: LanguageModel(configuration: whole.model.configuration))
      try second.resume(from: folder.checkpoint, identity: "test")
      found += try finish(second)
      #expect(found == records)
      #expect(bits(second.model.parameters) == bits(whole.model.parameters))
      let other = try trainer(.float32)
      #expect(throws: TrainingError.self) {
        try other.resume(from: folder.checkpoint, identity: "test")
      }
    }
  }

  @Test("What is kept is bfloat16 with bf16-weights alone, and each precision trains other bits")
  func state() throws {
    let trainers = try TrainingPrecision.allCases.map { try trainer($0) }
    let records = try trainers.map(finish)
    for (trainer, records) in zip(trainers, records) {
      let isRounded = trainer.configuration.precision == .bfloat16
      for buffer in [
        trainer.model.parameters, trainer.optimizer.firstMoments, trainer.optimizer.secondMoments,
      ] {
        #expect(buffer.elements.allSatisfy { $0.bitPattern & 0xffff == 0 } == isRounded)
      }
      #expect(records.allSatisfy { ($0.movement != nil) == isRounded })
    }
    #expect(Set(records.map { $0[0].loss }).count == 3)
  }

  @Test("Only a precision other than fp32 is part of what a training is")
  func canonicalText() throws {
    let texts = try TrainingPrecision.allCases.map { try trainer($0).configuration.canonicalText }
    #expect(!texts[0].contains("precision"))
    #expect(texts[1] == texts[0] + ", precision: bf16-mixed")
    #expect(texts[2] == texts[0] + ", precision: bf16-weights")
  }

  @Test(
    "With bfloat16 weights an update is that of fp32, rounded, and what it leaves alone is counted",
    arguments: [0.0, 0.1])
  func update(decay: Double) throws {
    let layout = try RunFixture.model().layout
    let settings = AdamWSettings(weightDecay: decay)
    let rounded = AdamW(layout: layout, settings: settings, rounds: true)
    let plain = AdamW(layout: layout, settings: settings)
    let weights = try RunFixture.model().parameters
    weights.roundToBFloat16(threads: 1)
    var random = SeededGenerator(seed: 3)
    var total = 0
    for step in 1...5 {
      let gradients = [FloatBuffer(count: layout.count), FloatBuffer(count: layout.count)]
      for index in 0..<layout.count where index % 7 != 0 {
        let value = Float.random(in: -1...1, using: &random)
        for buffer in gradients { buffer.pointer[index] = value }
      }
      // The unrounded optimizer goes on from the rounded state.
      let copy = FloatBuffer(count: layout.count)
      for (to, from) in [
        (copy, weights), (plain.firstMoments, rounded.firstMoments),
        (plain.secondMoments, rounded.secondMoments),
      ] { to.pointer.update(from: from.pointer, count: layout.count) }
      let before = Array(weights.elements)
      let none = plain.update(
        copy, gradients: gradients[0], gradientScale: 0.5, learningRate: 1e-3, threads: 1)
      #expect(none == nil)
      let movement = try #require(
        rounded.update(
          weights, gradients: gradients[1], gradientScale: 0.5, learningRate: 1e-3, threads: 2))
      for buffer in [copy, plain.firstMoments, plain.secondMoments] {
        buffer.roundToBFloat16(threads: 1)
      }
      #expect(bits(weights) == bits(copy))
      #expect(bits(rounded.firstMoments) == bits(plain.firstMoments))
      #expect(bits(rounded.secondMoments) == bits(plain.secondMoments))
      #expect(gradients[1].elements.allSatisfy { $0 == 0 })
      let idle = decay == 0 ? stride(from: 0, to: layout.count, by: 7).underestimatedCount : nil
      if let idle { #expect(movement.moving == layout.count - idle, "step \(step)") }
      let unchanged = zip(before, weights.elements).count { $0 == $1 }
      #expect(movement.vanished == unchanged - (layout.count - movement.moving))
      total += movement.vanished
    }
    #expect(total > 0)
  }
}
