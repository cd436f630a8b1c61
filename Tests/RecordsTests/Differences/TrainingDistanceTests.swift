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
    #expect(same.isRounding && same.loss?.value == 0 && same.weights == nil)
    #expect(same.sentence.contains("2 steps: the same batches, loss the same"))
    let near = try distance(arm([3, 2]), arm([3, 2.00001], norm: 2.0001))
    #expect(near.isRounding && near.loss?.place == "step 2")
    #expect(abs(try #require(near.gradientNorm).value - 5e-5) < 1e-8)
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
    let loss = try #require(distance.loss)
    #expect(loss.value.isNaN && loss.place == "step 2" && !distance.isRounding)
  }

  // MARK: - Measured limits

  @Test("goes by what was measured of the training, which grows with the steps and never shrinks")
  func measured() throws {
    let limits = try RoundingLimits([
      "loss": [.number(1e-6), .number(1e-4), .number(1e-7)],
      "gradient_norm": [.number(0), .number(1e-5), .number(0)], "weights": .number(1e-6),
    ])
    func isRounding(_ a: [Double], _ b: [Double], norm: Double = 2) throws -> Bool {
      try TrainingDistance(arm(a), arm(b, norm: norm), limits: limits, in: nil).isRounding
    }
    #expect(try isRounding([3, 2, 1], [3.000003, 2.0003, 1.0003]))
    #expect(try !isRounding([3, 2, 1], [3.00001, 2, 1]))
    #expect(try !isRounding([3, 2, 1], [3, 2, 1.0005]))
    // The last bit of fp32 is always allowed for, and no more in the first step here.
    #expect(try isRounding([3], [3], norm: 2 * (1 + 0x1p-23)))
    #expect(try !isRounding([3], [3], norm: 2 * (1 + 0x1p-20)))
    let distance = try TrainingDistance(arm([3, 2]), arm([3, 2.0002]), limits: limits, in: nil)
    #expect(
      distance.sentence.hasSuffix(
        "rounding in fp32 explains it (2.00 times what lies between fp32 and fp64 of this training (0.0001 in a loss at most), up to 4 being rounding); not compared: final weights."
      ), "\(distance.sentence)")
    #expect(distance.json["limits_are_measured"] == true)
    #expect(try self.distance(arm([3]), arm([3])).sentence.contains("by limits from a few steps"))
    #expect(throws: FileError.self) { try RoundingLimits(["loss": [1], "gradient_norm": []]) }
  }

  // MARK: - What one of both does not tell

  private func imported(
    _ losses: [(step: Int, loss: Double)], norm: Double? = 2
  ) -> RunSummary.Arm {
    RunSummary.Arm(
      name: "sft", seed: 1,
      steps: losses.map { step, loss in
        var values = ["loss": loss, "learning_rate": 5e-5]
        values["gradient_norm"] = norm
        return .init(number: step, batchDigest: nil, values: values)
      })
  }

  @Test("says what could not be compared, and claims nothing of it")
  func imports() throws {
    let near = try distance(arm([3, 2.00123]), imported([(1, 3), (2, 2.001231)], norm: nil))
    #expect(near.isRounding && near.gradientNorm == nil && near.firstOtherBatch == nil)
    #expect(near.notCompared == ["batches", "gradient norms", "final weights"])
    #expect(!near.sentence.contains("the same batches"))
    #expect(near.sentence.hasSuffix("not compared: batches, gradient norms, final weights."))
    let nothing = try distance(
      RunSummary.Arm(
        name: "sft", seed: 1, steps: [.init(number: 1, batchDigest: nil, values: [:])]), arm([3]))
    #expect(nothing.learningRate == nil && !nothing.isRounding)
    #expect(nothing.sentence.contains("no loss could be compared"))
  }

  @Test("allows for losses that were rounded to four digits, and only for those of a log")
  func roundedLosses() throws {
    let native = arm([3.00004, 2.00123])
    let rounded = try distance(native, imported([(1, 3), (2, 2.0012)]))
    #expect(rounded.isRounding && rounded.notCompared.contains("digits of a loss after the fourth"))
    #expect(try !distance(native, imported([(1, 3), (2, 2.00111)])).isRounding)
    #expect(try !distance(native, arm([3, 2.0012])).isRounding)
  }

  @Test("holds a log that leaves steps out against the means over the same steps")
  func means() throws {
    let native = arm([4, 3, 2.5, 1.25, 1])
    let log = try distance(native, imported([(1, 4), (3, 2.75), (5, 1.125)]))
    #expect(log.loss?.value == 0 && log.stepCount == 3)
    #expect(log.notCompared.first == "2 steps that only one has")
    #expect(try distance(native, imported([(3, 2.75), (5, 1.125)])).loss?.place == "step 3")
  }
}
