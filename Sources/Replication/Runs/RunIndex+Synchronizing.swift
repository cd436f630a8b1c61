import GRDB
import Provenance

extension RunIndex {
  /// Brings a database up to date and gives all runs, newest first.
  ///
  /// Records that it lacks are added, those that changed are read again, those that are gone are forgotten.
  static func synchronize(_ queue: DatabaseQueue, _ store: RunStore, rebuilding: Bool) throws
    -> [IndexedRun]
  {
    // The rows first: a record that is created meanwhile must not look like one that is gone.
    let rows = rebuilding ? [] : try queue.read { try checkedRows($0) }
    var unknown = Set(try store.ids())
    var runs: [IndexedRun] = []
    runs.reserveCapacity(unknown.count)
    var (gone, changed) = ([String](), [IndexEntry]())
    for (run, evidence) in rows {
      let found = try RecordEvidence.text(ofRecordAt: store.path(of: run.id))
      guard unknown.remove(run.id) != nil, let found else {
        gone.append(run.id)
        continue
      }
      if evidence == found, !found.isEmpty {
        runs.append(run)
        continue
      }
      let entry = IndexEntry(
        recordAt: store.path(of: run.id), id: run.id, evidence: found)
      runs.append(entry.run)
      // A damaged record is read every time, and seldom says anything else.
      if run != entry.run || evidence != entry.evidence { changed.append(entry) }
    }
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
