import Files
import Manifests
import Provenance
import Recipes
import Records
import Tensors
import Training

extension Audit {
  /// Whether the record holds just what manifest and lock ask for, and its log tells of it.
  func completeness() throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .completeness)
    let isImported = try isImported()
    if isImported != record.isImported {
      entry.findings.append(
        "The manifest says that the record was \(isImported ? Imported.notice : "executed"), and its sessions say otherwise."
      )
    }
    guard !isImported else {
      entry.isDone = false
      entry.notes = [
        "The record was \(Imported.notice): no manifest of this program says what it is to hold, and nothing ties its scores to a model."
      ]
      entry.notes += record.summary.unknowns.map { "Not known, \($0.subject): \($0.sentence)" }
      return entry
    }
    let audited = try AuditedManifest(record, auditor: manifest)
    let manifest = audited.manifest
    entry.findings += audited.findings
    if let engine = record.engines.first(where: { $0 != manifest.engine.rawValue }) {
      entry.findings.append(
        "The manifest asks for the engine '\(manifest.engine.rawValue)', and a session says that '\(engine)' computed."
      )
    }
    entry.findings += RecordStructure(record: record, manifest: manifest).findings()
    for seed in manifest.training.seeds { entry.findings += contractFindings(seed: seed, manifest) }
    // One part that cannot be read hides nothing that another part tells.
    for part in [
      { try RecordedSamples(record, manifest).findings() },
      { try RecordedLog(record, manifest).findings() },
    ] {
      do { entry.findings += try part() } catch { entry.findings.append("\(error)") }
    }
    entry.notes = audited.notes
    entry.notes += (try? RecordedLog(record, manifest).notes) ?? []
    entry.notes.append(
      "\(English.count(record.summary.arms.count, "model")), trained or untouched, \(English.count(manifest.evaluations.count, "evaluation")) of each."
    )
    return entry
  }

  /// What arms with one seed did not have in common although only their losses may differ.
  private func contractFindings(seed: UInt64, _ manifest: Manifest) -> [String] {
    let arms = record.summary.arms.filter { $0.unsignedSeed == seed }
    guard let first = arms.first else { return [] }
    return arms.dropFirst().flatMap { arm -> [String] in
      var findings: [String] = []
      if arm.digests["prepared_examples"] != first.digests["prepared_examples"] {
        findings.append(
          "\(arm.sentence) and \(first.sentence) were not trained on the same examples.")
      }
      if arm.steps.count != first.steps.count {
        findings.append(
          "\(arm.sentence) and \(first.sentence) were not trained for the same number of steps.")
      }
      // An arm may have a learning rate of its own, as a control has.
      let names = RunSummary.Step.sharedNames.filter {
        $0 != "learning_rate" || manifest.learningRate(of: arm) == manifest.learningRate(of: first)
      }
      let step = zip(first.steps, arm.steps).first { a, b in
        a.batchDigest != b.batchDigest
          || names.contains {
            a.values[$0]?.bitPattern != b.values[$0]?.bitPattern
          }
      }
      if let step {
        findings.append(
          "Step \(step.0.number) of \(arm.sentence) had another batch, number of tokens or learning rate than that of \(first.sentence)."
        )
      }
      return findings
    }
  }
}

extension Manifest {
  /// The highest learning rate that an arm has; nil for one that it does not train.
  fileprivate func learningRate(of arm: RunSummary.Arm) -> Double? {
    guard let seed = arm.unsignedSeed,
      let treatment = arms.first(where: { $0.name == arm.name })?.treatment
    else { return nil }
    return training.configuration(of: treatment, seed: seed)?.learningRate
  }
}

extension RunSummary.Step {
  /// Names of the values that are the same in all arms of a seed, but for arms with a learning rate of their own: what a step
  /// learns from, and how fast.
  static let sharedNames = ["epoch", "learning_rate", "trainable_tokens", "total_tokens"]
  /// Names of all values that a step of a run has: of one that rounds weights, also how many of them were to move and did not.
  static func valueNames(_ precision: TrainingPrecision) -> Set<String> {
    Set(
      sharedNames + ["loss", "cross_entropy", "entropy", "weight", "gradient_norm"]
        + (precision == .bfloat16 ? ["updates", "vanished_updates"] : []))
  }
}
