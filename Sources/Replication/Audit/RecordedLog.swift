import Files
import Provenance

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
    history = try RunHistory(recordAt: record.place, id: record.id)
  }

  /// Everything that summary and log tell otherwise, in sentences.
  func findings() throws -> [String] {
    try trainingFindings() + evaluationFindings() + timeFindings() + inputFindings()
      + identityFindings()
  }

  // MARK: - Results

  /// Steps and weights that the log tells otherwise than the summary, or not at all.
  private func trainingFindings() -> [String] {
    var steps: [String: JSON] = [:]
    var weights: [String: JSON] = [:]
    // Steps up to here were made by a run that is not this one: of a reused training all, of one that went on at a
    // checkpoint those before it.
    var untold: [String: Int] = [:]
    for event in history.events {
      guard let arm = event.data["arm"]?.stringValue else { continue }
      let label = arm + (event.data["seed"]?.stringValue.map { ".\($0)" } ?? "")
      switch event.type {
      case RecordedEvent.trainingStep:
        guard let step = event.data["step"], let number = step["step"]?.integerValue else {
          continue
        }
        // A step after the last checkpoint is done again by a resumed run.
        steps["\(label) \(number)"] = step
      case RecordedEvent.trainingResumed:
        untold[label] = max(untold[label] ?? 0, event.data["from_step"]?.integerValue ?? 0)
      case RecordedEvent.trainingFinished, RecordedEvent.trainingReused:
        weights[label] = event.data["weights"]
        if event.type == RecordedEvent.trainingReused { untold[label] = .max }
      default: break
      }
    }
    var findings: [String] = []
    for arm in record.summary.arms {
      for step in arm.steps {
        guard let told = steps["\(arm.label) \(step.number)"] else {
          if step.number > untold[arm.label] ?? 0 {
            findings.append("The log tells nothing of step \(step.number) of \(arm.sentence).")
          }
          continue
        }
        guard told != step.json else { continue }
        findings.append(
          "The log tells another step \(step.number) of \(arm.sentence) than the summary.")
      }
      if let digest = arm.digests["weights"], weights[arm.label] != JSON(digest) {
        findings.append("The log tells other weights of \(arm.sentence) than the summary.")
      }
    }
    return findings
  }

  /// Samples of which the log tells nothing, or other ones.
  private func evaluationFindings() -> [String] {
    var told: [String: JSON] = [:]
    for event in history.events where event.type == RecordedEvent.evaluationFinished {
      guard let arm = event.data["arm"]?.stringValue,
        let evaluation = event.data["evaluation"]?.stringValue
      else { continue }
      let seed = event.data["seed"]?.stringValue.flatMap { UInt64($0) }
      told[RunOutcome.sampleFile(evaluation: evaluation, arm: arm, seed: seed)] =
        event.data["samples"]
    }
    return record.files.filter { SampleRecord.isName($0.name) && told[$0.name] != JSON($0.digest) }
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
      if event.type == RunRecord.sessionType { last = "" }
      guard last <= event.time else {
        return ["\(place): the time \(event.time) is before that of the line above, \(last)."]
      }
      last = event.time
    }
    return []
  }

  /// Inputs that are not those that the manifest pins.
  private func inputFindings() -> [String] {
    guard let inputs = history.events.last(where: { $0.type == RecordedEvent.inputs }) else {
      return ["The log does not tell what the run read."]
    }
    let files = inputs.data.arrayValue ?? []
    var findings: [String] = []
    for declaration in manifest.assets {
      let own = files.filter { $0["asset"]?.stringValue == declaration.name }
      if own.isEmpty {
        findings.append("The log tells of no file of the asset '\(declaration.name)'.")
      }
      // Of several files, each has a digest of its own; those are compared where the inputs are at hand.
      guard own.count == 1, let pinned = declaration.pinnedFile else { continue }
      if own[0]["sha256"] != JSON(pinned) {
        findings.append(
          "The run read another '\(declaration.name)' than the manifest pins: its SHA-256 is \(own[0]["sha256"]?.stringValue ?? "missing"), not \(pinned)."
        )
      }
    }
    for file in files where manifest.asset(named: file["asset"]?.stringValue ?? "") == nil {
      findings.append(
        "The run read '\(file["asset"]?.stringValue ?? "")', which is no asset of the manifest.")
    }
    return findings
  }

  /// Whether the identity is the digest of what the run says that it depends on, and that is the manifest's.
  private func identityFindings() throws -> [String] {
    guard let basis = history.events.first?.data["identity_basis"] else { return [] }
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
    let inputs = history.events.last { $0.type == RecordedEvent.inputs }?.data.arrayValue ?? []
    let digests = (basis["inputs"]?.arrayValue ?? []).compactMap(\.stringValue)
    if digests.sorted() != inputs.compactMap({ $0["sha256"]?.stringValue }).sorted() {
      findings.append("The identity was made from other inputs than the log tells of.")
    }
    return findings
  }

  /// What cannot be checked of this record, in sentences.
  var notes: [String] {
    history.events.first?.data["identity_basis"] == nil
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
