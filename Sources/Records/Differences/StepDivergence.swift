import Provenance
import Tensors

extension Divergence {
  /// Names of a step's values in the order in which they are computed.
  private static let stepValues = [
    "epoch", "trainable_tokens", "total_tokens", "cross_entropy", "entropy", "weight", "loss",
    "gradient_norm", "learning_rate", "updates", "vanished_updates",
  ]

  /// Where two records of one training step part; nil if every bit is the same.
  package init?(_ reference: RunSummary.Step, _ variant: RunSummary.Step, of arm: ArmAddress) {
    guard reference != variant || !Self.sameBits(reference, variant) else { return nil }
    let place = "\(arm), step \(reference.number)"
    guard reference.batchDigest == variant.batchDigest else {
      self.init(place: place, operation: "batch")
      return
    }
    let name = Self.stepValues.first {
      reference.values[$0]?.bitPattern != variant.values[$0]?.bitPattern
    }
    guard let name, let left = reference.values[name], let right = variant.values[name] else {
      self.init(place: place, operation: name ?? "record of the step")
      return
    }
    func tensor(_ value: Double) -> CapturedTensor {
      CapturedTensor(
        element: .float64, rows: 1, columns: 1,
        bytes: withUnsafeBytes(of: value.bitPattern) { Array($0) })
    }
    self.init(
      place: place, operation: name, values: TensorDifference(tensor(left), tensor(right)))
  }

  /// Equality says that 0 is -0, and that no NaN is one.
  private static func sameBits(_ a: RunSummary.Step, _ b: RunSummary.Step) -> Bool {
    a.values.mapValues(\.bitPattern) == b.values.mapValues(\.bitPattern)
  }
}
