package import Files
package import Provenance

/// One record with everything that it says, whether its run is finished or not.
package struct RecordOverview: Sendable {
  /// The path of the record's folder, and its id.
  package let path: String
  package let id: String
  /// Where the run stands.
  package let status: RunStatus
  /// When it was last heard of; nil if it is sealed.
  package let signs: SignsOfLife?
  /// The replication's name.
  package let name: String
  /// The digest of everything that the results depend on, and the number of this repetition of it.
  package let identity: Digest
  package let attempt: Int
  /// When the run began, and when its last event was written.
  package let created: String
  package let last: String
  /// Values that were set in place of the manifest's own.
  package let overrides: [String]
  /// The circumstances of each process that worked on the run.
  package let sessions: [JSON]
  /// The files that the run read; empty until it has told.
  package let inputs: [RecordedInput]
  /// The arms; of an unfinished run those that were begun, without metrics.
  package let arms: [RunSummary.Arm]
  /// The evaluations of an unfinished run that are done.
  package let evaluations: [RunProgress.Evaluation]
  /// What an import could not know.
  package let unknowns: [Unknown]
  /// The files of the record, sorted by name.
  package let files: [RecordFile]
  /// The chain of the log.
  package let chain: EventChain
  /// The digests of the results and of the record; nil unless it is sealed.
  package let resultsDigest: Digest?
  package let recordDigest: Digest?
  /// What is not as it was sealed, in sentences.
  package let findings: [String]

  /// The exit code of a command that shows the record: 3 if it is not as it was sealed.
  package var exitCode: Int32 {
    findings.isEmpty ? ExitStatus.success : ExitStatus.tampered
  }

  /// Reads the record in a folder, or the one of a store whose id begins with these digits.
  ///
  /// - Throws: ``RunError`` `notFound`, `ambiguous`, or `damaged` if it says nothing that could be shown.
  package init(_ record: String, artifacts: String) throws {
    let place = try RunStore(artifacts: artifacts).place(named: record)
    (path, id) = (place.path, place.name)
    let log = place.appending(RecordFile.events)
    let sealed =
      try FileStatus(at: place.appending(RecordFile.summary)) == nil
      ? nil : SealedRecord(at: place)
    let history: RunHistory
    do {
      // Asked first: a run that ends meanwhile is then running, not interrupted.
      let isRunning = try sealed == nil && FileLock.isHeld(at: log)
      status = sealed != nil ? .sealed : isRunning ? .running : .interrupted
      history = try sealed?.history() ?? RunHistory(recordAt: place, id: id)
    } catch let error as FileError {
      throw RunError(.damaged, error.message)
    } catch let error as ProvenanceError {
      throw RunError(.damaged, error.message)
    }
    findings = try sealed?.findings() ?? []
    signs = sealed == nil ? try SignsOfLife(ofRecordAt: place) : nil
    (name, identity, attempt) = (history.name, history.identity, history.attempt)
    (created, last, sessions) = (history.created, history.last, history.sessions)
    overrides = history.overrides
    inputs = history.inputs ?? []
    let progress = RunProgress(history)
    arms = sealed?.summary.arms ?? progress.arms
    evaluations = sealed == nil ? progress.evaluations : []
    unknowns = sealed?.summary.unknowns ?? []
    files =
      sealed?.files
      ?? history.files.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    chain = history.chain
    (resultsDigest, recordDigest) = (sealed?.resultsDigest, sealed?.digest)
  }
}

extension RunStore {
  /// The folder of a record: the path of one, which links may lead to, or the one whose id begins with these digits.
  ///
  /// - Throws: ``RunError`` `notFound` or `ambiguous`.
  func place(named record: String) throws -> ContainedPath {
    let place = ContainedPath(root: record)
    for name in [RecordFile.summary, RecordFile.events]
    where (try? FileStatus(at: place.appending(name))) != nil { return place }
    return self.place(of: try id(beginning: record))
  }
}
