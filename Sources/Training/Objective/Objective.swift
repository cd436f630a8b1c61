/// What is minimised at each trainable token: cross entropy, weighted by (H / normalizer)^alpha.
///
/// H is the entropy in nats of the softmax over the k largest logits; no gradient flows through the weight. This is
/// Entropy-Adaptive Fine-Tuning, arXiv 2601.02151, equations 2 and 3, in all its published readings. With alpha 0
/// every weight is exactly 1 and every bit that of plain cross entropy.
package struct Objective: Sendable, Equatable {
  /// What the entropy is divided by.
  package enum Normalizer: Sendable, Equatable {
    /// Nothing.
    case none
    /// ln(min(k, vocabulary size)), the largest possible entropy.
    case lnK
    /// This number.
    case constant(Double)
  }

  /// Largest supported `k`.
  package static let maximumK = 1024

  /// How many of the largest logits the entropy is taken over.
  package let k: Int
  /// Exponent of the normalised entropy.
  package let alpha: Double
  /// What the entropy is divided by.
  package let normalizer: Normalizer

  /// Checks and gathers the parts.
  ///
  /// Throws ``TrainingError`` unless 1 <= k <= ``maximumK`` (2 <= k with ``Normalizer/lnK``), alpha is finite and not
  /// negative, and a constant is finite and positive.
  package init(k: Int, alpha: Double, normalizer: Normalizer) throws {
    let minimumK = normalizer == .lnK ? 2 : 1
    guard (minimumK...Self.maximumK).contains(k) else {
      throw TrainingError(
        .invalidConfiguration,
        "The objective's k is \(k); it must be from \(minimumK) to \(Self.maximumK).")
    }
    guard alpha.isFinite, alpha >= 0 else {
      throw TrainingError(
        .invalidConfiguration,
        "The objective's alpha is \(alpha); it must be a finite number, not negative.")
    }
    if case .constant(let constant) = normalizer, !(constant.isFinite && constant > 0) {
      throw TrainingError(
        .invalidConfiguration,
        "The objective's normalizer is \(constant); it must be a finite number above 0.")
    }
    self.init(checkedK: k, alpha: alpha, normalizer: normalizer)
  }

  private init(checkedK: Int, alpha: Double, normalizer: Normalizer) {
    k = checkedK
    self.alpha = alpha
    self.normalizer = normalizer
  }

  /// Plain cross entropy; entropies, which are only reported, are over the 20 largest logits.
  package static let crossEntropy = Objective(checkedK: 20, alpha: 0, normalizer: .none)

  /// A published reading of EAFT, by name.
  package enum Preset: String, Sendable, CaseIterable {
    /// H^0.333, what releases of Axolotl make of the published settings.
    case axolotl
    /// (H / ln 20)^0.333, what the published settings say they mean.
    case blogIntent = "blog-intent"
    /// H / ln 20, the paper's equation 3.
    case paper
    /// H / 3, LLaMA-Factory's.
    case llamaFactory = "llamafactory"

    /// The objective.
    package var objective: Objective {
      switch self {
      case .axolotl: Objective(checkedK: 20, alpha: 0.333, normalizer: .none)
      case .blogIntent: Objective(checkedK: 20, alpha: 0.333, normalizer: .lnK)
      case .paper: Objective(checkedK: 20, alpha: 1, normalizer: .lnK)
      case .llamaFactory: Objective(checkedK: 20, alpha: 1, normalizer: .constant(3))
      }
    }
  }
}
