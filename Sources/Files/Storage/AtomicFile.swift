import Glibc
import Synchronization

/// Files that appear whole or not at all, whatever kills the process or stops the machine.
package enum AtomicFile {
  /// What the names of unfinished files begin with; a file that still has such a name after a kill is rubbish.
  package static let temporaryPrefix = ".unfinished-"

  private static let counter = Atomic<Int>(0)

  /// Puts bytes at `path`: temporary file in the same folder, fsync, rename, fsync of the folder.
  ///
  /// - Throws: ``FileError``; whatever stood at `path` before is then still there, and no temporary file.
  package static func write(_ bytes: [UInt8], to path: ContainedPath) throws(FileError) {
    do {
      try write(to: path) { try $0.write(bytes) }
    } catch let error as FileError {
      throw error
    } catch {
      preconditionFailure("Writing bytes throws errors of this module only.")
    }
  }

  /// Puts bytes at a path that somebody named, as ``write(_:to:)-(_,ContainedPath)`` does.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(bytes, to: ContainedPath(path))
  }

  /// Lets `body` write a file under a temporary name, then puts it at `path` as ``write(_:to:)-(_,ContainedPath)`` does.
  ///
  /// - Throws: What `body` throws, or ``FileError``.
  package static func write(
    to path: ContainedPath, _ body: (borrowing OpenFile) throws -> Void
  ) throws {
    let temporary = temporaryName()
    let outcome = try path.withFolder {
      (folder, name) throws(FileError) -> Result<Void, any Error> in
      let file = try OpenFile.open(
        temporary, in: folder, flags: O_RDWR | O_CREAT | O_EXCL,
        path: path.parent.appending(temporary).path)
      do {
        try body(file)
        try file.synchronize()
        guard renameat(folder, temporary, folder, name) == 0 else {
          throw FileError.writing("put in place", path.path)
        }
      } catch {
        unlinkat(folder, temporary, 0)
        return .failure(error)
      }
      try ContainedPath.synchronize(folder, path.parent.path)
      return .success(())
    }
    try outcome.get()
  }

  /// Lets `body` write a file of gigabytes, then puts it at `path` as ``write(_:to:)-(_,ContainedPath)`` does.
  ///
  /// - Throws: What `body` throws, or ``FileError``.
  package static func writeBlocks(
    to path: ContainedPath, _ body: (BlockWriter) throws -> Void
  ) throws {
    try write(to: path) { file in
      let writer = BlockWriter(file)
      try body(writer)
      try writer.finish()
    }
  }

  /// Returns when the names in a folder are on the storage device.
  package static func synchronizeFolder(_ path: String) throws(FileError) {
    try OpenFile(path: path, flags: O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// Creates a folder and those above it that are missing, each of them durable.
  package static func createFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 { return try synchronizeFolder(folder(of: path)) }
    if errno == ENOENT || errno == ENOTDIR, folder(of: path) != path {
      try createFolder(folder(of: path))
      if mkdir(path, 0o755) == 0 { return try synchronizeFolder(folder(of: path)) }
    }
    guard errno == EEXIST else { throw .writing("create the folder", path) }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(.unwritable, "\(path) is not a folder, but one is needed.")
    }
  }

  private static func temporaryName() -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    return "\(temporaryPrefix)\(getpid())-\(number)"
  }

  /// The folder that a path's last component is in.
  static func folder(of path: String) -> String {
    // Bytes, not characters: a slash with an accent after it is a slash to the system.
    let slash = UInt8(ascii: "/")
    var trimmed = Substring(path).utf8
    while trimmed.count > 1, trimmed.last == slash { trimmed.removeLast() }
    guard let end = trimmed.lastIndex(of: slash) else { return "." }
    return end == trimmed.startIndex ? "/" : String(Substring(trimmed[..<end]))
  }
}
