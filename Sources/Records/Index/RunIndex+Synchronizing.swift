import Files
import GRDB
import Tensors

extension RunIndex {
  /// What is known before anything is compared.
  struct Sources {
    /// What the file of the index holds; nil if there is none, or why it cannot be used.
    var file: Result<(database: DatabaseQueue, rows: CheckedRows)?, any Error>
    /// The evidence of every record that there is, by its id.
    var evidence: [String: String]

    /// Reads the file at a place, if one is asked for, and looks at all records.
    ///
    /// - Throws: ``FileError`` when the records cannot be listed.
    init(_ place: ContainedPath?, _ store: RunStore) throws {
      // A row that is read after this list cannot be of a record that was created after it: only who holds the lock of
      // the index adds to it, and a file is replaced as a whole.
      let ids = try store.ids()
      // To ask the file system of thousands of records takes about as long as to read their rows: both at once.
      nonisolated(unsafe) var file: Result<(database: DatabaseQueue, rows: CheckedRows)?, any Error>
      nonisolated(unsafe) var found: Result<[String: String], any Error>
      (file, found) = (.success(nil), .success([:]))
      Parallel.perform(tiles: 2, threads: 2) { task in
        if task == 0 {
          file = Result { try place.flatMap(Self.read) }
        } else {
          found = Result { try RecordFreshness.texts(of: ids, in: store.folder) }
        }
      }
      (self.file, evidence) = (file, try found.get())
    }

    private static func read(_ place: ContainedPath) throws -> (DatabaseQueue, CheckedRows)? {
      guard let database = try IndexFile.database(at: place) else { return nil }
      try IndexSchema.check(database)
      return (database, try database.read(checkedRows))
    }
  }

  /// Compares rows with what there is; gives all runs, newest first, and a database in memory with them if they differ.
  ///
  /// Records that the rows lack are added, those that changed are read again, those that are gone are forgotten. Without a
  /// database that the rows are of, one is made.
  static func synchronize(
    _ database: DatabaseQueue?, _ rows: CheckedRows, with evidence: [String: String],
    _ store: RunStore
  ) throws -> (runs: [IndexedRun], changed: DatabaseQueue?) {
    var (known, unknown) = (rows, evidence)
    var (gone, changed) = (Set<String>(), [IndexEntry]())
    for (index, evidence) in known.evidence.enumerated() {
      let id = known.runs[index].id
      guard let found = unknown.removeValue(forKey: id) else {
        gone.insert(id)
        continue
      }
      if evidence == found, !found.isEmpty { continue }
      let entry = IndexEntry(recordAt: store.place(of: id), id: id, evidence: found)
      // A damaged record is read every time, and seldom says anything else.
      if known.runs[index] != entry.run || evidence != entry.evidence { changed.append(entry) }
      known.runs[index] = entry.run
    }
    if !gone.isEmpty { known.runs.removeAll { gone.contains($0.id) } }
    for (id, evidence) in unknown.sorted(by: { $0.key < $1.key }) {
      let entry = IndexEntry(recordAt: store.place(of: id), id: id, evidence: evidence)
      known.runs.append(entry.run)
      changed.append(entry)
    }
    guard database == nil || !changed.isEmpty || !gone.isEmpty else { return (known.runs, nil) }
    let queue = try database.map(IndexFile.copy) ?? IndexFile.emptyDatabase()
    if database == nil { try IndexSchema.make(in: queue) }
    try queue.write { database in
      for id in gone.sorted() { try remove(id, database) }
      for entry in changed { try put(entry, database) }
    }
    let runs = known.runs.sorted {
      ($1.created, $1.attempt, $1.id) < ($0.created, $0.attempt, $0.id)
    }
    return (runs, queue)
  }
}
