import Files
import Provenance

/// What the event log of a record tells about the run.
struct RunHistory: Sendable {
  /// The replication's name.
  let name: String
  /// The digest of everything that the results depend on.
  let identity: Digest
  /// The number of this repetition of the identity, from 1.
  let attempt: Int
  /// The digest that the manifest had when the record was created.
  let manifestDigest: Digest
  /// When the record was created and when its last event was written.
  let created: String
  let last: String
  /// The files that the events announce, by name.
  let files: [String: RecordFile]
  /// The circumstances of each process that worked on the run, each with its time.
  let sessions: [JSON]
  /// The chain over all whole lines.
  let chain: EventChain
  /// The events.
  let events: [Event]

  /// Reads the log of the record in a folder and checks its chain.
  ///
  /// - Throws: ``RunError`` `damaged`, ``ProvenanceError`` `brokenChain`.
  init(recordAt place: ContainedPath, id: String) throws {
    let log = place.appending(RecordFile.events)
    let logPath = log.path
    let content = try EventLog.read(log, recordID: id)
    guard let first = content.events.first, first.type == RunRecord.createdType else {
      throw RunError(
        .damaged, "\(logPath) does not begin with the event \(RunRecord.createdType).")
    }
    let field = JSONField(first.data, source: "\(logPath), line 1")
    name = try field["name"].string()
    identity = try field["identity"].digest()
    attempt = try field["attempt"].count()
    manifestDigest = try field["manifest_sha256"].digest()
    guard try field["record_id"].string() == id,
      RunID.id(identity: identity, attempt: attempt) == id
    else {
      throw RunError(
        .damaged, "\(place) is named \(id), but its log was written for another record.")
    }
    created = first.time
    last = content.events.last?.time ?? first.time
    chain = content.chain
    events = content.events
    var files: [String: RecordFile] = [:]
    var sessions: [JSON] = []
    for event in content.events {
      switch event.type {
      case RunRecord.fileType:
        let file = try RecordFile(
          JSONField(event.data, source: "\(logPath), line \(event.index + 1)"))
        files[file.name] = file
      case RunRecord.sessionType:
        guard var session = event.data.objectValue else {
          throw RunError(.damaged, "\(logPath), line \(event.index + 1): a session is an object.")
        }
        session["started"] = .string(event.time)
        sessions.append(.object(session))
      default: break
      }
    }
    self.files = files
    self.sessions = sessions
  }
}
