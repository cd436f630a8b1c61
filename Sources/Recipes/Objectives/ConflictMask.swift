internal import CKernels

/// Cross entropy without confident conflicts: tokens whose entropy and whose probability are both low do not count.
///
/// Low is below the given quantile of all tokens of the window: what is averaged together in a step, that of each process
/// where each averages its own (``Reduction/windows(microBatches:ranks:)``). A masked token counts as if it had no label:
/// neither in the loss nor in the number of tokens that is divided by.
///
/// The pilot experiment of Diao et al., "Entropy-Adaptive Fine-Tuning", arXiv 2601.02151, masks the lowest 15 % of both. Over
/// which tokens the quantiles are taken, and whether masked tokens count in the mean, is this project's reading.
package struct ConflictMask: Sendable, Equatable {
  /// How many of the largest logits the entropy is taken over.
  package let k: Int
  /// Share of the window's tokens with a low entropy.
  package let entropyQuantile: Double
  /// Share of the window's tokens with a low probability.
  package let probabilityQuantile: Double

  /// Checks and gathers the parts.
  ///
  /// Throws ``ObjectiveProblem`` unless 1 <= k <= 1024 and both quantiles are from 0 to 1.
  package init(
    k: Int, entropyQuantile: Double, probabilityQuantile: Double
  ) throws(ObjectiveProblem) {
    self.init(checkedK: k, entropyQuantile, probabilityQuantile)
    try Self.check(values)
  }

  private init(checkedK: Int, _ entropyQuantile: Double, _ probabilityQuantile: Double) {
    k = checkedK
    self.entropyQuantile = entropyQuantile
    self.probabilityQuantile = probabilityQuantile
  }
}

// MARK: - What manifests say

extension ConflictMask: ObjectiveKind {
  static let name = "masked"

  static let keys = [
    ObjectiveKey("k", .integer(1...Int(CK_OBJECTIVE_MAXIMUM_K))),
    ObjectiveKey("entropy_quantile", .number(0...1)),
    ObjectiveKey("probability_quantile", .number(0...1)),
  ]

  static let presets = [ObjectivePreset("paper", .masked(ConflictMask(checkedK: 20, 0.15, 0.15)))]

  static func objective(_ values: [String: ObjectiveValue]) throws(ObjectiveProblem) -> Objective {
    .masked(
      try ConflictMask(
        k: values.integer("k"), entropyQuantile: values.number("entropy_quantile"),
        probabilityQuantile: values.number("probability_quantile")))
  }

  var values: [String: ObjectiveValue] {
    [
      "k": .integer(k), "entropy_quantile": .number(entropyQuantile),
      "probability_quantile": .number(probabilityQuantile),
    ]
  }

  var canonicalText: String {
    """
    objective: masked, k: \(k), entropy quantile: \(entropyQuantile), \
    probability quantile: \(probabilityQuantile)
    """
  }

  var kernelSettings: ck_objective {
    ck_objective(
      k: k, alpha: 0, normalizer: CK_NORMALIZER_NONE, constant: 1, weight: CK_WEIGHT_GIVEN)
  }
}
