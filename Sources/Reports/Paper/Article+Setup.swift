import Files
import Manifests
import Records
import Scoring
import Tensors

extension Article {
  var setup: PaperDocument.Section {
    PaperDocument.Section("Setup") {
      if let manifest = account?.manifest {
        Block.paragraph {
          "\(see: .settings) has every setting that the arms share, \(see: .evaluations) what they are asked. The manifest pins each input by its SHA-256 (\(see: .inputs))."
          modelSentences(manifest)
          if manifest.training.seeds.count > 1 {
            "One training of every arm is made for each seed; a seed draws other examples, in another order."
          }
        }
        Block.table(settings, .settings, caption: "Settings that all arms share.")
        Block.table(
          evaluations(manifest), .evaluations, caption: "What every arm is evaluated on.")
      }
      Block.paragraph { machineSentences }
    }
  }

  @Sentences private func modelSentences(_ manifest: Manifest) -> [PaperText] {
    if setting("model", "initialize", "seed") != nil {
      "The model has random weights: its scores mean nothing, and what can be learned from them is whether the procedure works."
    }
    if !works(manifest).isEmpty {
      "Model and data are described elsewhere \(PaperText(works(manifest)))."
    }
    if manifest.evaluations.contains(where: { !$0.benchmark.name.hasSuffix("_text") }) {
      "Prompts, rules and metrics of the benchmarks are those of lm-evaluation-harness \(cite: .harness)."
    }
  }

  /// Models and data that are cited, told by the names of inputs and benchmarks.
  private func works(_ manifest: Manifest) -> [PaperText.Run] {
    let names = manifest.assets.map(\.name) + manifest.evaluations.map(\.benchmark.name)
    let known: [(String, Reference)] = [
      ("smollm2", .smollm2), ("gemma", .gemma3), ("qwen3", .qwen3), ("numina", .numina),
      ("boolq", .boolq), ("squad", .squad), ("lambada", .lambada), ("mmlu", .mmlu),
      ("hellaswag", .hellaswag), ("arc", .arc), ("gsm8k", .gsm8k), ("ifeval", .ifeval),
    ]
    let works = known.filter { word, _ in names.contains { $0.lowercased().hasPrefix(word) } }
    // A toy has their forms and none of their texts.
    guard !works.isEmpty, setting("model", "initialize", "seed") == nil else { return [] }
    return [.citation(works.map(\.1))]
  }

  private var settings: ReportDocument.Table {
    let training: [(String, [String])] = [
      ("optimizer", ["training", "optimizer", "name"]),
      ("learning rate", ["training", "learning_rate"]), ("schedule", ["training", "schedule"]),
      ("warm-up share", ["training", "warmup_ratio"]),
      ("warm-up steps", ["training", "warmup_steps"]),
      ("betas", ["training", "optimizer", "betas"]),
      ("epsilon", ["training", "optimizer", "epsilon"]),
      ("weight decay", ["training", "optimizer", "weight_decay"]),
      ("gradient norm", ["training", "max_gradient_norm"]),
      ("steps", ["training", "max_steps"]), ("epochs", ["training", "epochs"]),
      ("micro-batch size", ["training", "micro_batch_size"]),
      ("precision", ["training", "precision"]),
      ("micro-batches", ["training", "gradient_accumulation_steps"]),
      ("processes", ["training", "ranks"]),
      ("reduction", ["training", "reduction"]), ("seeds", ["training", "seeds"]),
    ]
    let names: [(String, [String])] =
      [
        ("model", ["model", "pretrained"]),
        ("random weights, seed", ["model", "initialize", "seed"]),
        ("chat template", ["model", "chat_template"]),
        ("training data", ["data", "train", "assets"]),
        ("examples", ["data", "train", "take"]),
        ("longest example", ["data", "train", "sequence_length_tokens"]),
        ("longer examples", ["data", "train", "overlong"]),
      ] + training + [("engine", ["engine"]), ("arithmetic", ["numerics"])]
    let known = names.compactMap { name, path in setting(at: path).map { (name, $0.text) } }
    // Two beside each other, to be read down the left side first.
    let half = (known.count + 1) / 2
    return ReportDocument.Table(
      caption: "Settings", header: ["setting", "value", "setting", "value"],
      rows: (0..<half).map { row in
        [known[row], half + row < known.count ? known[half + row] : ("", "")].flatMap {
          [.init($0.0), .init($0.1)]
        }
      })
  }

  private func evaluations(_ manifest: Manifest) -> ReportDocument.Table {
    ReportDocument.Table(
      caption: "Evaluations",
      header: ["task", "documents", "at most", "examples shown", "as a conversation"],
      rows: manifest.evaluations.map { evaluation in
        [
          .init(evaluation.name), .init(English.list(evaluation.documents)),
          .init(evaluation.limit.map(String.init) ?? "all"), .init("\(evaluation.fewShotCount)"),
          .init(evaluation.usesChatTemplate ? "yes" : "no"),
        ]
      }, numeric: [2, 3])
  }

  @Sentences private var machineSentences: [PaperText] {
    if record.isImported {
      "The results were imported from the output of another program. Their scores were computed anew from the recorded answers; what gave these answers is not part of the evidence."
    } else {
      switch (account?.manifest?.engine, account?.manifest?.numerics) {
      case (.native?, .portable?), (.native?, .amx?):
        precisionSentences
        "Its matrix products and elementary functions are its own, so that the program is an implementation that is independent of the one it checks."
      case (.native?, .openblas?):
        "The engine computes in single precision on the CPU, with the matrix products of OpenBLAS and elementary functions of its own."
      case (.axolotl?, _):
        "Axolotl \(cite: .axolotl) trained the arms and lm-evaluation-harness \(cite: .harness) asked them, as processes that this program started and watched."
      case (nil, _), (_, nil): []
      }
      if let processor = circumstance("processor") {
        "The run was computed on a processor of the kind \(processor)."
      }
      "It was begun at \(minute(record.created, "created")) and sealed at \(minute(record.sealed, "sealed")), in UTC."
    }
  }

  @Sentences private var precisionSentences: [PaperText] {
    let precisions = Set(account?.manifest?.roundedArms.map(\.precision) ?? [])
    if precisions.isEmpty {
      "The engine computes in single precision on the CPU."
    } else {
      "The engine computes on the CPU, in single precision but for training: there the operands of products are rounded to bfloat16, and products add up in single precision."
      if account?.manifest?.numerics == .amx {
        "They do so in the order in which the tiles of Intel’s AMX add them, whatever computes them."
      }
      if let precision = setting("training", "precision") {
        "The precision of all arms that have none of their own is \(precision)."
      }
      if precisions.contains(.bfloat16) {
        "With \(code: TrainingPrecision.bfloat16.rawValue), weights, moments and gradients are bfloat16 numbers too, so that an update smaller than half of what a weight is rounded to is lost; the record counts these."
      }
    }
  }

  /// A time without seconds.
  private func minute(_ time: String, _ name: String) -> Fact {
    fact(
      String(time.prefix(16)).replacing("T", with: " "), "record", name, at: "record.json/\(name)")
  }

  private func circumstance(_ name: String) -> Fact? {
    record.sessions.first?["environment"]?[name]?.stringValue.map {
      fact($0, "machine", name, at: "record.json/sessions/0/environment/\(name)")
    }
  }
}
