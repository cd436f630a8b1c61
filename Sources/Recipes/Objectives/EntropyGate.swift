internal import CKernels

/// Entropy-Adaptive Fine-Tuning, EAFT: the weight is (H / normalizer)^alpha.
///
/// H is the entropy in nats of the softmax over the k largest logits. Diao et al., "Entropy-Adaptive Fine-Tuning", arXiv
/// 2601.02151, equations 2 and 3, in all published readings. With alpha 0 every weight is exactly 1 and every bit that of
/// plain cross entropy.
package struct EntropyGate: Sendable, Equatable {
  /// What the entropy is divided by.
  package enum Normalizer: Sendable, Equatable {
    /// Nothing.
    case none
    /// ln(min(k, vocabulary size)), the largest possible entropy.
    case lnK
    /// This number.
    case constant(Double)
  }

  /// How many of the largest logits the entropy is taken over.
  package let k: Int
  /// Exponent of the normalised entropy.
  package let alpha: Double
  /// What the entropy is divided by.
  package let normalizer: Normalizer

  /// Checks and gathers the parts.
  ///
  /// Throws ``ObjectiveProblem`` unless 1 <= k <= 1024 (2 <= k with ``Normalizer/lnK``), 0 <= alpha <= 100, and a constant
  /// is finite and positive.
  package init(k: Int, alpha: Double, normalizer: Normalizer) throws(ObjectiveProblem) {
    self.init(checkedK: k, alpha: alpha, normalizer: normalizer)
    try Self.check(values)
    if normalizer == .lnK, k < 2 {
      throw ObjectiveProblem(
        key: "normalizer", "the normalizer 'ln-k' needs a 'k' of at least 2: ln 1 is 0")
    }
  }

  private init(checkedK: Int, alpha: Double, normalizer: Normalizer) {
    k = checkedK
    self.alpha = alpha
    self.normalizer = normalizer
  }

  /// The gate that weighs every token 1.
  package static let open = EntropyGate(
    checkedK: Objective.reportedK, alpha: 0, normalizer: .none)
}

// MARK: - What manifests say

extension EntropyGate: ObjectiveKind {
  static let name = "eaft"

  static let keys = [
    ObjectiveKey("k", .integer(1...Int(CK_OBJECTIVE_MAXIMUM_K))),
    ObjectiveKey("alpha", .number(0...100)),
    ObjectiveKey("normalizer", .wordOrConstant(["none", "ln-k"])),
  ]

  static let presets = [
    // H^0.333: what every release makes of the published settings. The kernel file is the same in 0.14 to 0.21.
    preset("axolotl-0.14", formerly: "axolotl", alpha: 0.333, .none),
    // (H / ln 20)^0.333: what the text beside the published settings says.
    preset("blog-intent", alpha: 0.333, .lnK),
    // H / ln 20: the paper's equation 3.
    preset("paper", alpha: 1, .lnK),
    // H / 3: the implementation that the paper's authors contributed, in `trainer_utils.py`.
    preset("llamafactory-0.9.5", formerly: "llamafactory", alpha: 1, .constant(3)),
  ]

  private static func preset(
    _ name: String, formerly formerName: String? = nil, alpha: Double, _ normalizer: Normalizer
  ) -> ObjectivePreset {
    ObjectivePreset(
      name, formerly: formerName,
      .entropyGated(EntropyGate(checkedK: 20, alpha: alpha, normalizer: normalizer)))
  }

  static func objective(_ values: [String: ObjectiveValue]) throws(ObjectiveProblem) -> Objective {
    let normalizer: Normalizer
    switch values["normalizer"] {
    case .word("none"): normalizer = .none
    case .word("ln-k"): normalizer = .lnK
    case .constant(let constant): normalizer = .constant(constant)
    default: throw ObjectiveProblem(key: "normalizer", "'normalizer' has to be \(keys[2].expected)")
    }
    return .entropyGated(
      try EntropyGate(
        k: values.integer("k"), alpha: values.number("alpha"), normalizer: normalizer))
  }

  var values: [String: ObjectiveValue] {
    let normalizer: ObjectiveValue =
      switch normalizer {
      case .none: .word("none")
      case .lnK: .word("ln-k")
      case .constant(let constant): .constant(constant)
      }
    return ["k": .integer(k), "alpha": .number(alpha), "normalizer": normalizer]
  }

  var canonicalText: String {
    let normalizer =
      switch normalizer {
      case .none: "none"
      case .lnK: "ln-k"
      case .constant(let constant): "\(constant)"
      }
    return "k: \(k), alpha: \(alpha), normalizer: \(normalizer)"
  }

  var kernelSettings: ck_objective {
    let (kind, constant) =
      switch normalizer {
      case .none: (CK_NORMALIZER_NONE, 1.0)
      case .lnK: (CK_NORMALIZER_LN_K, 1.0)
      case .constant(let constant): (CK_NORMALIZER_CONSTANT, constant)
      }
    return ck_objective(
      k: k, alpha: alpha, normalizer: kind, constant: constant, weight: CK_WEIGHT_ENTROPY)
  }
}
