package import CKernels

/// What is minimised at each trainable token: its cross entropy times a weight that no gradient flows through.
///
/// A case has a file of its own, which says everything about it; `docs/adding-an-objective.md` tells how to add one.
package enum Objective: Sendable, Equatable {
  /// Plain fine-tuning: every weight is 1.
  case crossEntropy
  /// EAFT: tokens count by the entropy of their prediction.
  case entropyGated(EntropyGate)
  /// DFT: tokens count by their probability.
  case probabilityWeighted
  /// The pilot of the EAFT paper: tokens that are improbable and predicted with certainty do not count.
  case masked(ConflictMask)

  /// All kinds, in the order in which messages list them.
  static let kinds: [any ObjectiveKind.Type] = [
    CrossEntropy.self, EntropyGate.self, ProbabilityWeight.self, ConflictMask.self,
  ]

  /// What the case's own file says.
  var kind: any ObjectiveKind {
    switch self {
    case .crossEntropy: CrossEntropy()
    case .entropyGated(let gate): gate
    case .probabilityWeighted: ProbabilityWeight()
    case .masked(let mask): mask
    }
  }

  /// How many of the largest logits the entropies are over that are only reported.
  package static let reportedK = 20

  /// All settings in one line, as ``TrainingConfiguration/canonicalText`` has them.
  package var canonicalText: String { kind.canonicalText }

  /// The same as the kernels want them.
  package var kernelSettings: ck_objective { kind.kernelSettings }
}
