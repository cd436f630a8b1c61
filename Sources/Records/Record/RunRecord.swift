package import Files
import Foundation
package import Provenance
import Synchronization

/// The record of a run that is under way: events are appended and files added until it is sealed.
///
/// One process at a time holds a record open; the lock is that of the event log and dies with the process.
package final class RunRecord: Sendable {
  /// The record's id.
  package let id: String
  /// The record's folder.
  package let place: ContainedPath
  /// The replication's name.
  package let name: String
  /// The digest of everything that the results depend on.
  package let identity: Digest
  /// The number of this repetition of the identity, from 1.
  package let attempt: Int

  private let log: EventLog
  private let state: Mutex<State>

  private struct State {
    /// The files that events have announced, by name.
    var files: [String: RecordFile] = [:]
    var isSealed = false
    /// Tells that the process is alive; nil once the record is sealed.
    var heartbeat: Heartbeat?
  }

  /// Fills an empty folder with the first events and the manifest.
  ///
  /// `finalPlace` is where the folder will be moved to when it is complete.
  init(
    creatingAt place: ContainedPath, finalPlace: ContainedPath, id: String, attempt: Int,
    description: RunDescription
  ) throws {
    log = try EventLog(
      creating: place.appending(RecordFile.events),
      knownAs: finalPlace.appending(RecordFile.events).path, recordID: id)
    self.id = id
    self.place = finalPlace
    self.name = description.name
    self.identity = description.identity
    self.attempt = attempt
    state = Mutex(State())
    try log.append(
      .created(
        RecordedEvent.Creation(
          id: id, name: name, identity: identity, identityBasis: description.identityBasis,
          attempt: attempt, manifestDigest: SHA256.digest(of: description.manifest))))
    try write(description.manifest, to: RecordFile.manifest, inFolder: place)
    try begin(description.session, inFolder: place)
    try startHeartbeat(inFolder: place)
  }

  /// Opens the record of an interrupted run to go on with it.
  init(resumingAt place: ContainedPath, id: String, session: RunSession) throws {
    // The log is opened first: its lock makes sure that what is looked at next does not change.
    log = try EventLog(opening: place.appending(RecordFile.events), recordID: id)
    guard try FileStatus(at: place.appending(RecordFile.summary)) == nil else {
      throw RunRecord.sealedError(id)
    }
    let history = try RunHistory(recordAt: place, id: id)
    self.id = id
    self.place = place
    name = history.name
    identity = history.identity
    attempt = history.attempt
    state = Mutex(State(files: history.files))
    try place.appending(RecordFile.heartbeat).remove()
    try removeUnannouncedFiles()
    guard contains(RecordFile.manifest) else {
      throw RunError(
        .damaged, "The record \(path) lost its \(RecordFile.manifest); start the run anew.")
    }
    try begin(session, inFolder: place)
    try startHeartbeat(inFolder: place)
  }

  private func startHeartbeat(inFolder folder: ContainedPath) throws {
    let heartbeat = try Heartbeat(inFolder: folder)
    state.withLock { $0.heartbeat = heartbeat }
  }

  private static func sealedError(_ id: String) -> RunError {
    RunError(.sealed, "The record \(id) is sealed and takes nothing more.")
  }

  /// The log's chain at this moment.
  package var chain: EventChain { log.chain }

  /// Appends an event; `isDurable` returns only when it is on the storage device.
  ///
  /// - Throws: ``RunError`` `sealed`, ``FileError``.
  package func append(_ event: RecordedEvent, isDurable: Bool = false) throws {
    guard !state.withLock({ $0.isSealed }) else { throw RunRecord.sealedError(id) }
    try log.append(event, isDurable: isDurable)
  }

  private func begin(_ session: RunSession, inFolder folder: ContainedPath) throws {
    if case .repository(let state) = session.code, let patch = state.patch,
      let digest = state.patchDigest
    {
      try write(
        patch, to: "\(RecordFile.codeFolder)\(digest.hex.prefix(12)).patch", inFolder: folder)
    }
    try log.append(.session(session.json), isDurable: true)
  }
}

// MARK: - Files

extension RunRecord {
  /// The path of the record's folder.
  package var path: String { place.path }

  /// The path of a file of the record, which exists if ``contains(_:)`` says so.
  package func path(of name: String) -> String { "\(path)/\(name)" }

  /// Whether the record holds a file of this name.
  package func contains(_ name: String) -> Bool { state.withLock { $0.files[name] != nil } }

  /// Adds a file, and an event that gives its size and digest.
  ///
  /// A file is written once: the same bytes again are no change, other bytes an error.
  ///
  /// - Throws: ``RunError`` `differs` or `invalidName`; ``FileError``. The record is then as it was.
  package func write(_ bytes: [UInt8], to name: String) throws {
    try write(bytes, to: name, inFolder: place)
  }

