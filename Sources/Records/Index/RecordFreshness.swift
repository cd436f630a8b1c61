import Files

/// What tells cheaply that a record has not changed since the index read it: which of its two own files there is, and that
/// file's number, size and times.
///
/// A record is sealed by a new file and an open one grows, so nothing that this program does escapes it. Somebody who
/// changes bytes and sets the clock back does; so it decides what a list shows and never whether a record is intact.
enum RecordFreshness {
  /// The evidence of each of some records in the folder of all; none of one that is gone, and an empty text of one that
  /// cannot be looked at, as behind a link.
  ///
  /// Only looked at, nothing is opened: what a record says is read from its own folder, opened without following links.
  static func texts(of ids: [String], in records: ContainedPath) throws(FileError)
    -> [String: String]
  {
    guard !ids.isEmpty else { return [:] }
    let folder = try OpenFolder(records)
    var texts = [String: String](minimumCapacity: ids.count)
    for id in ids { texts[id] = text(of: id, folder) }
    return texts
  }

  private static func text(of id: String, _ records: borrowing OpenFolder) -> String? {
    do throws(FileError) {
      guard let folder = try FileStatus(id, in: records, path: id) else { return nil }
      guard folder.kind == .folder else { return "" }
      for name in [RecordFile.summary, RecordFile.events] {
        let path = "\(id)/\(name)"
        if let status = try FileStatus(path, in: records, path: path) { return text(name, status) }
      }
    } catch {
      return ""
    }
    // A folder without either is a damaged record.
    return ""
  }

  private static func text(_ name: String, _ status: FileStatus) -> String {
    let (modified, changed) = (status.modified, status.changed)
    var text = name
    for (separator, number) in [
      (" ", Int(bitPattern: UInt(status.inode))), (" ", status.byteCount), (" ", modified.seconds),
      (".", modified.nanoseconds), (" ", changed.seconds), (".", changed.nanoseconds),
    ] {
      text += separator
      text += String(number)
    }
    return text
  }
}
