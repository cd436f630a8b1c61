import Foundation
import Provenance

/// Checks a record as somebody does who trusts neither its maker nor the machine that it was made on.
package struct Audit: Sendable {
  /// What is done besides reading.
  package struct Options: Sendable {
    /// Whether answers and scores are computed anew from the recorded responses.
    package var rescores = false
    /// How many segments of training are executed again; 0 for none.
    package var replayCount = 0
    /// The auditor's part in choosing them.
    package var nonce: [UInt8] = []
    /// Whether to go on after the first contradiction.
    package var isExhaustive = false
    /// Data for checking languages and sentences, if the record has samples of IFEval.
    package var languageData: String?

    /// The options of an audit that only reads.
    package init() {}
  }

  let record: SealedRecord
  let options: Options
  let run: RunOptions
  /// The manifest that replays take inputs from; nil if there is none at hand.
  let manifest: ManifestFile?
  let report: @Sendable (RunEvent) -> Void

  /// Finds a record: the folder of one, or the beginning of the id of one in the store of `run`.
  ///
  /// - Parameters:
  ///   - name: The record.
  ///   - manifest: The manifest of the record's run; only replays need it.
  ///   - run: Where artifacts are, and how replays are computed.
  ///   - options: What is done.
  ///   - report: Is told what happens.
  /// - Throws: ``RunError`` or ``ProvenanceError`` when there is no such record, or its summary cannot be read.
  package init(
    _ name: String, manifest: (SealedRecord) throws -> ManifestFile?, run: RunOptions,
    options: Options, report: @escaping @Sendable (RunEvent) -> Void
  ) throws {
    record = try SealedRecord(named: name, artifacts: run.artifacts)
    self.manifest = options.replayCount > 0 ? try manifest(record) : nil
    self.options = options
    self.run = run
    self.report = report
  }

  /// Does the levels in the order of their effort and stops at the first that contradicts the record.
  ///
  /// - Throws: What keeps a level from being done, such as inputs that are missing for a replay.
  package func report() async throws -> AuditReport {
    var result = AuditReport(record: record.id, path: record.path)
    for level in AuditReport.Level.allCases {
      let entry: AuditReport.Entry
      switch level {
      case .digests: entry = read(level, digests)
      case .anchor: entry = read(level, anchor)
      case .completeness: entry = read(level, completeness)
      case .metrics: entry = read(level) { try metrics(&result.judgement) }
      case .artifacts: entry = read(level, artifacts)
      case .rescoring: entry = try rescoring()
      case .replay: entry = try await replay()
      }
      result.entries.append(entry)
      if !entry.findings.isEmpty, !options.isExhaustive { break }
    }
    return result
  }

  /// A level that only reads the record: what cannot be read contradicts it.
  private func read(
    _ level: AuditReport.Level, _ body: () throws -> AuditReport.Entry
  ) -> AuditReport.Entry {
    do {
      return try body()
    } catch {
      return AuditReport.Entry(level: level, findings: ["\(error)"])
    }
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

  private func anchor() throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .anchor)
    func skipped(_ reason: String) -> AuditReport.Entry {
      AuditReport.Entry(level: .anchor, notes: [reason], isDone: false)
    }
    let store: AnchorStore
    do throws(ProvenanceError) {
      store = try AnchorStore(containing: record.path)
    } catch {
      // A repository that cannot be opened says nothing against the record.
      return skipped(
        error.code == .noRepository
          ? "\(record.path) lies in no git repository, so nothing was anchored." : error.message)
    }
    guard let anchor = try store.anchor(of: record.id) else {
      return skipped(
        "The repository has no \(GitAnchor.reference(of: record.id)); `replicate pull REMOTE` takes anchors from another one."
      )
    }
    entry.findings = anchor.differences(from: try RecordAnchor.files(of: record)).map {
      "\(record.path) is not what \(GitAnchor.reference(of: record.id)) anchored: \($0)."
    }
    entry.notes = [
      "\(LogText.count(anchor.files.count, "file")) compared with the commit \(anchor.commit.prefix(12))\(anchor.isSigned ? ", which is signed (`git verify-commit` checks by whom)" : "")."
    ]
    return entry
  }

  private func metrics(_ judgement: inout Judgement?) throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .metrics)
    let samples = try record.samples()
    for part in samples {
      guard
        let arm = record.summary.arms.first(where: {
          $0.name == part.arm && $0.unsignedSeed == part.seed
        })
      else { continue }
      let metrics = part.pooled.summary(of: part.evaluation)
      entry.findings += AggregateDifference.all(arm, from: metrics).map(\.sentence)
    }
    let count = record.summary.arms.reduce(0) { $0 + $1.metrics.count }
    entry.notes.append(
      "\(LogText.count(count, "value")) computed anew from the scores of \(LogText.count(record.sampleTree.count, "sample"))."
    )
    judgement = try record.expectations().map {
      Judgement(
        documented: $0.results,
        results: MeasuredResults(digest: record.resultsDigest, samples: samples))
    }
    if let judgement {
      entry.notes.append(
        "By the expectations that it was locked to, the run is \(judgement.status.rawValue).")
    }
    return entry
  }

  private func artifacts() throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .artifacts)
    var (checked, absent) = (0, 0)
    let store = ArtifactStore(root: "\(run.artifacts)/store")
    for arm in record.summary.arms {
      guard let weights = arm.digests["weights"] else { continue }
      guard store.contains(weights) else {
        absent += 1
        continue
      }
      checked += 1
      // Only looking: a damaged file is evidence, and stays.
      let found = try ArtifactStore.hash(fileAt: store.path(of: weights)).sha256
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
      "\(LogText.count(checked, "file")) hashed, \(absent) not in \(run.artifacts).")
    return entry
  }

  private func rescoring() throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .rescoring)
    guard options.rescores else {
      entry.isDone = false
      entry.notes = ["Not asked for; --rescore does it."]
      return entry
    }
    let outcome = try RecordRescoring(
      record.path, artifacts: run.artifacts, languageData: options.languageData
    ).run()
    entry.findings =
      outcome.differences.map(\.sentence) + outcome.aggregateDifferences.map(\.sentence)
    entry.notes =
      ["\(LogText.count(outcome.documents, "sample")) scored anew."] + outcome.notes
    return entry
  }
}
