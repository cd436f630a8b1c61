import Foundation
import GRDB
import Provenance

/// A database of all runs and their metrics, for looking things up quickly: `<artifacts>/replicate.sqlite`.
///
/// It is an index and never the only copy of anything: what it says comes from the records. Opening it brings it up to
/// date, and reads a record again only where ``RecordEvidence`` says that it changed.
///
/// **What is checked when.** On opening: that the schema is the present one to the letter, and that every run's row
/// hashes to the digest that it carries. SQLite's own check of all pages takes about as long for ten thousand runs, grows
/// with their metrics, and does not see a changed letter. On reading a run's metrics: that they hash to the digest in the
/// run's row. What is damaged, or was written by another version, is set aside and rebuilt from the records; metrics are
/// refused.
///
/// Several processes may use it at once: a lock is held while it is opened and brought up to date. There is no
/// write-ahead log, whose second file would survive the renaming of the first.
package final class RunIndex: Sendable {
  /// The runs when the index was opened, newest first.
  package let runs: [IndexedRun]
  /// Why the database was rebuilt or is not used, in one sentence; nil if all is well.
  package let notice: String?
  let database: DatabaseQueue

  /// The path of an artifacts folder's database.
  package static func path(artifacts: String) -> String {
    URL(fileURLWithPath: artifacts).standardizedFileURL.path + "/replicate.sqlite"
  }

  /// Opens the index of an artifacts folder and brings it up to date with the records.
  ///
  /// In a folder that is missing or cannot be written to, the index is made in memory.
  ///
  /// - Parameters:
  ///   - artifacts: The folder with the records.
  ///   - rebuilding: Whether to forget everything and read all records again; other processes see either content.
  /// - Throws: ``RunError`` `index` if the database can be neither used nor replaced.
  package init(artifacts: String, rebuilding: Bool = false) throws {
    let path = RunIndex.path(artifacts: artifacts)
    let store = RunStore(artifacts: artifacts)
    let opened: Opened
    do {
      if access(artifacts, W_OK) == 0 {
        // Held to the end: two processes that both find damage must not set aside each other's new database.
        let lock = try FileLock(path: "\(path).lock", waitingSeconds: 600)
        defer { withExtendedLifetime(lock) {} }
        opened = try RunIndex.open(path, store, rebuilding: rebuilding)
      } else if rebuilding {
        throw RunError(
          .index, "The index \(path) cannot be rebuilt: \(artifacts) cannot be written to.")
      } else {
        opened = try RunIndex.openInMemory(path, store)
      }
    } catch let error as DatabaseError {
      throw RunError(
        .index, "The index \(path) cannot be used: \(error.message ?? "\(error.resultCode)").")
    }
    (database, runs, notice) = (opened.database, opened.runs, opened.notice)
  }

  private struct Opened {
    let database: DatabaseQueue
    let runs: [IndexedRun]
    var notice: String?
  }

  private static func open(_ path: String, _ store: RunStore, rebuilding: Bool) throws -> Opened {
    do {
      return try bringUpToDate(
        try DatabaseQueue(path: path, configuration: configuration), store, rebuilding: rebuilding)
    } catch {
      guard let damage = IndexDamage(error) else { throw error }
      let place = try setAside(path)
      var opened = try bringUpToDate(
        try DatabaseQueue(path: path, configuration: configuration), store, rebuilding: true)
      opened.notice =
        "the index \(path) could not be used (\(damage.reason)); it was moved to \(place) and rebuilt from the records"
      return opened
    }
  }

  /// A copy of the database in memory, or a new one if there is none that can be used.
  private static func openInMemory(_ path: String, _ store: RunStore) throws -> Opened {
    var configuration = configuration
    configuration.readonly = true
    let copy = try DatabaseQueue(configuration: Self.configuration)
    do {
      try DatabaseQueue(path: path, configuration: configuration).backup(to: copy)
      return try bringUpToDate(copy, store, rebuilding: false)
    } catch is DatabaseError {
    } catch is IndexDamage {
    }
    return try bringUpToDate(
      try DatabaseQueue(configuration: Self.configuration), store, rebuilding: false)
  }

  private static func bringUpToDate(
    _ database: DatabaseQueue, _ store: RunStore, rebuilding: Bool
  ) throws -> Opened {
    try IndexSchema.prepare(database)
    return Opened(
      database: database, runs: try synchronize(database, store, rebuilding: rebuilding))
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "replicate.index"
    configuration.busyMode = .timeout(30)
    return configuration
  }

  /// Renames a database and its companions, so that nothing is lost; gives the new path.
  private static func setAside(_ path: String) throws -> String {
    var number = 1
    while access("\(path)\(setAsideInfix)\(number)", F_OK) == 0 { number += 1 }
    let place = "\(path)\(setAsideInfix)\(number)"
    for suffix in ["", "-journal", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      try FileManager.default.moveItem(atPath: path + suffix, toPath: place + suffix)
    }
    return place
  }

  /// What stands between the names of a database and the number of one that was set aside.
  static let setAsideInfix = ".set-aside-"
}

/// What makes a database worthless, as opposed to a disk that is full or a lock that is held.
struct IndexDamage: Error {
  /// What is wrong, as a phrase.
  let reason: String

  init(reason: String) { self.reason = reason }

  /// Nil if an error says anything else.
  init?(_ error: any Error) {
    switch error {
    case let error as IndexDamage: self = error
    case let error as DatabaseError:
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_SCHEMA,
        .SQLITE_MISMATCH:
        reason = error.message ?? "damaged"
      default: return nil
      }
    default: return nil
    }
  }
}
