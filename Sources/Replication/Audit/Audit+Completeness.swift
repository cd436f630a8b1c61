import Evaluation
import Foundation
import Provenance

extension Audit {
  /// Whether the record holds all that its manifest and its lock ask for, and its log tells of it.
  func completeness() throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .completeness)
    let path = "\(record.path)/\(RecordFile.manifest)"
    let bytes = try OpenFile.contents(of: path)
    guard HarnessImport.description(bytes) == nil else {
      entry.isDone = false
      entry.notes = [
        "The record was imported; no manifest of this program says what it is to hold."
      ]
      return entry
    }
    let manifest = try ManifestDecoder.decode(bytes, name: path)
      .selecting(arms: record.summary.arms.map(\.name))
    entry.findings += armFindings(manifest)
    for seed in manifest.training.seeds {
      entry.findings += contractFindings(seed: seed)
    }
    // One part that cannot be read hides nothing that another part tells.
    for part in [{ try sampleFindings(manifest) }, logFindings] {
      do { entry.findings += try part() } catch { entry.findings.append("\(error)") }
    }
    entry.notes.append(
      "\(LogText.count(record.summary.arms.count, "model")), trained or untouched, \(LogText.count(manifest.evaluations.count, "evaluation")) of each."
    )
    return entry
  }

  /// Arms and seeds that are missing, too many, or trained for another number of steps.
  private func armFindings(_ manifest: Manifest) -> [String] {
    var expected: [String] = []
    for arm in manifest.arms {
      if arm.treatment == .untouched {
        expected.append(arm.name)
      } else {
        expected += manifest.training.seeds.map { "\(arm.name) with the seed \($0)" }
      }
    }
    let found = record.summary.arms.map(\.sentence)
    var findings = expected.filter { !found.contains($0) }.map {
      "The record has no results of \($0), which the manifest asks for."
    }
    findings += found.filter { !expected.contains($0) }.map {
      "The record has results of \($0), which the manifest does not ask for."
    }
    for arm in record.summary.arms where arm.seed != nil {
      let numbers = arm.steps.map(\.number)
      if numbers != Array(1...max(numbers.count, 1)) {
        findings.append("The steps of \(arm.sentence) are not 1, 2, 3 and so on.")
      }
      if case .steps(let count) = manifest.training.duration, numbers.count != count {
        findings.append(
          "\(arm.sentence) was trained for \(numbers.count) steps, but the manifest asks for \(count)."
        )
      }
    }
    return findings
  }

  /// What arms with one seed did not have in common although only their losses may differ.
  private func contractFindings(seed: UInt64) -> [String] {
    let arms = record.summary.arms.filter { $0.unsignedSeed == seed }
    guard let first = arms.first else { return [] }
    return arms.dropFirst().flatMap { arm -> [String] in
      var findings: [String] = []
      if arm.digests["prepared_examples"] != first.digests["prepared_examples"] {
        findings.append(
          "\(arm.sentence) and \(first.sentence) were not trained on the same examples.")
      }
      let step = zip(first.steps, arm.steps).first { a, b in
        a.batchDigest != b.batchDigest
          || a.values["learning_rate"]?.bitPattern != b.values["learning_rate"]?.bitPattern
      }
      if let step {
        findings.append(
          "Step \(step.0.number) of \(arm.sentence) had another batch or learning rate than that of \(first.sentence)."
        )
      }
      return findings
    }
  }

  /// Evaluations without samples, with another number of them than was locked, or on other documents than another arm.
  private func sampleFindings(_ manifest: Manifest) throws -> [String] {
    let source = "\(record.path)/\(RecordFile.lock)"
    guard record.files.contains(where: { $0.name == RecordFile.lock }) else {
      return ["The record has no \(source), which every run is fixed to before it begins."]
    }
    let lock = try ManifestLock(try OpenFile.contents(of: source), source: source)
    let samples = try record.samples()
    var findings: [String] = []
    for evaluation in manifest.evaluations {
      let locked = lock.items.first { $0.evaluation == evaluation.name }?.count
      var known: (label: String, prompts: [String])?
      for arm in record.summary.arms {
        let own = samples.first {
          $0.evaluation == evaluation.name && $0.arm == arm.name
            && $0.seed == arm.unsignedSeed
        }
        guard let own else {
          findings.append("There are no samples of \(arm.sentence) on \(evaluation.name).")
          continue
        }
        let prompts = own.results.flatMap { result in
          result.samples.map { "\($0.task) \($0.documentIndex) \($0.prompt)" }
        }
        if prompts.count != locked {
          findings.append(
            "\(arm.sentence) has \(LogText.count(prompts.count, "sample")) of \(evaluation.name), but the run was locked to \(locked.map(String.init) ?? "none")."
          )
        }
        if let known, known.prompts != prompts {
          findings.append(
            "\(arm.sentence) and \(known.label) were not asked the same documents of \(evaluation.name)."
          )
        }
        known = known ?? (arm.sentence, prompts)
      }
    }
    return findings
  }

  /// Results that the log tells otherwise.
  private func logFindings() throws -> [String] {
    let events = try RunHistory(recordAt: record.path, id: record.id).events
    var findings: [String] = []
    var steps: [String: JSON] = [:]
    var weights: [String: JSON] = [:]
    for event in events {
      guard let arm = event.data["arm"]?.stringValue else { continue }
      let label = arm + (event.data["seed"]?.stringValue.map { ".\($0)" } ?? "")
      switch event.type {
      case RecordedEvent.trainingStep:
        guard let step = event.data["step"], let number = step["step"]?.integerValue else {
          continue
        }
        // A step after the last checkpoint is done again by a resumed run.
        steps["\(label) \(number)"] = step
      case RecordedEvent.trainingFinished, RecordedEvent.trainingReused:
        weights[label] = event.data["weights"]
      default: break
      }
    }
    for arm in record.summary.arms {
      for step in arm.steps {
        guard let told = steps["\(arm.label) \(step.number)"], told != step.json else { continue }
        findings.append(
          "The log tells another step \(step.number) of \(arm.sentence) than the summary.")
      }
      if let digest = arm.digests["weights"], weights[arm.label] != JSON(digest) {
        findings.append("The log tells other weights of \(arm.sentence) than the summary.")
      }
    }
    return findings
  }
}
