internal import CKernels

/// Dynamic Fine-Tuning, DFT: the weight is the probability p of the target, so that -p ln p is minimised with p held fixed.
///
/// Wu et al., "On the Generalization of SFT", arXiv 2508.05629. What Axolotl has since 0.20, and LLaMA-Factory 0.9.5, TRL 1.16
/// and ms-swift 4.6 have: they differ in nothing but where they round.
struct ProbabilityWeight: ObjectiveKind {
  static let name = "dft"

  static func objective(_ values: [String: ObjectiveValue]) -> Objective { .probabilityWeighted }

  var canonicalText: String { "objective: dft, k: \(Objective.reportedK)" }

  var kernelSettings: ck_objective {
    ck_objective(
      k: Objective.reportedK, alpha: 0, normalizer: CK_NORMALIZER_NONE, constant: 1,
      weight: CK_WEIGHT_PROBABILITY)
  }
}
