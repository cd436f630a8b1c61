import Assets
package import Files
import Foundation
import Tensors

/// How far two trainings of one arm lie apart where their bits differ: step by step, and in the end tensor by tensor.
///
/// Two engines that compute the same differ by the rounding of their arithmetics, and no further than ``RoundingLimits`` say; what is
/// further apart than that is another computation.
package struct TrainingDistance: Sendable, Equatable {
  /// The largest distance of one quantity, and where it was found.
  package struct Largest: Sendable, Equatable {
    package private(set) var value = 0.0
    package private(set) var place: String

    /// Nothing was found yet, at what is called so.
    fileprivate init(at place: String) { self.place = place }

    /// Takes a distance in; one that is no number is larger than all, and stays.
    fileprivate mutating func take(_ value: Double, at place: @autoclosure () -> String) {
      guard !self.value.isNaN, !(value <= self.value) else { return }
      (self.value, self.place) = (value, place())
    }
  }

  /// The arm, as sentences name it.
  package let arm: String
  /// Steps that both have.
  package let stepCount: Int
  /// The first step whose batches differ; nil if none do.
  package let firstOtherBatch: Int?
  /// Distance of the losses; here and below nil where one of both does not tell.
  package let loss: Largest?
  /// Distance of gradient norms and of learning rates, each divided by the larger of both.
  package let gradientNorm: Largest?
  package let learningRate: Largest?
  /// Distance of two weights; nil unless both final weights are in the store.
  package let weights: Largest?
  /// What could not be compared, as one of both does not tell it.
  package let notCompared: [String]
  /// What rounding may do to them, and the largest distance of loss, gradient norm and weights as a share of that.
  private let limits: RoundingLimits
  private let shareOfLimits: Double

  /// What is added to the limit of a loss where a log has losses of four digits.
  private static let fourDigits = 5e-5

  /// Whether rounding in fp32 explains all that was compared, the losses at least.
  package var isRounding: Bool {
    firstOtherBatch == nil && loss != nil && shareOfLimits <= 1
      && learningRate.map { $0.value <= 1e-12 } ?? true
  }

  /// Compares what both trainings have, for which rounding has these limits; their weights lie in `store`, if they are anywhere.
  ///
  /// - Throws: ``TensorFileError`` if weights are there and cannot be read.
  init(
    _ a: RunSummary.Arm, _ b: RunSummary.Arm, limits: RoundingLimits = RoundingLimits(),
    in store: ArtifactStore?
  ) throws {
    let pairs = a.commonSteps(with: b)
    func largest(_ values: [(step: Int, Double, Double)], isRelative: Bool) -> Largest? {
      var found = Largest(at: "no step")
      for (step, x, y) in values {
        let scale = isRelative ? max(x.magnitude, y.magnitude) : 1
        found.take(x == y ? 0 : (x - y).magnitude / scale, at: "step \(step)")
      }
      return values.isEmpty ? nil : found
    }
    func values(_ name: String) -> [(step: Int, Double, Double)] {
      pairs.compactMap { left, right in
        guard let x = left.values[name], let y = right.values[name] else { return nil }
        return (left.number, x, y)
      }
    }
    let numbers = Set(pairs.map(\.0.number))
    let (left, right) = (a.steps.meanLosses(upTo: numbers), b.steps.meanLosses(upTo: numbers))
    let losses = pairs.compactMap { step, _ -> (step: Int, Double, Double)? in
      guard let x = left[step.number], let y = right[step.number] else { return nil }
      return (step.number, x, y)
    }
    let (norms, rates) = (values("gradient_norm"), values("learning_rate"))
    arm = a.sentence
    stepCount = pairs.count
    let batches = pairs.filter { $0.batchDigest != nil && $1.batchDigest != nil }
    firstOtherBatch = batches.first { $0.batchDigest != $1.batchDigest }?.0.number
    loss = largest(losses, isRelative: false)
    gradientNorm = largest(norms, isRelative: true)
    learningRate = largest(rates, isRelative: true)
    weights = try Self.weights(a, b, in: store)
    let isRounded = [a, b].contains { arm in
      arm.steps.contains { $0.batchDigest == nil } && arm.steps.haveRoundedLosses
    }
    self.limits = limits
    var share = Largest(at: "nothing")
    func take(_ distance: Double, _ limit: Double) {
      share.take(distance == 0 ? 0 : distance / limit, at: "one of them")
    }
    for (step, x, y) in losses {
      let limit = limits.loss(step: step, max(x.magnitude, y.magnitude))
      take((x - y).magnitude, limit + (isRounded ? Self.fourDigits : 0))
    }
    for (step, x, y) in norms {
      take((x - y).magnitude, limits.gradientNorm(step: step) * max(x.magnitude, y.magnitude))
    }
    if let weights { take(weights.value, limits.weights) }
    shareOfLimits = share.value
    let single = max(a.steps.count, b.steps.count) - pairs.count
    let all = pairs.count
    notCompared = [
      single > 0 ? "\(English.count(single, "step")) that only one has" : nil,
      batches.count < all ? "batches" : nil, losses.count < all ? "losses" : nil,
      isRounded ? "digits of a loss after the fourth" : nil,
      norms.count < all ? "gradient norms" : nil, rates.count < all ? "learning rates" : nil,
      weights == nil ? "final weights" : nil,
    ].compactMap(\.self)
  }

  private static func weights(
    _ a: RunSummary.Arm, _ b: RunSummary.Arm, in store: ArtifactStore?
  ) throws -> Largest? {
    guard let store, let left = a.digests["weights"], let right = b.digests["weights"],
      store.contains(left), store.contains(right)
    else { return nil }
    let (first, second) = (
      try SafetensorsFile(contentsOf: store.path(of: left)),
      try SafetensorsFile(contentsOf: store.path(of: right))
    )
    var found = Largest(at: "no tensor")
    for tensor in first.tensors {
      guard let other = second.tensor(tensor.name), other.shape == tensor.shape else {
        found.take(.infinity, at: "\(tensor.name), which only one has")
        return found
      }
      var (x, y) = (
        [Float](repeating: 0, count: tensor.count), [Float](repeating: 0, count: tensor.count)
      )
      try x.withUnsafeMutableBufferPointer { try first.read(tensor.name, into: $0) }
      try y.withUnsafeMutableBufferPointer { try second.read(tensor.name, into: $0) }
      for index in x.indices where x[index] != y[index] {
        found.take(
          Double((x[index] - y[index]).magnitude), at: "\(tensor.name), element \(index)")
      }
    }
    return found
  }

  /// All of it in one sentence.
  package var sentence: String {
    func text(_ name: String, _ largest: Largest?) -> String? {
      guard let largest else { return nil }
      return largest.value == 0
        ? "\(name) the same"
        : "\(name) at most \(String(format: "%.2g", largest.value)) apart (\(largest.place))"
    }
    let batches =
      firstOtherBatch.map { "from step \(String($0)) on other batches" }
      ?? (notCompared.contains("batches") ? nil : "the same batches")
    let parts = [
      batches, text("loss", loss), text("gradient norm relatively", gradientNorm),
      text("learning rate relatively", learningRate), text("final weights", weights),
    ].compactMap(\.self)
    let conclusion =
      loss == nil
      ? "no loss could be compared"
      : (isRounding ? "rounding in fp32 explains it" : "more than rounding in fp32 explains")
        + " (\(limits.sentence(shareOfLimits)))"
    let rest = notCompared.isEmpty ? "" : "; not compared: \(English.list(notCompared))"
    return
      "\(arm), \(stepCount) steps: \(parts.joined(separator: ", ")); \(conclusion)\(rest)."
  }

  /// The same for programs.
  package var json: JSON {
    func json(_ largest: Largest?) -> JSON {
      largest.map { ["value": .exact($0.value), "place": .string($0.place)] } ?? .null
    }
    return [
      "arm": .string(arm), "steps": JSON(stepCount),
      "first_other_batch": firstOtherBatch.map { JSON($0) } ?? .null, "loss": json(loss),
      "gradient_norm": json(gradientNorm), "learning_rate": json(learningRate),
      "weights": json(weights), "is_rounding": .bool(isRounding),
      "share_of_limits": .exact(shareOfLimits), "limits_are_measured": .bool(limits.areMeasured),
      "not_compared": .array(notCompared.map(JSON.string)),
    ]
  }
}

