internal import CKernels

/// Plain cross entropy: every weight is exactly 1.
struct CrossEntropy: ObjectiveKind {
  static let name = "cross-entropy"

  static func objective(_ values: [String: ObjectiveValue]) -> Objective { .crossEntropy }

  // Bit for bit that of a gate that is always open, and written like one since before there were kinds.
  var canonicalText: String { EntropyGate.open.canonicalText }
  var kernelSettings: ck_objective { EntropyGate.open.kernelSettings }
}
