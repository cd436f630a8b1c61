import GRDB

/// A run as the index lists it.
package struct IndexedRun: Sendable, Equatable {
  /// The record's id.
  package let id: String
  /// The replication's name; empty if the record is damaged.
  package let name: String
  /// The number of this repetition of the identity.
  package let attempt: Int
  /// The status in one word: "running", "interrupted", "sealed" or "damaged".
  package let status: String
  /// When the run began and was sealed, in UTC.
  package let created: String
  package let sealed: String?
  /// The commit of the code, and whether tracked files differed from it.
  package let commit: String?
  package let isDirty: Bool?
  /// The digest of the results, in hexadecimal digits.
  package let resultsDigest: String?
}

/// A metric of a run as the index lists it.
package struct IndexedMetric: Sendable, Equatable {
  /// The arm and its seed.
  package let arm: String
  package let seed: String?
  /// The task and the metric.
  package let task: String
  package let metric: String
  /// The value; nil if it was not a number.
  package let value: Double?
  /// Its standard error over items, if it has one.
  package let standardError: Double?
  /// The number of items.
  package let count: Int
}

extension RunIndex {
  /// The runs, oldest first; only those of a replication if a name is given.
  package func runs(named name: String? = nil) throws -> [IndexedRun] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT * FROM runs WHERE ?1 IS NULL OR name = ?1 ORDER BY created, attempt, id",
        arguments: [name]
      ).map {
        IndexedRun(
          id: $0["id"], name: $0["name"], attempt: $0["attempt"], status: $0["status"],
          created: $0["created"], sealed: $0["sealed"], commit: $0["commit_id"],
          isDirty: $0["is_dirty"], resultsDigest: $0["results_sha256"])
      }
    }
  }

  /// The metrics of a run, in the order of its record.
  package func metrics(of id: String) throws -> [IndexedMetric] {
    try database.read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM metrics WHERE run_id = ? ORDER BY position", arguments: [id]
      ).map {
        IndexedMetric(
          arm: $0["arm"], seed: $0["seed"], task: $0["task"], metric: $0["metric"],
          value: $0["value"], standardError: $0["standard_error"], count: $0["n"])
      }
    }
  }
}
