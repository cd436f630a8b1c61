import GRDB

/// The tables of the index.
///
/// There are no steps from an older schema to this one: what was written by another version is rebuilt from the records.
enum IndexSchema {
  /// The statements that make the tables, which SQLite keeps to the letter.
  ///
  /// Runs lie in the order in which they are listed: sorting thousands of whole rows would take longer than reading them.
  private static let statements = [
    """
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
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE runs (
      id TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL,
      problem TEXT,
      name TEXT NOT NULL,
      identity TEXT,
      attempt INTEGER NOT NULL,
      created TEXT NOT NULL,
      sealed TEXT,
      commit_id TEXT,
      is_dirty INTEGER,
      arms TEXT NOT NULL,
      seeds TEXT NOT NULL,
      results_sha256 TEXT,
      record_sha256 TEXT,
      metrics_sha256 TEXT NOT NULL,
      evidence TEXT NOT NULL,
      row_sha256 TEXT NOT NULL,
      PRIMARY KEY (created, attempt, id)
    ) STRICT, WITHOUT ROWID
    """,
  ]

  /// Makes the tables in an empty database.
  static func make(in database: DatabaseQueue) throws {
    try database.write { database in
      for statement in statements { try database.execute(sql: statement) }
    }
  }

  /// Checks that a database has these tables.
  ///
  /// - Throws: ``IndexDamage`` for others, and for none.
  static func check(_ database: DatabaseQueue) throws {
    let found = try database.read { database in
      try String.fetchAll(
        database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    }
    guard found == statements else {
      throw IndexDamage(reason: "another version of this program wrote it, or it was changed")
    }
  }
}
