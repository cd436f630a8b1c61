import Files
import Manifests
import Records

extension Article {
  var method: PaperDocument.Section {
    PaperDocument.Section("Method") {
      if !trainedArms.isEmpty {
        Block.heading("Paired arms")
        Block.paragraph {
          "An \(term: "arm") is one treatment of the same model."
          "All arms begin with the same weights; with the same seed they see the same tokens in the same order, and before each step a digest of its batch is compared with that of the other arms, so that a run whose arms drift apart ends."
          "An arm minimises, over the tokens of a step that are learned,"
        }
        Block.equation(
          #"\frac{1}{n}\sum_{t=1}^{n} w_t \left(-\ln p_t\right),"#)
        "where \(math: "p_t") is the probability that the model gives the token and \(math: "w_t") a weight that no gradient flows through:"
        Block.list(objectives)
      }
      Block.heading("Quantities")
      if !quantities.isEmpty { Block.list(quantities) }
      Block.paragraph {
        "Whatever follows from an answer is computed by the same code for every arm, from samples that the record holds."
        if metrics.contains("kl_from_base") || metrics.contains("nats_per_token") {
          "Such quantities move where accuracies on few questions do not \(cite: .accuracy, .signal)."
        }
      }
      Block.heading("Tests and verdicts")
      Block.paragraph {
        "Arms are compared on the same documents \(cite: .errorBars)."
        "Where there are enough seeds each of them gives a difference, a ratio or a distance, and Student’s \(math: "t") over seeds decides; the error between documents is computed as well, and the larger one counts. With fewer, what is said is said of these checkpoints and of no method: by McNemar’s exact test \(cite: .mcnemar), by all choices of signs where few documents differ, or by Student’s \(math: "t")."
        "Equivalence takes two one-sided tests \(cite: .tost), for shares Tango’s \(cite: .tango) where it is less clear. Several claims are corrected for each other by Holm’s method \(cite: .holm)."
      }
      "A claim is CONSISTENT if the interval lies where the claim puts it, DIVERGED if it lies on the other side, INCONCLUSIVE if it reaches to both, and UNTESTABLE if it was known before any data that no outcome could decide it. A documented value is CONSISTENT inside of its band and DIVERGED outside of it, REPRODUCED if it is the same count or the same bits. The verdict on a run is the worst of its required ones."
    }
  }

  /// What each trained arm minimises.
  private var objectives: [PaperText] {
    (account?.manifest?.arms ?? []).compactMap { objective($0) }
  }

  private func objective(_ arm: Manifest.Arm) -> PaperText? {
    let settings = arm.treatment.canonical
    func value(_ key: String) -> Fact? { setting("arms", arm.name, key) }
    guard let kind = settings["objective"]?.stringValue else { return nil }
    let name = self.arm(arm.name)
    let step: PaperText =
      value("learning_rate").map { ", with a learning rate of its own, \($0)" } ?? ""
    switch kind {
    case "cross-entropy":
      return "\(name): \(math: "w_t = 1"), plain supervised fine-tuning\(step)."
    case "eaft":
      guard let k = value("k"), let alpha = value("alpha") else { return nil }
      let gate: PaperText =
        "\(name): \(math: #"w_t = (H_t / Z)^{\alpha}"#), where \(math: "H_t") is the entropy, in nats, of the softmax over the \(k) largest logits and \(math: #"\alpha"#) is \(alpha)"
      switch settings["normalizer"]?.stringValue {
      case "none":
        return "\(gate), without a normalizer (\(math: "Z = 1")) \(cite: .eaft, .axolotl)\(step)."
      case "ln-k":
        return
          "\(gate); \(math: "Z") is the largest such entropy, the logarithm of \(k) \(cite: .eaft)\(step)."
      default:
        return
          "\(gate)\(setting("arms", arm.name, "normalizer", "constant").map { "; \(math: "Z") is \($0)" } ?? "") \(cite: .eaft)\(step)."
      }
    case "dft":
      return "\(name): \(math: "w_t = p_t"), Dynamic Fine-Tuning \(cite: .dft)\(step)."
    case "masked":
      guard let entropy = value("entropy_quantile"), let probability = value("probability_quantile")
      else { return nil }
      return
        "\(name): \(math: "w_t = 0") where the entropy is below the quantile \(entropy) of the step’s tokens and the probability below the quantile \(probability), else \(math: "w_t = 1"), the pilot of the paper \(cite: .eaft)\(step)."
    default: return nil
    }
  }

  /// What was measured, as far as it needs explaining.
  private var quantities: [PaperText] {
    let known: [(String, PaperText)] = [
      (
        "kl_from_base",
        "\(code: "kl_from_base"): the mean over the tokens of texts that nobody is trained on of \(math: #"\sum_v q(v)\ln\tfrac{q(v)}{p(v)}"#), where \(math: "q") are the predictions of the untouched model and \(math: "p") those of the arm: how far training has moved the model where it should not, in nats."
      ),
      (
        "nats_per_token",
        "\(code: "nats_per_token"): the mean of \(math: #"-\ln p"#) over the tokens of a text, in nats: what was learned on held-out answers, what was lost on general text."
      ),
      ("acc", "\(code: "acc"): the share of questions whose right choice is the likeliest."),
      (
        "acc_norm",
        "\(code: "acc_norm"): the same with likelihoods divided by the lengths of the choices."
      ),
      (
        "exact_match",
        "\(code: "exact_match"): the share of questions whose generated answer is the right one."
      ),
      (
        "prompt_level_strict_acc",
        "\(code: "prompt_level_strict_acc"), \(code: "inst_level_strict_acc"): the share of prompts, and of instructions, that are followed to the letter."
      ),
    ]
    return known.filter { known in
      metrics.contains { $0 == known.0 || $0.hasPrefix("\(known.0),") }
    }.map(\.1)
  }
}
