import Foundation
package import Provenance
import Synchronization

/// The record of a run that is under way: events are appended and files added until it is sealed.
///
/// One process at a time holds a record open; the lock is that of the event log and dies with the process.
package final class RunRecord: Sendable {
  /// The record's id.
  package let id: String
  /// The path of the record's folder.
  package let path: String
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

  static let createdType = "run-created"
  static let sessionType = "session-started"
  static let fileType = "file-added"
  static let removedType = "unannounced-file-removed"
  static let sealedType = "sealed"

  /// Fills the empty folder at `path` with the first events and the manifest.
  ///
  /// `finalPath` is where the folder will be renamed to when it is complete.
  init(
    creatingAt path: String, finalPath: String, id: String, attempt: Int,
    description: RunDescription
  ) throws {
    log = try EventLog(
      creating: "\(path)/\(RecordFile.events)", knownAs: "\(finalPath)/\(RecordFile.events)",
      recordID: id)
    self.id = id
    self.path = finalPath
    self.name = description.name
    self.identity = description.identity
    self.attempt = attempt
    state = Mutex(State())
    try log.append(
      type: RunRecord.createdType,
      JSON(present: [
        ("record_id", .string(id)), ("name", .string(name)), ("identity", JSON(identity)),
        ("identity_basis", description.identityBasis ?? .null), ("attempt", JSON(attempt)),
        ("manifest_sha256", JSON(SHA256.digest(of: description.manifest))),
      ]))
    try write(description.manifest, to: RecordFile.manifest, inFolder: path)
    try begin(description.session, inFolder: path)
    try startHeartbeat(inFolder: path)
  }

  /// Opens the record of an interrupted run to go on with it.
  init(resumingAt path: String, id: String, session: RunSession) throws {
    // The log is opened first: its lock makes sure that what is looked at next does not change.
    log = try EventLog(opening: "\(path)/\(RecordFile.events)", recordID: id)
    guard access("\(path)/\(RecordFile.summary)", F_OK) != 0 else {
      throw RunRecord.sealedError(id)
    }
    let history = try RunHistory(recordAt: path, id: id)
    self.id = id
    self.path = path
    name = history.name
    identity = history.identity
    attempt = history.attempt
    state = Mutex(State(files: history.files))
    try RunRecord.removeHeartbeat(from: path)
    try removeUnannouncedFiles()
    guard contains(RecordFile.manifest) else {
      throw RunError(
        .damaged, "The record \(path) lost its \(RecordFile.manifest); start the run anew.")
    }
    try begin(session, inFolder: path)
    try startHeartbeat(inFolder: path)
  }

  private func startHeartbeat(inFolder folder: String) throws {
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
  /// - Throws: ``RunError`` `sealed`, ``ProvenanceError``.
  package func append(type: String, _ data: JSON, isDurable: Bool = false) throws {
    guard !state.withLock({ $0.isSealed }) else { throw RunRecord.sealedError(id) }
    try log.append(type: type, data, isDurable: isDurable)
  }

  private func begin(_ session: RunSession, inFolder folder: String) throws {
    if case .repository(let state) = session.code, let patch = state.patch,
      let digest = state.patchDigest
    {
      try write(
        patch, to: "\(RecordFile.codeFolder)\(digest.hex.prefix(12)).patch", inFolder: folder)
    }
    try log.append(type: RunRecord.sessionType, session.json, isDurable: true)
  }
}

// MARK: - Files

extension RunRecord {
  /// The path of a file of the record, which exists if ``contains(_:)`` says so.
  package func path(of name: String) -> String { "\(path)/\(name)" }

  /// Whether the record holds a file of this name.
  package func contains(_ name: String) -> Bool { state.withLock { $0.files[name] != nil } }

  /// Adds a file, and an event that gives its size and digest.
  ///
  /// A file is written once: the same bytes again are no change, other bytes an error.
  ///
  /// - Throws: ``RunError`` `differs` or `invalidName`; ``ProvenanceError``. The record is then as it was.
  package func write(_ bytes: [UInt8], to name: String) throws {
    try write(bytes, to: name, inFolder: path)
  }

  private func write(_ bytes: [UInt8], to name: String, inFolder folder: String) throws {
    let file = RecordFile(name: name, byteCount: bytes.count, digest: SHA256.digest(of: bytes))
    guard try isNew(file) else { return }
    try createFolder(of: name, in: folder)
    try AtomicFile.write(bytes, to: "\(folder)/\(name)")
    try announce(file)
  }

  /// Adds a file that `body` writes under a temporary path, as ``write(_:to:)-(_,String)`` does.
  package func write(to name: String, _ body: (_ temporaryPath: String) throws -> Void) throws {
    try RecordFile.checkName(name)
    try createFolder(of: name, in: path)
    var file: RecordFile?
    let folder = self.path
    struct Unchanged: Error {}
    do {
      try AtomicFile.write(to: self.path(of: name)) { temporary in
        try body(temporary)
        let written = try RecordFile(
          name: String(temporary.dropFirst(folder.count + 1)), inRecord: folder)
        let named = RecordFile(name: name, byteCount: written.byteCount, digest: written.digest)
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

  /// Removes a sign of life, which is no part of a record: a sealed one that has it was changed.
  private static func removeHeartbeat(from folder: String) throws {
    let path = "\(folder)/\(RecordFile.heartbeat)"
    guard unlink(path) == 0 || errno == ENOENT else {
      throw RunError(.damaged, "Could not remove \(path) (error \(errno)).")
    }
  }

  private func createFolder(of name: String, in folder: String) throws {
    guard let slash = name.lastIndex(of: "/") else { return }
    try AtomicFile.createFolder("\(folder)/\(name[..<slash])")
  }

  private func announce(_ file: RecordFile) throws {
    try append(type: RunRecord.fileType, file.json)
    state.withLock { $0.files[file.name] = file }
  }

  /// Removes what a kill left between writing a file and announcing it; the run makes such files again.
  private func removeUnannouncedFiles() throws {
    let found = try RecordFile.names(inRecord: path)
    for name in found.unfinished { try FileManager.default.removeItem(atPath: path(of: name)) }
    for name in found.files where !contains(name) {
      let file = try RecordFile(name: name, inRecord: path)
      try log.append(type: RunRecord.removedType, file.json)
      try FileManager.default.removeItem(atPath: path(of: name))
    }
    for name in state.withLock({ $0.files.keys.sorted() }) where access(path(of: name), F_OK) != 0 {
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
    try RunRecord.removeHeartbeat(from: path)
    let names = try RecordFile.names(inRecord: path).files
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
      let file = try RecordFile(name: name, inRecord: path)
      guard let expected = announced[name], file == expected else {
        throw RunError(
          .damaged,
          "\(path(of: name)) was changed after it was written: it has the SHA-256 \(file.digest).")
      }
      files.append(file)
    }
    let contents = SealedRecord.Contents(
      summary: summary, files: files, checkpoints: checkpoints,
      samples: try SampleTree(files, inRecord: path))
    reached(RunPoint(kind: .sealing))
    try log.append(type: RunRecord.sealedType, try contents.seal, isDurable: true)
    reached(RunPoint(kind: .sealedLog))
    state.withLock {
      $0.isSealed = true
      $0.heartbeat = nil
    }
    let history = try RunHistory(recordAt: path, id: id)
    guard history.chain == log.chain else {
      throw RunError(.damaged, "The log of the record \(path) was changed while it was sealed.")
    }
    let bytes = try CanonicalJSON.encode(
      SealedRecord.json(
        id: id, name: name, identity: identity, attempt: attempt, created: history.created,
        sealed: history.last, sessions: history.sessions, contents, eventCount: log.chain.count,
        chainHead: log.chain.head))
    try AtomicFile.write(bytes, to: path(of: RecordFile.summary))
    return try SealedRecord(at: path)
  }
}
