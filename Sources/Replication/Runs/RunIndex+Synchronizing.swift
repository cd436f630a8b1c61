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
    let known = Dictionary(uniqueKeysWithValues: rows.map { ($0.run.id, $0) })
    var runs: [IndexedRun] = []
    var changed: [IndexEntry] = []
    var gone = Set(known.keys)
    for id in try store.ids() {
      guard let evidence = try RecordEvidence.text(ofRecordAt: store.path(of: id)) else { continue }
      gone.remove(id)
      if let row = known[id], row.evidence == evidence, !evidence.isEmpty {
        runs.append(row.run)
        continue
      }
      let entry = IndexEntry(recordAt: store.path(of: id), id: id, evidence: evidence)
      runs.append(entry.run)
      if known[id]?.run != entry.run || known[id]?.evidence != entry.evidence {
        changed.append(entry)
      }
    }
    if rebuilding || !changed.isEmpty || !gone.isEmpty {
      try queue.write { database in
        if rebuilding { try database.execute(sql: "DELETE FROM runs") }
        for id in gone.sorted() { try remove(id, database) }
        for entry in changed { try put(entry, database) }
      }
    }
    return runs.sorted { ($1.created, $1.attempt, $1.id) < ($0.created, $0.attempt, $0.id) }
  }
}
