import Assets
package import Files
import Foundation

/// The folder of all records: `<artifacts>/records/<id>/`.
///
/// Several processes may use one store at once: a short lock orders the creation of records, and each record that is
/// being written is locked by its own process.
package struct RunStore: Sendable {
  /// The folder.
  package let folder: ContainedPath

  /// The store inside an artifacts folder, which need not exist yet.
  package init(artifacts: String) { folder = ArtifactsFolder(artifacts).records }

  /// The store in a folder.
  init(folder: ContainedPath) { self.folder = folder }

  /// The path of the folder.
  package var path: String { folder.path }

  /// What the names of records begin with that are being created.
  static let unfinishedPrefix = ".creating-"

  /// The file that is locked while a record is created.
  var lock: ContainedPath { folder.appending(".lock") }

  /// A record's folder.
  package func place(of id: String) -> ContainedPath { folder.appending(id) }

  /// The path of a record's folder.
  package func path(of id: String) -> String { place(of: id).path }
}

// MARK: - Beginning runs

/// How a run begins, with the reason in one sentence.
package struct RunStart: Sendable {
  /// What there is to do.
  package enum Kind: Sendable {
    /// Nothing: a run of the same identity is finished.
    case finished(SealedRecord)
    /// Everything that the record, new or resumed, does not hold yet.
    case open(RunRecord)
  }

  /// What there is to do.
  package let kind: Kind
  /// Why, for the person who waits.
  package let reason: String
}

extension RunStore {
  /// Finds the finished record of a run, resumes an interrupted one or creates a new one.
  ///
  /// - Parameters:
  ///   - description: What the run is.
  ///   - repeating: Whether to begin a new attempt although one is finished.
  /// - Returns: What there is to do, and why.
  /// - Throws: ``FileError`` `locked` if another process is at this run.
  package func begin(_ description: RunDescription, repeating: Bool = false) throws -> RunStart {
    try folder.createFolder()
    let lock = try FileLock(path: lock, waitingSeconds: 30)
    defer { withExtendedLifetime(lock) {} }
    let attempts = try attempts(at: description.identity)
    var damage = ""
    for listing in attempts.reversed() {
      switch listing.status {
      case .running:
        throw FileError(
          .locked,
          "The run \(listing.id) (\(listing.name)) is under way in another process.")
      case .sealed:
        if repeating { continue }
        return RunStart(
          kind: .finished(try SealedRecord(at: place(of: listing.id))),
          reason: "the run \(listing.id) of \(listing.created) is finished and has the same inputs")
      case .interrupted:
        do {
          let record = try RunRecord(
            resumingAt: place(of: listing.id), id: listing.id, session: description.session)
          return RunStart(
            kind: .open(record), reason: "resuming the run \(listing.id) of \(listing.created)")
        } catch let error as RunError where error.code == .damaged {
          damage = "; an earlier record cannot be used: \(error.message)"
        }
      case .damaged(let problem): damage = "; an earlier record cannot be used: \(problem)"
      }
    }
    let record = try create(description, attempt: attempts.count + 1)
    return RunStart(kind: .open(record), reason: "this is a new run\(damage)")
  }

  /// Creates the record of an attempt; the caller holds the store's lock.
  private func create(_ description: RunDescription, attempt: Int) throws -> RunRecord {
    let id = RunID.id(identity: description.identity, attempt: attempt)
    // With the lock held, nobody is creating: what is unfinished was left by a kill.
    for name in try folder.names() where name.hasPrefix(RunStore.unfinishedPrefix) {
      try place(of: name).remove()
    }
    let unfinished = place(of: RunStore.unfinishedPrefix + id)
    try unfinished.createFolder()
    let record = try RunRecord(
      creatingAt: unfinished, finalPlace: place(of: id), id: id, attempt: attempt,
      description: description)
    try unfinished.move(to: place(of: id))
    return record
  }
}

// MARK: - Looking

/// Where a run stands.
package enum RunStatus: Sendable, Equatable {
  /// A process is at it now.
  case running
  /// No process is at it and it is not finished; the same command goes on with it.
  case interrupted
  /// Finished.
  case sealed
  /// The record cannot be used, for the reason given.
  case damaged(String)

  /// The status in one word.
  package var name: String {
    switch self {
    case .running: "running"
    case .interrupted: "interrupted"
    case .sealed: "sealed"
    case .damaged: "damaged"
    }
  }
}

/// A record as a list of runs shows it.
package struct RunListing: Sendable, Equatable {
  /// The record's id.
  package let id: String
  /// The replication's name; empty if the record is damaged.
  package let name: String
  /// The digest of everything that the results depend on; nil if the record is damaged.
  package let identity: Digest?
  /// The number of this repetition of the identity; 0 if the record is damaged.
  package let attempt: Int
  /// When the run began, in UTC; empty if the record is damaged.
  package let created: String
  /// Where the run stands.
  package let status: RunStatus
}

extension RunStore {
  /// The ids of all records, sorted.
  package func ids() throws -> [String] {
    try folder.names().filter(RunID.isValid)
  }

  /// All records, those of one identity by attempt, and else by time of creation and id.
  package func list() throws -> [RunListing] {
    try ids().map(listing(of:)).sorted {
      ($0.created, $0.attempt, $0.id) < ($1.created, $1.attempt, $1.id)
    }
  }

  /// The records of one identity, first attempt first.
  ///
  /// Their ids follow from the identity, so that no other record need be read.
  ///
  /// - Throws: ``FileError`` `link` for a link in the place of the folder of all records.
  package func attempts(at identity: Digest) throws(FileError) -> [RunListing] {
    var attempts: [RunListing] = []
    var id = RunID.id(identity: identity, attempt: 1)
    while try FileStatus(at: place(of: id)) != nil {
      attempts.append(listing(of: id))
      id = RunID.id(identity: identity, attempt: attempts.count + 1)
    }
    return attempts
  }

  /// Looks at one record without locking it.
  package func listing(of id: String) -> RunListing {
    let place = place(of: id)
    do {
      if try FileStatus(at: place.appending(RecordFile.summary)) != nil {
        let record = try SealedRecord(at: place)
        return RunListing(
          id: id, name: record.name, identity: record.identity, attempt: record.attempt,
          created: record.created, status: .sealed)
      }
      let isRunning = try FileLock.isHeld(at: place.appending(RecordFile.events))
      let history = try RunHistory(recordAt: place, id: id)
      return RunListing(
        id: id, name: history.name, identity: history.identity, attempt: history.attempt,
        created: history.created, status: isRunning ? .running : .interrupted)
    } catch {
      return RunListing(
        id: id, name: "", identity: nil, attempt: 0, created: "", status: .damaged("\(error)"))
    }
  }

  /// The one record whose id begins with these digits.
  ///
  /// - Throws: ``RunError`` `notFound` or `ambiguous`.
  package func id(beginning prefix: String) throws -> String {
    let matches = try ids().filter { $0.hasPrefix(prefix) }
    guard let match = matches.first, !prefix.isEmpty else {
      throw RunError(.notFound, "No record in \(path) begins with \"\(prefix)\".")
    }
    guard matches.count == 1 else {
      throw RunError(
        .ambiguous,
        "\(matches.count) records in \(path) begin with \"\(prefix)\", among them \(matches[0]) and \(matches[1]); give more digits."
      )
    }
    return match
  }

  /// The sealed record whose id begins with these digits.
  package func sealedRecord(beginning prefix: String) throws -> SealedRecord {
    try SealedRecord(at: place(of: try id(beginning: prefix)))
  }
}
