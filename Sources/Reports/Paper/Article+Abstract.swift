import Files
import Manifests
import Records

extension Article {
  /// What was asked, what was done, and what came of it, in this order.
  var abstract: [PaperText] {
    [
      PaperText(question + procedure, separator: " "),
      PaperText(
        outcome + claimSentences + conclusion + auditSentences + evidenceSentences, separator: " "),
    ]
  }

  @Sentences private var question: [PaperText] {
    if gatedArms.isEmpty {
      "This paper reports the replication \(name)."
    } else {
      "Entropy-Adaptive Fine-Tuning (EAFT) weights the loss of each token by the entropy of the model’s own prediction, so that fine-tuning spares what the model is sure of; it is said to forget less than plain supervised fine-tuning (SFT) and to learn as much."
    }
  }

  @Sentences private var procedure: [PaperText] {
    if account?.manifest == nil {
      "Its results were \(term: "imported"), not executed: nothing here says how they were computed."
    } else if seedCount > 1 {
      "We train the arms \(PaperText.list(trainedArms.map(arm))) from the same weights, on the same tokens in the same order, each with \(seeds) seeds, and ask all of them and the untouched model the same documents."
    } else if !trainedArms.isEmpty {
      "We train the arms \(PaperText.list(trainedArms.map(arm))) from the same weights, on the same tokens in the same order, with a single seed, and ask all of them and the untouched model the same documents."
    }
    if let overrides {
      "The run was \(strong: fact("scaled down", "scale", at: "manifest.yaml: overrides")) (\(overrides)), so that it says nothing of the whole."
    }
    switch evidence.check?.isLocked {
    case true?: "What it is judged by was fixed before the first training."
    case false?:
      "Nothing shows that what it is judged by was written before its results were known."
    case nil: []
    }
  }

  private var seeds: Fact { count(seedCount, "seeds", at: "record.json/results/arms/*/seed") }

  private var overrides: Fact? {
    guard let values = account?.manifest?.overrides, !values.isEmpty else { return nil }
    return fact(English.list(values), "overrides", at: "manifest.yaml: overrides")
  }

  /// The verdict on the run.
  @Sentences private var outcome: [PaperText] {
    if let judgement = evidence.check?.judgement {
      let verdict = fact(judgement.status.rawValue, "verdict", at: "judgement/status")
      let worst = count(
        judgement.required.count { $0.status == judgement.status }, "verdicts.worst",
        at: "judgement/verdicts")
      let required = count(judgement.required.count, "verdicts.required", at: "judgement/verdicts")
      switch judgement.status {
      case .reproduced:
        "The verdict is \(strong: verdict): everything that decides is what it was before, to the bit or to the count."
      case .consistent:
        "The verdict is \(strong: verdict): all \(required) required verdicts agree with what was documented and claimed."
      case .inconclusive:
        "The verdict is \(strong: verdict): \(worst) of \(required) required verdicts cannot be told from these data, neither for nor against what was claimed."
      case .untestable:
        "The verdict is \(strong: verdict): of \(worst) of \(required) required verdicts no outcome of this run could have told."
      case .skipped:
        "The verdict is \(strong: verdict): results that \(worst) of \(required) required verdicts need were not computed."
      case .diverged:
        "The results diverge from what was documented or claimed. The verdict is \(strong: verdict), by \(worst) of \(required) required verdicts."
      case .invalid:
        "The verdict is \(strong: verdict): the results cannot be held against what was documented."
      case .tampered:
        "The verdict is \(strong: verdict): what was fixed before the run has changed since."
      }
    } else {
      "Nothing is documented that these results could be held against, so that they come without a verdict."
    }
  }

  /// What came of each required claim, and of others that were decided.
  private var claimSentences: [PaperText] {
    claims.filter { $0.verdict.isRequired || $0.isDecided }.map(\.summary)
  }

  @Sentences private var auditSentences: [PaperText] {
    if let published {
      let contradictions = published.count(
        published.table.contradictions.count, "contradictions", at: "contradictions")
      if published.table.contradictions.isEmpty {
        "Of the published table itself, every value is possible."
      } else {
        "Of the published table itself, \(contradictions) values, sums or means are impossible as printed."
      }
      if published.hasNoLargeDifference {
        "None of its differences between arms would be significant if the arms had been asked different documents."
      }
    }
  }

  @Sentences private var evidenceSentences: [PaperText] {
    "Every number in this paper is read from the sealed record \(recordID) or from the published table, and stands in the source beside the digest of what it was read from."
  }
}
