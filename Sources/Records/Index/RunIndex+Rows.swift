import Files
import GRDB

extension RunIndex {
  /// Runs as the database has them.
  struct CheckedRows {
    /// Newest first.
    var runs: [IndexedRun] = []
    /// The evidence that each was read by.
    var evidence: [String] = []
  }

  /// Reads every run's row and checks it against its digest.
  ///
  /// - Throws: ``IndexDamage`` for a row that is not as it was written.
  static func checkedRows(_ database: Database) throws -> CheckedRows {
    var rows = CheckedRows()
    let cursor = try Row.fetchCursor(
      database, sql: "SELECT * FROM runs ORDER BY created DESC, attempt DESC, id DESC")
    while let row = try cursor.next() {
      let fields: [String?] = (0..<row.count).map { row[$0] }
      guard fields.count == 17, fields[16] == digest(of: fields.dropLast()).hex,
        let run = IndexedRun(fields), let evidence = fields[15]
      else { throw IndexDamage(reason: "a run's row is damaged") }
      rows.runs.append(run)
      rows.evidence.append(evidence)
    }
    return rows
  }

  /// Writes a record in the place of what is known of it.
  static func put(_ entry: IndexEntry, _ database: Database) throws {
    try remove(entry.run.id, database)
    let fields =
      entry.run.fields + [digest(of: entry.metrics.flatMap(\.fields)[...]).hex, entry.evidence]
    try database.cachedStatement(
      sql: "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: StatementArguments(fields + [digest(of: fields[...]).hex]))
    let statement = try database.cachedStatement(
      sql: "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (position, metric) in entry.metrics.enumerated() {
      try statement.execute(arguments: [
        entry.run.id, position, metric.arm, metric.seed, metric.task, metric.metric, metric.value,
        metric.standardError, metric.count,
      ])
    }
  }

  /// Forgets a record.
  static func remove(_ id: String, _ database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM runs WHERE id = ?").execute(arguments: [id])
  }

  /// The metrics of a run, in the order of its record.
  ///
  /// - Throws: ``RunError`` `index` if they are not as they were written.
  package func metrics(of id: String) throws -> [IndexedMetric] {
    try database.read { database in
      let metrics = try Row.fetchAll(
        database, sql: "SELECT * FROM metrics WHERE run_id = ? ORDER BY position", arguments: [id]
      ).map { row -> IndexedMetric? in
        guard let arm = String.fromDatabaseValue(row[2]),
          let task = String.fromDatabaseValue(row[4]),
          let metric = String.fromDatabaseValue(row[5]), let count = Int.fromDatabaseValue(row[8])
        else { return nil }
        return IndexedMetric(
          arm: arm, seed: .fromDatabaseValue(row[3]), task: task, metric: metric,
          value: .fromDatabaseValue(row[6]), standardError: .fromDatabaseValue(row[7]),
          count: count)
      }
      let expected = try String.fetchOne(
        database, sql: "SELECT metrics_sha256 FROM runs WHERE id = ?", arguments: [id])
      let whole = metrics.compactMap(\.self)
      guard whole.count == metrics.count,
        expected == nil || expected == RunIndex.digest(of: whole.flatMap(\.fields)[...]).hex
      else {
        throw RunError(
          .index,
          "The index holds damaged metrics of the run \(id); rebuild it with `replicate log --rebuild`."
        )
      }
      return whole
    }
  }

  /// The digest of fields, of which nil and the empty text are different ones.
  fileprivate static func digest(of fields: ArraySlice<String?>) -> Digest {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1024)
    for field in fields {
      bytes.append(contentsOf: (field ?? "\u{0}").utf8)
      bytes.append(0x1F)
    }
    return SHA256.digest(of: bytes)
  }
}

extension IndexedRun {
  /// The columns but for those that vouch for others.
  fileprivate var fields: [String?] {
    [
      id, state.rawValue, problem, name, identity, String(attempt), created, sealed, commit,
      isDirty.map { $0 ? "1" : "0" }, arms.joined(separator: RunIndex.separator),
      seeds.joined(separator: RunIndex.separator), resultsDigest, recordDigest,
    ]
  }

  /// Reads what ``fields`` are.
  fileprivate init?(_ fields: [String?]) {
    guard let id = fields[0], let state = fields[1].flatMap(State.init), let name = fields[3],
      let attempt = fields[5].flatMap({ Int($0) }), let created = fields[6], let arms = fields[10],
      let seeds = fields[11]
    else { return nil }
    self.init(id: id, state: state)
    problem = fields[2]
    self.name = name
    identity = fields[4]
    self.attempt = attempt
    self.created = created
    sealed = fields[7]
    commit = fields[8]
    isDirty = fields[9].map { $0 == "1" }
    self.arms = RunIndex.parts(of: arms)
    self.seeds = RunIndex.parts(of: seeds)
    resultsDigest = fields[12]
    recordDigest = fields[13]
  }
}

extension IndexedMetric {
  fileprivate var fields: [String?] {
    [
      arm, seed, task, metric, value.map { String($0.bitPattern) },
      standardError.map { String($0.bitPattern) }, String(count),
    ]
  }
}

extension RunIndex {
  /// What stands between several names in one column.
  fileprivate static let separator = "\n"

  fileprivate static func parts(of text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }
}
