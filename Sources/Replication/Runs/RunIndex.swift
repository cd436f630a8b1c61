import Foundation
import GRDB
import Provenance

/// A database of all runs and their metrics, for looking things up quickly: `<artifacts>/replicate.sqlite`.
///
/// It is an index and never the only copy of anything: what it says comes from the records, and it can be rebuilt from
/// them at any time. A database that is damaged, or that another version wrote, is set aside and rebuilt on opening.
/// Several processes may use it at once.
package final class RunIndex: Sendable {
  /// The store whose records are indexed.
  package let store: RunStore
  /// Why the database was rebuilt on opening, in one sentence; nil if it was not.
  package let notice: String?
  let database: DatabaseQueue

  /// Opens the index of an artifacts folder and brings it up to date with the records.
  ///
  /// - Throws: ``RunError`` `index` if the database can be neither used nor replaced, as on a read-only disk.
  package init(artifacts: String) throws {
    store = RunStore(artifacts: artifacts)
    let path = URL(fileURLWithPath: artifacts).standardizedFileURL.path + "/replicate.sqlite"
    do {
      try AtomicFile.createFolder(artifacts)
      // Two processes that both find damage must not set aside each other's new database.
      let lock = try FileLock(path: "\(path).lock", waitingSeconds: 30)
      defer { withExtendedLifetime(lock) {} }
      do {
        database = try RunIndex.open(path, store)
        notice = nil
      } catch let error as DatabaseError where RunIndex.isDamage(error) {
        let place = try RunIndex.setAside(path)
        database = try RunIndex.open(path, store)
        notice =
          "the index \(path) could not be used (\(error.message ?? "damaged")); it was moved to \(place) and rebuilt from the records"
      }
    } catch let error as DatabaseError {
      throw RunError(
        .index, "The index \(path) cannot be used: \(error.message ?? "\(error.resultCode)").")
    }
  }

  /// Opens or creates a database and brings it up to date, which reads and writes every table.
  private static func open(_ path: String, _ store: RunStore) throws -> DatabaseQueue {
    let database = try openDatabase(path)
    try synchronize(database, store)
    return database
  }

  /// Opens or creates a database of the present schema and checks that it is sound.
  private static func openDatabase(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "replicate.index"
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // The index can be rebuilt, so that losing the last transactions with the power is no loss.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.write { database in
      let check = try String.fetchAll(database, sql: "PRAGMA quick_check(1)")
      guard check == ["ok"] else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: check.first)
      }
      try database.checkForeignKeys()
      guard try !migrator.hasBeenSuperseded(database) else {
        throw DatabaseError(
          resultCode: .SQLITE_CORRUPT, message: "a later version of this program wrote it")
      }
    }
    try migrator.migrate(queue)
    return queue
  }

  /// Whether an error says that the content is wrong, rather than that the disk is full or a lock is held.
  private static func isDamage(_ error: DatabaseError) -> Bool {
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_SCHEMA,
      .SQLITE_MISMATCH:
      true
    default: false
    }
  }

  /// Renames a database and its companions, so that nothing is lost; gives the new path.
  private static func setAside(_ path: String) throws -> String {
    var number = 1
    while access("\(path).damaged-\(number)", F_OK) == 0 { number += 1 }
    let place = "\(path).damaged-\(number)"
    for suffix in ["", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      try FileManager.default.moveItem(atPath: path + suffix, toPath: place + suffix)
    }
    return place
  }
}

// MARK: - Schema

extension RunIndex {
  /// The steps from an empty database to the present schema; a step that was published is never edited.
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { database in
      try database.execute(
        sql: """
          CREATE TABLE runs (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            identity TEXT,
            attempt INTEGER NOT NULL,
            status TEXT NOT NULL,
            problem TEXT,
            created TEXT NOT NULL,
            sealed TEXT,
            commit_id TEXT,
            is_dirty INTEGER,
            results_sha256 TEXT,
            record_sha256 TEXT,
            path TEXT NOT NULL
          ) STRICT;
          CREATE INDEX runs_by_time ON runs (created, attempt, id);
          CREATE INDEX runs_by_name ON runs (name);
          CREATE TABLE metrics (
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            arm TEXT NOT NULL,
            seed TEXT,
            task TEXT NOT NULL,
            metric TEXT NOT NULL,
            value REAL,
            standard_error REAL,
            n INTEGER NOT NULL,
            PRIMARY KEY (run_id, position)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX metrics_by_task ON metrics (task, metric);
          """)
    }
    return migrator
  }()
}
