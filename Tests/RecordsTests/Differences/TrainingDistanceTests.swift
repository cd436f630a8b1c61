import Files
import Testing

@testable import Records

@Suite("How far two trainings lie apart") struct TrainingDistanceTests {
  private func arm(_ losses: [Double], norm: Double = 2, batch: String = "b") -> RunSummary.Arm {
    RunSummary.Arm(
      name: "sft", seed: 1,
      steps: losses.enumerated().map { index, loss in
        .init(
          number: index + 1, batchDigest: SHA256.digest(of: "\(batch) \(index)"),
          values: ["loss": loss, "gradient_norm": norm, "learning_rate": 5e-5])
      })
  }

  private func distance(_ a: RunSummary.Arm, _ b: RunSummary.Arm) throws -> TrainingDistance {
    try TrainingDistance(a, b, in: nil)
  }

  @Test("is nothing between the same numbers, and what rounding explains where it is small")
  func rounding() throws {
    let same = try distance(arm([3, 2]), arm([3, 2]))
    #expect(same.isRounding && same.loss.value == 0 && same.weights == nil)
    #expect(same.sentence.contains("2 steps: the same batches, loss the same"))
    let near = try distance(arm([3, 2]), arm([3, 2.00001], norm: 2.0001))
    #expect(near.isRounding && near.loss.place == "step 2")
    #expect(abs(near.gradientNorm.value - 5e-5) < 1e-8)
  }

  @Test("is another computation where it is larger, or where the batches are others")
  func larger() throws {
    #expect(try !distance(arm([3, 2]), arm([3, 2.00003])).isRounding)
    #expect(try !distance(arm([3]), arm([3], norm: 2.001)).isRounding)
    let other = try distance(arm([3, 2]), arm([3, 2], batch: "c"))
    #expect(!other.isRounding && other.firstOtherBatch == 1)
  }

  @Test("of what is no number is no rounding, whatever comes after it")
  func undefined() throws {
    let distance = try distance(arm([3, .nan, 1]), arm([3, 2, 1]))
    #expect(distance.loss.value.isNaN && distance.loss.place == "step 2" && !distance.isRounding)
    let missing = try self.distance(
      RunSummary.Arm(
        name: "sft", seed: 1, steps: [.init(number: 1, batchDigest: nil, values: [:])]), arm([3]))
    #expect(missing.learningRate.value.isNaN && !missing.isRounding)
  }
}
