import GRDB
import Provenance

extension RunIndex {
  /// Brings a database up to date and gives all runs, newest first.
  ///
  /// Records that it lacks are added, those that changed are read again, those that are gone are forgotten.
  static func synchronize(_ queue: DatabaseQueue, _ store: RunStore, rebuilding: Bool) throws
    -> [IndexedRun]
  {
    // A row that is read after this list cannot be of a record that was created after it: only who holds the lock of the
    // index adds to it, and a copy in memory is as old as its making.
    var unknown = Set(try store.ids())
    var runs: [IndexedRun] = []
    runs.reserveCapacity(unknown.count)
    var (gone, changed) = ([String](), [IndexEntry]())
    func compare(_ run: IndexedRun, _ evidence: String) throws {
      let path = store.path(of: run.id)
      let found = try RecordEvidence.text(ofRecordAt: path)
      guard unknown.remove(run.id) != nil, let found else {
        gone.append(run.id)
        return
      }
      if evidence == found, !found.isEmpty {
        runs.append(run)
        return
      }
      let entry = IndexEntry(recordAt: path, id: run.id, evidence: found)
      runs.append(entry.run)
      // A damaged record is read every time, and seldom says anything else.
      if run != entry.run || evidence != entry.evidence { changed.append(entry) }
    }
    if !rebuilding { try queue.read { try checkRows($0, compare) } }
    for id in unknown.sorted() {
      let path = store.path(of: id)
      guard let evidence = try RecordEvidence.text(ofRecordAt: path) else { continue }
      let entry = IndexEntry(recordAt: path, id: id, evidence: evidence)
      runs.append(entry.run)
      changed.append(entry)
    }
    guard rebuilding || !changed.isEmpty || !gone.isEmpty else { return runs }
    try queue.write { database in
      if rebuilding { try database.execute(sql: "DELETE FROM runs") }
      for id in gone { try remove(id, database) }
      for entry in changed { try put(entry, database) }
    }
    return runs.sorted { ($1.created, $1.attempt, $1.id) < ($0.created, $0.attempt, $0.id) }
  }
}
