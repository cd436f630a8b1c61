import Foundation
import GRDB
import Provenance

extension RunIndex {
  /// Brings the index up to date: adds records that it lacks, looks again at those that were not sealed, forgets those
  /// that are gone.
  package func synchronize() throws { try RunIndex.synchronize(database, store) }

  static func synchronize(_ queue: DatabaseQueue, _ store: RunStore) throws {
    let present = Set(try store.ids())
    try queue.write { database in
      let sealed = Set(
        try String.fetchAll(
          database, sql: "SELECT id FROM runs WHERE status = ?", arguments: [RunStatus.sealed.name])
      )
      let known = try String.fetchAll(database, sql: "SELECT id FROM runs ORDER BY id")
      for id in known where !present.contains(id) { try remove(id, database) }
      for id in present.subtracting(sealed).sorted() { try index(id, store, database) }
    }
  }

  /// Forgets everything and reads all records again; another process sees either the old or the new content.
  package func rebuild() throws {
    try database.write { database in
      try database.execute(sql: "DELETE FROM runs")
      for id in try store.ids() { try RunIndex.index(id, store, database) }
    }
  }

  /// Adds a record that was just sealed.
  package func add(_ record: SealedRecord) throws {
    try database.write { database in try RunIndex.insert(record, database) }
  }

  private static func index(_ id: String, _ store: RunStore, _ database: Database) throws {
    let listing = store.listing(of: id)
    if listing.status == .sealed {
      try insert(try SealedRecord(at: store.path(of: id)), database)
    } else {
      try insert(listing, database)
    }
  }

  private static func remove(_ id: String, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [id])
  }

  private static func insert(_ listing: RunListing, _ database: Database) throws {
    try remove(listing.id, database)
    var problem: String?
    if case .damaged(let sentence) = listing.status { problem = sentence }
    try database.execute(
      sql: """
        INSERT INTO runs (id, name, identity, attempt, status, problem, created, path)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        listing.id, listing.name, listing.identity?.hex, listing.attempt, listing.status.name,
        problem, listing.created, "records/\(listing.id)",
      ])
  }

  private static func insert(_ record: SealedRecord, _ database: Database) throws {
    try remove(record.id, database)
    let code = record.sessions.first?["code"]
    try database.execute(
      sql: """
        INSERT INTO runs (id, name, identity, attempt, status, created, sealed, commit_id, is_dirty,
          results_sha256, record_sha256, path)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        record.id, record.name, record.identity.hex, record.attempt, RunStatus.sealed.name,
        record.created, record.sealed, code?["commit"]?.stringValue, code?["dirty"]?.boolValue,
        record.resultsDigest.hex, record.digest.hex, "records/\(record.id)",
      ])
    var position = 0
    for arm in record.summary.arms {
      for metric in arm.metrics {
        // SQLite keeps NaN as NULL, which is what it means here: no value.
        try database.execute(
          sql: "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            record.id, position, arm.name, arm.seed.map(String.init), metric.task, metric.name,
            metric.value, metric.standardError, metric.count,
          ])
        position += 1
      }
    }
  }
}