extension RunSummary.Arm {
  /// The steps that another training has too, by their numbers.
  func commonSteps(with other: RunSummary.Arm) -> [(RunSummary.Step, RunSummary.Step)] {
    let others = Dictionary(other.steps.map { ($0.number, $0) }) { first, _ in first }
    return steps.compactMap { step in others[step.number].map { (step, $0) } }
  }
}

extension RunSummary.Step {
  /// The step without what another record of it does not tell, as an import's.
  func shared(with other: RunSummary.Step) -> RunSummary.Step {
    RunSummary.Step(
      number: number, batchDigest: other.batchDigest == nil ? nil : batchDigest,
      values: values.filter { other.values[$0.key] != nil })
  }
}

extension [RunSummary.Step] {
  /// By the number of each of some steps the mean loss since the one before; none where a loss is missing.
  ///
  /// A log that leaves steps out has the mean over them, so that two trainings are held against each other over the same steps.
  fileprivate func meanLosses(upTo numbers: Set<Int>) -> [Int: Double] {
    var means: [Int: Double] = [:]
    var (sum, count): (Double?, Int) = (0, 0)
    for step in self {
      sum = sum.flatMap { sum in step.values["loss"].map { sum + $0 } }
      count += 1
      guard numbers.contains(step.number) else { continue }
      means[step.number] = sum.map { $0 / Double(count) }
      (sum, count) = (0, 0)
    }
    return means
  }
}
