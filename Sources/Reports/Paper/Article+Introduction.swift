import Files
import Manifests
import Records

extension Article {
  var introduction: PaperDocument.Section {
    PaperDocument.Section("Introduction") {
      if !gatedArms.isEmpty {
        "Fine-tuning a language model on new data costs it some of what it could do before. Entropy-Adaptive Fine-Tuning \(cite: .eaft) puts much of that cost down to \(term: "confident conflicts"): tokens of the training data that the model holds improbable while it is sure of another one. To learn them takes large gradients, and large gradients on what the model knows are what makes it forget. The remedy is a gate: the loss of a token counts by the entropy of the model’s prediction, and what the model is sure of hardly counts."
        "The trainer Axolotl took the method up and published a small experiment with it \(cite: .axolotl): one model, two arms, one run of each, a table of benchmarks. Whether such a table shows what it is said to show depends on what it cannot tell: how far another seed would move it, whether both arms have learned the same, what the untouched model would score, and whether a smaller step, which spares the model too, would have done as well."
      }
      if let description = setting("description") {
        Block.paragraph {
          "What was run is the replication \(name)."
          "Its manifest says of itself: \(description)"
        }
      }
      if !claims.isEmpty {
        "It is judged by these claims\(evidence.check?.isLocked == true ? ", which were fixed before the first training" : ""):"
        Block.list(claims.map(\.statement))
      }
      "This paper contributes:"
      Block.list(contributions)
    }
  }

  private var contributions: [PaperText] {
    var texts: [PaperText] = [
      "arms that differ in their declared settings alone, which is checked while they are trained and not assumed;",
      "verdicts by a written rule\(evidence.check?.isLocked == true ? ", which was fixed before the first training" : ""), among them one that says that nobody can tell;",
    ]
    if published != nil {
      texts.append(
        "an audit of the published table by itself: which counts stand behind its values, and which of its differences could ever be significant;"
      )
    }
    texts.append(
      "a sealed record of every sample, step and digest, from which this text is made: each number is a macro that was generated from it, and sentences that depend on a verdict are chosen by it, so that the prose cannot contradict the numbers."
    )
    return texts
  }
}
