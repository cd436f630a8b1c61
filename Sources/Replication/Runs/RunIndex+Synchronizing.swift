import GRDB
import Provenance
import Tensors

extension RunIndex {
  /// Brings a database up to date and gives all runs, newest first, and whether anything changed.
  ///
  /// Records that it lacks are added, those that changed are read again, those that are gone are forgotten.
  static func synchronize(_ queue: DatabaseQueue, _ store: RunStore, rebuilding: Bool) throws
    -> (runs: [IndexedRun], isChanged: Bool)
  {
    // A row that is read after this list cannot be of a record that was created after it: only who holds the lock of the
    // index adds to it, and a copy in memory is as old as its making.
    let ids = try store.ids()
    // To ask the file system of thousands of records takes about as long as to read their rows: both at once.
    nonisolated(unsafe) var rows: Result<CheckedRows, any Error>?
    nonisolated(unsafe) var found: Result<[String: String], any Error>?
    Parallel.perform(tiles: 2, threads: 2) { task in
      if task == 0 {
        found = Result { try RecordEvidence.texts(of: ids, in: store.folder) }
      } else {
        rows = Result { rebuilding ? CheckedRows() : try queue.read(checkedRows) }
      }
    }
    guard let rows, let found else { preconditionFailure("Parallel.perform does every tile.") }
    var (known, unknown) = (try rows.get(), try found.get())
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
    guard rebuilding || !changed.isEmpty || !gone.isEmpty else { return (known.runs, false) }
    try queue.write { database in
      if rebuilding { try database.execute(sql: "DELETE FROM runs") }
      for id in gone.sorted() { try remove(id, database) }
      for entry in changed { try put(entry, database) }
    }
    let runs = known.runs.sorted {
      ($1.created, $1.attempt, $1.id) < ($0.created, $0.attempt, $0.id)
    }
    return (runs, true)
  }
}
