import Assets
import Files
import Foundation
package import Manifests
package import Records
import Scoring

/// Checks a record as somebody does who trusts neither its maker nor the machine that it was made on.
package struct Audit: Sendable {
  /// What is done besides reading.
  package struct Options: Sendable {
    /// Whether answers and scores are computed anew from the recorded responses.
    package var rescores = false
    /// How many documents of each arm are answered again; 0 for none.
    package var reevaluationCount = 0
    /// How many segments of each training are executed again; 0 for none.
    package var replayCount = 0
    /// The auditor's part in choosing them.
    package var nonce: [UInt8] = []
    /// Whether to go on after the first contradiction.
    package var isExhaustive = false
    /// Data for checking languages and sentences, if the record has samples of IFEval.
    package var languageData: String?
    /// Who has to have signed the record's anchor: a name that the user's settings know, or a fingerprint; nil for nobody.
    package var requiredSigner: String?
    /// A file with the certificates of time stamp authorities that are trusted; nil for those of the machine.
    package var timeStampAuthority: String?

    /// The options of an audit that only reads.
    package init() {}
  }

  let record: SealedRecord
  let options: Options
  let run: RunOptions
  /// The auditor's manifest, which decides how the record has to look; nil if there is none at hand.
  let manifest: ManifestFile?
  let report: @Sendable (RunEvent) -> Void

  /// Finds a record: the folder of one, or the beginning of the id of one in the store of `run`.
  ///
  /// - Parameters:
  ///   - name: The record.
  ///   - manifest: Finds the auditor's manifest of the record's run; nil if there is none.
  ///   - run: Where artifacts are, and how replays are computed.
  ///   - options: What is done.
  ///   - report: Is told what happens.
  /// - Throws: ``RunError`` or ``FileError`` when there is no such record, or its summary cannot be read.
  package init(
    _ name: String, manifest: (SealedRecord) throws -> ManifestFile?, run: RunOptions,
    options: Options, report: @escaping @Sendable (RunEvent) -> Void
  ) throws {
    record = try SealedRecord(named: name, artifacts: run.artifacts)
    self.manifest = try manifest(record)?.scaled(as: record)
    self.options = options
    self.run = run
    self.report = report
  }

  /// Does the levels in the order of their effort and stops at the first that contradicts the record.
  ///
  /// Whatever goes wrong is told in the report: a level that fails over the record's content contradicts it, and one that
  /// lacks something here says what.
  package func report() async -> AuditReport {
    var result = AuditReport(record: record.id, path: record.path)
    result.isImported = (try? isImported()) ?? false
    var inputs: Result<AuditInputs, any Error>?
    for level in AuditReport.Level.allCases {
      let entry = await entry(of: level, &inputs, &result.judgement)
      result.entries.append(entry)
      if !entry.findings.isEmpty, !options.isExhaustive { break }
    }
    return result
  }

  private func entry(
    of level: AuditReport.Level, _ inputs: inout Result<AuditInputs, any Error>?,
    _ judgement: inout Judgement?
  ) async -> AuditReport.Entry {
    do {
      switch level {
      case .digests: return try digests()
      case .anchor: return await anchor()
      case .completeness: return try completeness()
      case .metrics: return try metrics(&judgement)
      case .artifacts: return try artifacts()
      case .rescoring: return try await rescoring(&inputs)
      case .inputs, .reevaluation, .replay: return try await computing(level, &inputs)
      }
    } catch {
      // What cannot be read, or not be computed, contradicts the record.
      var entry = AuditReport.Entry(level: level)
      entry.findings = ["\(error)"]
      return entry
    }
  }

  /// A level that needs the inputs of the run.
  private func computing(
    _ level: AuditReport.Level, _ inputs: inout Result<AuditInputs, any Error>?
  ) async throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: level)
    let (isAsked, isImported) = (isAsked(for: level), try isImported())
    guard isAsked || level == .inputs, !isImported else {
      entry.isDone = false
      entry.notes = [
        isImported ? "The record was \(Imported.notice)." : Self.offer(of: level)
      ]
      return entry
    }
    let other = record.engines.first { $0 != EngineName.native.rawValue }
    if let other, level != .inputs {
      entry.isDone = false
      entry.notes = [
        "The engine '\(other)' computed the record; only what the native one computed is computed again here."
      ]
      return entry
    }
    do {
      let known = try await self.inputs(&inputs)
      switch level {
      case .reevaluation: return try await reevaluation(known)
      case .replay: return try await replay(known)
      default: return try await recomputation(known)
      }
    } catch let obstacle as AuditObstacle where isAsked {
      entry.obstacle = obstacle.description
    } catch let obstacle as AuditObstacle {
      entry.isDone = false
      // Some are whole sentences.
      let end = obstacle.description.hasSuffix(".") ? "" : "."
      entry.notes = ["The inputs are not at hand: \(obstacle.description)\(end)"]
    }
    return entry
  }

  private func isAsked(for level: AuditReport.Level) -> Bool {
    switch level {
    case .reevaluation: options.reevaluationCount > 0
    case .replay: options.replayCount > 0
    default: false
    }
  }

  private static func offer(of level: AuditReport.Level) -> String {
    level == .replay
      ? "Not asked for; --replay K executes K segments of every training again."
      : "Not asked for; --reevaluate K answers K documents of every arm again."
  }

  /// The inputs of the run, brought once.
  private func inputs(_ known: inout Result<AuditInputs, any Error>?) async throws -> AuditInputs {
    if let known { return try known.get() }
    let result: Result<AuditInputs, any Error>
    do {
      result = .success(
        try await AuditInputs(
          try AuditedManifest(record, auditor: manifest), options: run,
          downloading: isAsked(for: .reevaluation) || isAsked(for: .replay), report: report))
    } catch {
      result = .failure(error)
    }
    known = result
    return try result.get()
  }

  /// Whether the record was imported from what another program wrote.
  func isImported() throws -> Bool {
    Imported.description(
      try record.contents(of: RecordFile.manifest)) != nil
  }

  /// A probability in percent, rounded down to what it is at least.
  static func percent(_ probability: Double) -> String {
    "\(Decimals.fixed((1000 * probability).rounded(.down) / 10, 1)) %"
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.isEmpty
      ? "(none)"
      : bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  // MARK: - Levels that read

  private func digests() throws -> AuditReport.Entry {
    AuditReport.Entry(
      level: .digests, findings: try record.tampering(),
      notes: [
        "\(record.eventCount) events with the head \(record.chainHead.hex.prefix(12)), \(record.files.count) files, \(record.sampleTree.count) samples under the root \(record.sampleTree.root.hex.prefix(12)).",
        "A chain shows that nothing was changed since it was sealed, not that the whole was not written anew: that is what the anchor is for.",
      ])
  }

  private func metrics(_ judgement: inout Judgement?) throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .metrics)
    let samples = try record.samples()
    for arm in record.summary.arms {
      let metrics = samples.filter { $0.arm == arm.name && $0.seed == arm.unsignedSeed }
        .flatMap { $0.pooled.summary(of: $0.evaluation) }
      entry.findings += AggregateDifference.all(arm, from: metrics).map(\.sentence)
      let known = metrics.map { "\($0.task) \($0.name)" }
      // An import keeps scores of tasks that this program cannot score, as means of what was recorded.
      let own = arm.metrics.filter { !record.isImported || Benchmark.isKnown($0.task) }
      let extra = own.map { "\($0.task) \($0.name)" }.filter { !known.contains($0) }
      entry.findings += extra.map {
        "\(arm.sentence) has the value \($0), of which there are no samples."
      }
      if own.count > metrics.count, extra.isEmpty {
        entry.findings.append("\(arm.sentence) has a value more than once.")
      }
    }
    entry.findings += try record.importedTrainingFindings()
    let steps = record.summary.arms.reduce(0) { $0 + $1.steps.count }
    if record.isImported, steps > 0 {
      entry.notes.append("\(English.count(steps, "step")) read again from what was imported.")
    }
    let count = record.summary.arms.reduce(0) { $0 + $1.metrics.count }
    entry.notes.append(
      "\(English.count(count, "value")) computed anew from the scores of \(English.count(record.sampleTree.count, "sample"))."
    )
    let own = try manifest?.expectations()
    let documented = try own?.documented ?? record.expectations()?.results
    judgement = documented.map {
      Judgement(
        documented: $0,
        results: MeasuredResults(digest: record.resultsDigest, samples: samples))
    }
    if let judgement {
      entry.notes.append(
        "By the expectations \(own == nil ? "that it was locked to" : "of your manifest"), the run is \(judgement.status.rawValue)."
      )
    }
    return entry
  }

  private func artifacts() throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .artifacts)
    var (checked, absent) = (0, 0)
    let store = ArtifactStore(run.folder)
    for arm in record.summary.arms {
      guard let weights = arm.digests["weights"] else { continue }
      guard store.contains(weights) else {
        absent += 1
        continue
      }
      checked += 1
      // Only looking: a damaged file is evidence, and stays.
      let found = try ArtifactStore.hash(store.place(of: weights)).sha256
      guard found != weights else { continue }
      entry.findings.append(
        "\(store.path(of: weights)), the weights of \(arm.sentence), has the SHA-256 \(found)."
      )
    }
    let checkpoints = CheckpointStore(artifacts: run.artifacts)
    for checkpoint in record.checkpoints {
      guard checkpoints.contains(checkpoint) else {
        absent += 1
        continue
      }
      checked += 1
      if let finding = try checkpoints.finding(checkpoint, threads: run.threads) {
        entry.findings.append(finding)
      }
    }
    entry.isDone = checked > 0
    entry.notes.append(
      "\(English.count(checked, "file")) hashed, \(absent) not in \(run.artifacts).")
    return entry
  }

  private func rescoring(
    _ inputs: inout Result<AuditInputs, any Error>?
  ) async throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .rescoring)
    guard options.rescores else {
      entry.isDone = false
      entry.notes = ["Not asked for; --rescore does it."]
      return entry
    }
    guard record.files.contains(where: { RecordFile.isOfSamples($0.name) }) else {
      entry.isDone = false
      entry.notes = ["The record holds no samples."]
      return entry
    }
    let outcome: RecordRescoring.Outcome
    do {
      outcome = try RecordRescoring(
        record, languageData: options.languageData, tools: try await languageTools(&inputs)
      ).run()
    } catch let error as EvaluationCommandError where error.code == .missingData {
      // What is not at hand here contradicts nothing.
      entry.obstacle = error.message
      return entry
    }
    entry.findings =
      outcome.differences.map(\.sentence) + outcome.aggregateDifferences.map(\.sentence)
    entry.notes =
      ["\(English.count(outcome.documents, "sample")) scored anew."] + outcome.notes
    return entry
  }

  /// What instructions are checked with, from the inputs of the run; nil if it asked none, or they are not at hand.
  private func languageTools(
    _ inputs: inout Result<AuditInputs, any Error>?
  ) async throws -> LanguageTools? {
    // An import has no manifest that would name any.
    guard options.languageData == nil, try !isImported() else { return nil }
    let audited = try AuditedManifest(record, auditor: manifest).manifest
    guard let evaluation = audited.evaluations.first(where: { $0.languageData != nil })
    else { return nil }
    do {
      return try await self.inputs(&inputs).inputs.languageTools(evaluation)
    } catch is AuditObstacle {
      return nil
    }
  }
}
