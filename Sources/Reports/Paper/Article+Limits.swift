import Files
import Manifests
import Records

extension Article {
  var limits: PaperDocument.Section {
    PaperDocument.Section("Limits") {
      Block.paragraph {
        "It is one model, one set of data and one recipe; that another would give the same does not follow."
        if canonical?["data"]?["train"]?["fields"]?["assistant"]?["replace_words"] != nil {
          "The training data were made to contradict the model, so that the experiment tests a mechanism and not the numbers of a publication."
        }
        if setting("model", "initialize", "seed") != nil {
          "The model has random weights: none of its scores says anything of models that are used."
        }
        if !trainedArms.isEmpty, seedCount < 3 {
          "With so few seeds, how much results vary between trainings is not known, and what is said of arms is said of these checkpoints."
        }
        if let manifest = account?.manifest, manifest.engine == .native,
          manifest.precisionClause == nil
        {
          "The engine computes in single precision on the CPU; what lower precision changes is not part of it."
        }
        "A record shows that its maker had these results, not that he had no others: runs that nobody was shown cannot be excluded, but where the lock was made public before."
      }
      if !evidence.unknowns.isEmpty {
        "What this evidence does not tell, and what would, has \(see: .unknowns)."
        Block.table(
          ReportDocument.Table(
            caption: "What is not known", header: ["about", "not known", "what would tell"],
            rows: evidence.unknowns.map {
              [.init($0.subject), .init($0.sentence), .init($0.remedy ?? "–")]
            }), .unknowns, caption: "What is not known, and what would tell.", isLong: true)
      }
    }
  }

  var relatedWork: PaperDocument.Section {
    PaperDocument.Section("Related work") {
      if !gatedArms.isEmpty {
        Block.paragraph {
          "Entropy-Adaptive Fine-Tuning \(cite: .eaft) weights tokens by the entropy of the prediction, Dynamic Fine-Tuning \(cite: .dft) by the probability of the target. That a smaller learning rate alone removes much of what fine-tuning costs, so that a reweighted loss has to be compared with it, was shown for larger models \(cite: .talr)."
          if metrics.contains("kl_from_base") {
            "Forgetting has been found to follow how far the tuned model moves from the untouched one on the new task \(cite: .razor); here that distance is measured on other texts, where it is the forgetting itself."
          } else {
            "Forgetting has been found to follow how far the tuned model moves from the untouched one on the new task \(cite: .razor)."
          }
        }
      }
      "Evaluations of language models depend on details that tables do not print \(cite: .lessons, .harness). That differences of scores need error bars, and paired ones where the documents are the same \(cite: .errorBars), that likelihoods tell models apart where accuracies do not \(cite: .accuracy), and that a benchmark’s signal has to be larger than its noise \(cite: .signal) are what the tests here rest on. Checking printed means against the whole numbers behind them comes from psychology \(cite: .grim)."
    }
  }

  /// What to type to come to the same.
  var reproduction: PaperDocument.Section {
    let id = record.id
    let again = account?.manifest.map {
      "replicate run \(RunReport.word($0.name)) --repeat --allow-inconclusive"
    }
    let lines = [
      "replicate check \(id)", "replicate audit \(id) --rescore --reevaluate 40 --replay 3",
      "replicate paper \(id)",
    ]
    return PaperDocument.Section("How to reproduce it", isAppendix: true) {
      "Of whoever has the record and its artifacts, the first of these commands judges it anew, the second checks it without trusting its maker, the third writes this paper\(again == nil ? "" : ", and the last computes the run again")."
      Block.commands(
        (lines + (again.map { [$0] } ?? [])).enumerated().map { index, line in
          fact(line, "command", "\(index + 1)", at: "record.json/record_id")
        })
    }
  }

  /// What the run read, and what identifies the record.
  var inputs: PaperDocument.Section {
    PaperDocument.Section("Inputs and digests", isAppendix: true) {
      if let account {
        if account.manifest != nil {
          Block.table(
            RunReport(evidence).inputs(account), .inputs, caption: "What the run read.",
            isLong: true)
        }
        Block.table(
          RunReport(evidence).digests(account), .digests, caption: "What identifies the record.",
          isLong: true)
      }
    }
  }
}
