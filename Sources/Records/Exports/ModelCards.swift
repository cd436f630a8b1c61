import Assets
import Files
import Manifests
import Scoring

/// For every trained arm the section of a model card that tells its evaluation, with the `model-index` of the Hugging Face
/// Hub's metadata (`modelcard.md` of huggingface/hub-docs), and the files of ``HubResults``.
///
/// Nothing that a person has to say stands there: no licence of the weights, no intended use. Untrained arms are
/// somebody else's model, and imports have no weights.
struct ModelCards {
  let account: RunAccount

  init(_ account: RunAccount) { self.account = account }

  private var record: SealedRecord { account.record }

  /// - Throws: ``RunError`` `nothing` for a record without a trained arm that was evaluated.
  func files() throws -> [ExportFolder.File] {
    let arms = record.summary.arms.filter { $0.digests["weights"] != nil && !$0.metrics.isEmpty }
    guard let manifest = account.manifest, !arms.isEmpty else {
      throw RunError(
        .nothing,
        "The record \(record.id) has no trained arm that was evaluated, so there is no model whose card it could fill."
      )
    }
    return arms.flatMap { arm in
      let folder = URIText.component(arm.label)
      let results = HubResults.files(
        arm, of: manifest, date: record.sealed, record: record.digest)
      return [file("\(folder)/README.md", card(arm, manifest))]
        + results.map { file("\(folder)/.eval_results/\($0.name)", $0.text) }
    }
  }

  private func file(_ name: String, _ text: String) -> ExportFolder.File {
    ExportFolder.File(name: name, content: .bytes(Array(text.utf8)))
  }

  private func card(_ arm: RunSummary.Arm, _ manifest: Manifest) -> String {
    (["---"] + metadata(arm, manifest) + ["---", ""] + section(arm, manifest))
      .joined(separator: "\n") + "\n"
  }

  // MARK: - Metadata

  private func metadata(_ arm: RunSummary.Arm, _ manifest: Manifest) -> [String] {
    var lines: [String] = []
    if case .pretrained(let asset) = manifest.model.source,
      case .hub(let hub)? = manifest.asset(named: asset)?.source
    {
      lines.append("base_model: \(YAMLText.scalar(hub.repository.name))")
    }
    let trained = manifest.trainingData.assets.compactMap { name -> String? in
      guard case .hub(let hub)? = manifest.asset(named: name)?.source else { return nil }
      return hub.repository.name
    }
    if !trained.isEmpty {
      lines.append("datasets:")
      for name in Set(trained).sorted() { lines.append("- \(YAMLText.scalar(name))") }
    }
    lines += [
      "model-index:", "- name: \(YAMLText.scalar("\(record.name)-\(arm.label)"))", "  results:",
    ]
    return lines + arm.metrics.flatMap { result($0, manifest) }
  }

  private func result(_ metric: RunSummary.Metric, _ manifest: Manifest) -> [String] {
    let evaluation = manifest.evaluations.first { $0.holds(metric.task) }
    let hub = evaluation?.hubDataSet(in: manifest)
    // Documents that are not on the Hub have no name there; the task's name stands for them.
    var lines = [
      "  - task:", "      type: text-generation", "    dataset:",
      "      type: \(YAMLText.scalar(hub?.name ?? metric.task))",
      "      name: \(YAMLText.scalar(metric.task))",
    ]
    if let hub, hub.isCommit { lines.append("      revision: \(YAMLText.scalar(hub.revision))") }
    lines += [
      "    metrics:", "    - type: \(YAMLText.scalar(String(metric.name.prefix { $0 != "," })))",
      "      name: \(YAMLText.scalar("\(metric.name), \(English.count(metric.count, "document"))"))",
      "      value: \(YAMLText.number(metric.value))",
    ]
    return lines
  }

  // MARK: - Text

  private func section(_ arm: RunSummary.Arm, _ manifest: Manifest) -> [String] {
    func text(_ text: String) -> String { MarkdownText.escaped(text) }
    var lines = [
      "## Evaluation", "",
      text(
        "\(arm.sentence.prefix(1).uppercased() + arm.sentence.dropFirst()) of the replication \(record.name): \(manifest.title)."
      ), "",
    ]
    if let weights = arm.digests["weights"] {
      lines += [text("The weights have the SHA-256 \(weights)."), ""]
    }
    lines += ["| task | metric | documents | value | standard error |", "|---|---|---:|---:|---:|"]
    lines += arm.metrics.map { metric in
      let cells = [
        metric.task, metric.name, String(metric.count), YAMLText.number(metric.value),
        metric.standardError.map(YAMLText.number) ?? "",
      ]
      return "| " + cells.map(text).joined(separator: " | ") + " |"
    }
    lines.append("")
    if let judgement = account.judgement {
      lines += [
        "**\(text(judgement.status.rawValue))** against what is documented: \(text(judgement.why))",
        "",
      ]
      lines += judgement.verdicts.map {
        "- \(text("\($0.status.rawValue) \($0.id): \($0.title)"))"
      }
      lines.append("")
    }
    lines += [
      text(
        "Every answer is in the record \(record.id), which has the SHA-256 \(record.digest). Whoever has the record checks it:"
      ), "", "    replicate audit \(record.id)",
    ]
    return lines
  }
}

extension Manifest.Evaluation {
  /// Whether a metric's task is this evaluation, or one of its tasks or groups.
  func holds(_ task: String) -> Bool {
    name == task || benchmark.groups.contains { $0.name == task }
      || benchmark.task(named: task) != nil
  }
}
