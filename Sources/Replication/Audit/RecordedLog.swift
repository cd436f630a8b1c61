import Files
import Manifests
import Provenance
import Records

/// Whether the log of a record tells of what its summary says, in an order in which a run does it.
struct RecordedLog {
  let record: SealedRecord
  let manifest: Manifest
  private let history: RunHistory

  /// Reads the log.
  ///
  /// - Throws: ``RunError`` `damaged`, ``ProvenanceError`` `brokenChain`.
  init(_ record: SealedRecord, _ manifest: Manifest) throws {
    self.record = record
    self.manifest = manifest
    history = try record.history()
  }

  /// Everything that summary and log tell otherwise, in sentences.
  func findings() throws -> [String] {
    try trainingFindings() + inspectionFindings() + evaluationFindings() + timeFindings()
      + inputFindings()
      + identityFindings()
  }

  // MARK: - Results

  /// Steps and weights that the log tells otherwise than the summary, or not at all.
  private func trainingFindings() -> [String] {
    let trainings = TrainingHistory(history)
    var findings: [String] = []
    for arm in record.summary.arms {
      let training = trainings[arm.armSeed]
      let told = Dictionary(
        (training?.steps ?? []).map { ($0.number, $0) }, uniquingKeysWith: { $1 })
      for step in arm.steps {
        guard let told = told[step.number] else {
          if step.number > training?.lastUntoldStep ?? 0 {
            findings.append("The log tells nothing of step \(step.number) of \(arm.sentence).")
          }
          continue
        }
        // As JSON: a NaN is itself there, and -0 is not 0.
        guard told.json != step.json else { continue }
        findings.append(
          "The log tells another step \(step.number) of \(arm.sentence) than the summary.")
      }
      if let digest = arm.digests["weights"], training?.weights != digest {
        findings.append("The log tells other weights of \(arm.sentence) than the summary.")
      }
    }
    return findings
  }

  /// Inspections that the log tells otherwise than the summary, or not at all.
  private func inspectionFindings() -> [String] {
    var told: [RecordedEvent.ArmSeed: ArmInspection] = [:]
    for event in history.events {
      if case .inspected(let arm, _, let inspection) = event.content { told[arm] = inspection }
    }
    // As JSON: a NaN is itself there, and -0 is not 0.
    return record.summary.arms.filter { told[$0.armSeed]?.json != $0.inspection?.json }.map {
      "The log tells of another inspection of \($0.sentence) than the summary."
    }
  }

  /// Samples of which the log tells nothing, or other ones.
  private func evaluationFindings() -> [String] {
    var told: [String: Digest] = [:]
    for event in history.events {
      guard case .evaluationFinished(let arm, let evaluation, _, let samples) = event.content
      else { continue }
      told[RecordFile.samples(evaluation: evaluation, arm: arm.arm, seed: arm.seed)] = samples
    }
    return record.files.filter { RecordFile.isOfSamples($0.name) && told[$0.name] != $0.digest }
      .map { "The log does not tell of the samples in \($0.name)." }
  }

  // MARK: - Circumstances

  /// Times that run backwards while one process works; between two processes a clock may have been set back.
  private func timeFindings() -> [String] {
    var last = ""
    for event in history.events {
      let place = "\(record.path)/\(RecordFile.events), line \(event.index + 1)"
      guard Timestamp.seconds(of: event.time) != nil else {
        return ["\(place): \"\(event.time)\" is not a time as records have it."]
      }
      if case .session = event.content { last = "" }
      guard last <= event.time else {
        return ["\(place): the time \(event.time) is before that of the line above, \(last)."]
      }
      last = event.time
    }
    return []
  }

  /// Inputs that are not those that the manifest pins.
  private func inputFindings() -> [String] {
    guard let files = history.inputs else { return ["The log does not tell what the run read."] }
    var findings: [String] = []
    for declaration in manifest.assets {
      let own = files.filter { $0.asset == declaration.name }
      if own.isEmpty {
        findings.append("The log tells of no file of the asset '\(declaration.name)'.")
      }
      // Of several files, each has a digest of its own; those are compared where the inputs are at hand.
      guard own.count == 1, let pinned = declaration.pinnedFile else { continue }
      if own[0].digest != pinned {
        findings.append(
          "The run read another '\(declaration.name)' than the manifest pins: its SHA-256 is \(own[0].digest), not \(pinned)."
        )
      }
    }
    for file in files where manifest.asset(named: file.asset) == nil {
      findings.append("The run read '\(file.asset)', which is no asset of the manifest.")
    }
    return findings
  }

  /// Whether the identity is the digest of what the run says that it depends on, and that is the manifest's.
  private func identityFindings() throws -> [String] {
    guard let basis = history.identityBasis else { return [] }
    var findings: [String] = []
    let found = try CanonicalJSON.digest(of: basis)
    if found != record.identity {
      findings.append(
        "The identity \(record.identity) is not the digest of what it is made from, which is \(found)."
      )
    }
    if basis["manifest"] != manifest.canonical {
      findings.append("The identity was made from another manifest.")
    }
    let digests = (basis["inputs"]?.arrayValue ?? []).compactMap(\.stringValue)
    if digests.sorted() != (history.inputs ?? []).map(\.digest.hex).sorted() {
      findings.append("The identity was made from other inputs than the log tells of.")
    }
    return findings
  }

  /// What cannot be checked of this record, in sentences.
  var notes: [String] {
    history.identityBasis == nil
      ? ["The record is of a version that did not note what its identity is made from."] : []
  }
}

extension Manifest.AssetDeclaration {
  /// The pinned digest of an asset that is one file or folder; nil for others.
  fileprivate var pinnedFile: Digest? {
    switch source {
    case .members, .https, .file: sha256
    case .memberList: nil
    case .hub(let hub): hub.files.count == 1 ? hub.files[0].sha256 : nil
    }
  }
}