  private func write(_ bytes: [UInt8], to name: String, inFolder folder: ContainedPath) throws {
    let file = RecordFile(name: name, byteCount: bytes.count, digest: SHA256.digest(of: bytes))
    guard try isNew(file) else { return }
    let place = folder.appending(name)
    try place.parent.createFolder()
    try AtomicFile.write(bytes, to: place)
    try announce(file)
  }

  /// Adds a file that `body` writes, as ``write(_:to:)-(_,String)`` does.
  package func write(to name: String, _ body: (borrowing OpenFile) throws -> Void) throws {
    try RecordFile.checkName(name)
    let place = place.appending(name)
    try place.parent.createFolder()
    var file: RecordFile?
    struct Unchanged: Error {}
    do {
      try AtomicFile.write(to: place) { written in
        try body(written)
        let named = try RecordFile(name: name, wholeOf: written)
        guard try isNew(named) else { throw Unchanged() }
        file = named
      }
    } catch is Unchanged {
      return
    }
    if let file { try announce(file) }
  }

  private func isNew(_ file: RecordFile) throws(RunError) -> Bool {
    guard !state.withLock({ $0.isSealed }) else { throw RunRecord.sealedError(id) }
    try RecordFile.checkName(file.name)
    guard let present = state.withLock({ $0.files[file.name] }) else { return true }
    guard present == file else {
      throw RunError(
        .differs,
        "\(path(of: file.name)) is already part of the record with the SHA-256 \(present.digest), but the run made \(file.digest) this time; the run is not reproducible on this machine."
      )
    }
    return false
  }

  private func announce(_ file: RecordFile) throws {
    try append(.fileAdded(file))
    state.withLock { $0.files[file.name] = file }
  }

  /// Removes what a kill left between writing a file and announcing it; the run makes such files again.
  private func removeUnannouncedFiles() throws {
    let found = try RecordFile.names(inRecord: place)
    for name in found.unfinished { try place.appending(name).remove() }
    for name in found.files where !contains(name) {
      let file = try RecordFile(name: name, inRecord: place)
      try log.append(.fileRemoved(file))
      try place.appending(name).remove()
    }
    for name in state.withLock({ $0.files.keys.sorted() }) where !found.files.contains(name) {
      throw RunError(
        .damaged,
        "\(path(of: name)) is missing, although the record's log announces it; start the run anew.")
    }
  }
}

// MARK: - Sealing

extension RunRecord {
  /// Ends the record: checks every file against its announcement and writes the sealed summary.
  ///
  /// - Parameters:
  ///   - summary: The results.
  ///   - checkpoints: What was kept for audits; no part of the results.
  ///   - reached: Is told of the points that sealing passes.
  /// - Returns: The record as it was sealed.
  /// - Throws: ``RunError`` `damaged` if a file was changed, removed or added behind the record's back.
  package func seal(
    _ summary: RunSummary, checkpoints: [KeptCheckpoint] = [],
    reached: (RunPoint) -> Void = { _ in }
  ) throws -> SealedRecord {
    guard !state.withLock({ $0.isSealed }) else { throw RunRecord.sealedError(id) }
    // A sign of life is no part of a record: a sealed one that has it was changed.
    try place.appending(RecordFile.heartbeat).remove()
    let names = try RecordFile.names(inRecord: place).files
    let announced = state.withLock { $0.files }
    let listed = announced.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard names == listed else {
      let difference = Set(names).symmetricDifference(listed).sorted()
      throw RunError(
        .damaged,
        "The record \(path) and its log do not list the same files; \(difference.joined(separator: ", ")) \(difference.count == 1 ? "is" : "are") in only one of them."
      )
    }
    var files: [RecordFile] = []
    for name in names {
      let file = try RecordFile(name: name, inRecord: place)
      guard let expected = announced[name], file == expected else {
        throw RunError(
          .damaged,
          "\(path(of: name)) was changed after it was written: it has the SHA-256 \(file.digest).")
      }
      files.append(file)
    }
    let contents = SealedRecord.Contents(
      summary: summary, files: files, checkpoints: checkpoints,
      samples: try SampleTree(files, in: RecordEvidence(at: place)))
    reached(RunPoint(kind: .sealing))
    try log.append(.sealed(try contents.seal), isDurable: true)
    reached(RunPoint(kind: .sealedLog))
    state.withLock {
      $0.isSealed = true
      $0.heartbeat = nil
    }
    let history = try RunHistory(recordAt: place, id: id)
    guard history.chain == log.chain else {
      throw RunError(.damaged, "The log of the record \(path) was changed while it was sealed.")
    }
    let bytes = try CanonicalJSON.encode(
      SealedRecord.json(
        id: id, name: name, identity: identity, attempt: attempt, created: history.created,
        sealed: history.last, sessions: history.sessions, contents, eventCount: log.chain.count,
        chainHead: log.chain.head))
    try AtomicFile.write(bytes, to: place.appending(RecordFile.summary))
    return try SealedRecord(at: place)
  }
}

extension EventLog {
  fileprivate func append(_ event: RecordedEvent, isDurable: Bool = false) throws {
    let (type, data) = event.line
    try append(type: type, data, isDurable: isDurable)
  }
}
