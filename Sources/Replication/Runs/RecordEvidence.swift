import Provenance

/// What tells cheaply that a record has not changed since the index read it: which of its two own files there is, and that
/// file's number, size and times.
///
/// A record is sealed by a new file and an open one grows, so nothing that this program does escapes it. Somebody who
/// changes bytes and sets the clock back does; so it decides what a list shows and never whether a record is intact.
enum RecordEvidence {
  /// The evidence of the record in a folder; nil if the folder is gone.
  static func text(ofRecordAt place: ContainedPath) throws(ProvenanceError) -> String? {
    for name in [RecordFile.summary, RecordFile.events] {
      if let status = try FileStatus(at: place.appending(name)) { return text(name, status) }
    }
    // A folder without either is a damaged record.
    return try FileStatus(at: place) == nil ? nil : ""
  }

  private static func text(_ name: String, _ status: FileStatus) -> String {
    let (modified, changed) = (status.modified, status.changed)
    return
      "\(name) \(status.inode) \(status.byteCount) \(modified.seconds).\(modified.nanoseconds) \(changed.seconds).\(changed.nanoseconds)"
  }
}
