package import Files
import Provenance

/// What the event log of a record tells about the run.
package struct RunHistory: Sendable {
  /// The replication's name.
  let name: String
  /// The digest of everything that the results depend on.
  let identity: Digest
  /// What the identity is the digest of; nil in records of versions that did not note it.
  package let identityBasis: JSON?
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
  package let events: [Entry]

  /// An event of the log.
  package struct Entry: Sendable {
    /// Its place in the log, from 0, and when it was written, in UTC.
    package let index: Int
    package let time: String
    /// What happened.
    package let content: RecordedEvent
  }

  /// Reads the log of the record in a folder and checks its chain.
  ///
  /// - Throws: ``RunError`` `damaged`, ``ProvenanceError`` `brokenChain`.
  package init(recordAt place: ContainedPath, id: String) throws {
    let bytes = try OpenFile.contents(of: place.appending(RecordFile.events))
    try self.init(log: bytes, recordAt: place, id: id)
  }

  /// Takes the bytes of the log of the record in a folder and checks its chain.
  ///
  /// - Throws: ``RunError`` `damaged`, ``ProvenanceError`` `brokenChain`.
  init(log bytes: [UInt8], recordAt place: ContainedPath, id: String) throws {
    let logPath = place.appending(RecordFile.events).path
    let content = try EventLog.check(bytes, recordID: id, path: logPath)
    events = try content.events.map { event in
      Entry(
        index: event.index, time: event.time,
        content: try RecordedEvent(event, source: "\(logPath), line \(event.index + 1)"))
    }
    guard let first = events.first, case .created(let creation) = first.content else {
      throw RunError(
        .damaged,
        "\(logPath) does not begin with the event \(RecordedEvent.Kind.created.rawValue).")
    }
    name = creation.name
    identity = creation.identity
    identityBasis = creation.identityBasis
    attempt = creation.attempt
    manifestDigest = creation.manifestDigest
    guard creation.id == id,
      RunID.id(identity: identity, attempt: attempt) == id
    else {
      throw RunError(
        .damaged, "\(place) is named \(id), but its log was written for another record.")
    }
    created = first.time
    last = events.last?.time ?? first.time
    chain = content.chain
    var files: [String: RecordFile] = [:]
    var sessions: [JSON] = []
    for event in events {
      switch event.content {
      case .fileAdded(let file): files[file.name] = file
      case .session(let circumstances):
        guard var session = circumstances.objectValue else {
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

  /// The files that the run read, as the last process told them; nil if none told any.
  package var inputs: [RecordedInput]? {
    for event in events.reversed() {
      if case .inputs(let inputs) = event.content { return inputs }
    }
    return nil
  }

  /// Values that were set in place of the manifest's own.
  package var overrides: [String] {
    (identityBasis?["manifest"]?["overrides"]?.arrayValue ?? []).compactMap(\.stringValue)
  }

  /// The prepared training data of each seed, as the last process told of it; records of before have none.
  package var preparations: [UInt64: RecordedPreparation] {
    var preparations: [UInt64: RecordedPreparation] = [:]
    for event in events {
      if case .prepared(let preparation) = event.content {
        preparations[preparation.seed] = preparation
      }
    }
    return preparations
  }
}
