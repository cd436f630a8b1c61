import Files
import Foundation

/// A folder that appears with all its files at once, and never in the place of something else.
struct ExportFolder {
  /// A file of the folder, by its relative path.
  struct File {
    /// Where the content comes from.
    enum Content {
      /// These bytes.
      case bytes([UInt8])
      /// A file of the record, which must be as it was sealed.
      case copy(RecordFile)
    }

    let name: String
    let content: Content
  }

  /// The absolute path.
  let path: String

  /// Names a folder that does not exist or is empty.
  ///
  /// - Throws: ``RunError`` `occupied` for anything else.
  init(_ path: String) throws(RunError) {
    self.path = ContainedPath.absolute(path)
    guard FileManager.default.fileExists(atPath: self.path) else { return }
    let entries = try? FileManager.default.contentsOfDirectory(atPath: self.path)
    guard let entries, entries.isEmpty else { throw occupied }
  }

  private var occupied: RunError {
    RunError(
      .occupied,
      "\(path) exists and is not an empty folder; an export writes over nothing, so name another folder."
    )
  }

  /// Writes files into a folder beside the wanted one and renames it when all of them are on the storage device.
  ///
  /// - Returns: Sizes and digests of what was written, in the order of the files.
  /// - Throws: ``RunError`` `damaged` if a file of the record changed meanwhile, `occupied` if the folder was filled
  ///   meanwhile; ``FileError``. Nothing is left behind then.
  func write(_ files: [File], from record: SealedRecord) throws -> [RecordFile] {
    let place = ContainedPath(path)
    let parent = place.parent.path
    let unfinished = "\(parent)/\(AtomicFile.temporaryPrefix)\(place.name)-\(getpid())"
    try AtomicFile.createFolder(parent)
    guard mkdir(unfinished, 0o755) == 0 else { throw Self.failure(unfinished) }
    do {
      let written = try files.map { file in
        try Self.write(file, to: "\(unfinished)/\(file.name)", from: record)
      }
      guard rename(unfinished, path) == 0 else {
        if [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) { throw occupied }
        throw Self.failure(path)
      }
      try AtomicFile.synchronizeFolder(parent)
      return written
    } catch {
      try? ContainedPath(unfinished).remove()
      throw error
    }
  }

  /// The error for a folder that could not be made, by a call that has just failed and left its reason in `errno`.
  private static func failure(_ path: String) -> any Error {
    FileError(
      .unwritable,
      "Could not create \(path): \(String(cString: strerror(errno))).")
  }

  private static func write(
    _ file: File, to path: String, from record: SealedRecord
  ) throws -> RecordFile {
    try AtomicFile.createFolder(ContainedPath(path).parent.path)
    switch file.content {
    case .bytes(let bytes):
      try AtomicFile.write(bytes, to: path)
      return RecordFile(
        name: file.name, byteCount: bytes.count, digest: SHA256.digest(of: bytes))
    case .copy(let source):
      let copied = try OpenFile.copy(record.place.appending(source.name), to: path)
      guard copied == source.digest else {
        throw RunError(
          .damaged,
          "\(record.path)/\(source.name) was changed while it was exported: it has the SHA-256 \(copied), but \(source.digest) was sealed."
        )
      }
      return RecordFile(name: file.name, byteCount: source.byteCount, digest: copied)
    }
  }
}
