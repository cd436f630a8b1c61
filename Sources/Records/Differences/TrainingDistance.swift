import Assets
package import Files
import Foundation
import Tensors

/// How far two trainings of one arm lie apart where their bits differ: step by step, and in the end tensor by tensor.
///
/// Two engines that compute the same differ by the rounding of their arithmetics. In fp32, the native engine and Axolotl were
/// found no further apart than 2e-5 in the loss, 1e-4 of itself in the gradient norm and 1e-5 in a weight
/// (`Tests/TrainingTests`); what is further apart than that is another computation.
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
  /// Distance of the losses.
  package let loss: Largest
  /// Distance of gradient norms and of learning rates, each divided by the larger of both.
  package let gradientNorm: Largest
  package let learningRate: Largest
  /// Distance of two weights; nil unless both final weights are in the store.
  package let weights: Largest?

  /// The distances that rounding in fp32 was found to explain.
  private static let explained = (loss: 2e-5, gradientNorm: 1e-4, weights: 1e-5)

  /// Whether rounding in fp32 explains all of it.
  package var isRounding: Bool {
    firstOtherBatch == nil && loss.value <= Self.explained.loss
      && gradientNorm.value <= Self.explained.gradientNorm && learningRate.value <= 1e-12
      && weights.map { $0.value <= Self.explained.weights } ?? true
  }

  /// Compares what both trainings have; their weights lie in `store`, if they are anywhere.
  ///
  /// - Throws: ``TensorFileError`` if weights are there and cannot be read.
  init(_ a: RunSummary.Arm, _ b: RunSummary.Arm, in store: ArtifactStore?) throws {
    let pairs = Array(zip(a.steps, b.steps))
    func largest(_ name: String, isRelative: Bool) -> Largest {
      var found = Largest(at: "no step")
      for (left, right) in pairs {
        let (x, y) = (left.values[name] ?? .nan, right.values[name] ?? .nan)
        let scale = isRelative ? max(x.magnitude, y.magnitude) : 1
        found.take(x == y ? 0 : (x - y).magnitude / scale, at: "step \(left.number)")
      }
      return found
    }
    arm = a.sentence
    stepCount = pairs.count
    firstOtherBatch = pairs.first { $0.batchDigest != $1.batchDigest }?.0.number
    loss = largest("loss", isRelative: false)
    gradientNorm = largest("gradient_norm", isRelative: true)
    learningRate = largest("learning_rate", isRelative: true)
    weights = try Self.weights(a, b, in: store)
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
    func text(_ largest: Largest) -> String {
      largest.value == 0
        ? "the same" : "at most \(String(format: "%.2g", largest.value)) apart (\(largest.place))"
    }
    let batches =
      firstOtherBatch.map { "from step \(String($0)) on other batches" } ?? "the same batches"
    let end = weights.map { ", final weights \(text($0))" } ?? ""
    return
      "\(arm), \(stepCount) steps: \(batches), loss \(text(loss)), gradient norm relatively \(text(gradientNorm)), learning rate relatively \(text(learningRate))\(end); \(isRounding ? "rounding in fp32 explains it" : "more than rounding in fp32 explains")."
  }

  /// The same for programs.
  package var json: JSON {
    func json(_ largest: Largest) -> JSON {
      ["value": .exact(largest.value), "place": .string(largest.place)]
    }
    return [
      "arm": .string(arm), "steps": JSON(stepCount),
      "first_other_batch": firstOtherBatch.map { JSON($0) } ?? .null, "loss": json(loss),
      "gradient_norm": json(gradientNorm), "learning_rate": json(learningRate),
      "weights": weights.map(json) ?? .null, "is_rounding": .bool(isRounding),
    ]
  }
}
