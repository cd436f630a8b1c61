import Provenance

/// What tells cheaply that a record has not changed since the index read it: which of its two own files there is, and that
/// file's number, size and times.
///
/// A record is sealed by a new file and an open one grows, so nothing that this program does escapes it. Somebody who
/// changes bytes and sets the clock back does; so it decides what a list shows and never whether a record is intact.
enum RecordEvidence {
  /// The evidence of each of some records in the folder of all; none of one that is gone, and an empty text of one that
  /// cannot be looked at, as behind a link.
  static func texts(of ids: [String], in records: ContainedPath) throws(ProvenanceError)
    -> [String: String]
  {
    guard !ids.isEmpty else { return [:] }
    let folder = try OpenFolder(records)
    var texts = [String: String](minimumCapacity: ids.count)
    for id in ids {
      do throws(ProvenanceError) {
        texts[id] = try text(of: OpenFolder(id, in: folder, path: records.appending(id).path), id)
      } catch {
        if error.code != .notFound { texts[id] = "" }
      }
    }
    return texts
  }

  private static func text(of record: borrowing OpenFolder, _ id: String) throws(ProvenanceError)
    -> String
  {
    for name in [RecordFile.summary, RecordFile.events] {
      if let status = try FileStatus(name, in: record, path: id) { return text(name, status) }
    }
    // A folder without either is a damaged record.
    return ""
  }

  private static func text(_ name: String, _ status: FileStatus) -> String {
    let (modified, changed) = (status.modified, status.changed)
    return
      "\(name) \(status.inode) \(status.byteCount) \(modified.seconds).\(modified.nanoseconds) \(changed.seconds).\(changed.nanoseconds)"
  }
}
