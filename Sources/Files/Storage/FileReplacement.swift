import Glibc

/// A file written beside its destination, which takes the destination's name when it is complete.
///
/// Whoever reads the destination sees the old content or the new, never a part, also after a power failure. An
/// abandoned replacement removes what it wrote.
///
/// The bytes go to the disk in blocks, all but the end of the last page past the page cache (``DirectAccess``).
package final class FileReplacement {
  /// Bytes that are written at a time: so many that a writer beside a training, which after each write waits for a
  /// processor, has few to wait for.
  private static let blockSize = 32 << 20

  private let path: String
  private let name: String
  private let temporaryName: String
  /// The folder of both names, so that nobody can put another in its place.
  private let folder: CInt
  private var descriptor: CInt
  private let block = UnsafeMutableRawBufferPointer.allocate(
    byteCount: FileReplacement.blockSize, alignment: DirectAccess.alignment)
  private var filled = 0

  /// Begins a replacement of the file at `path`, whose folder must exist.
  ///
  /// With `folder`, a descriptor of the folder that the file is in, the rest of `path` is only what errors call it.
  package init(of path: String, in folder: CInt? = nil) throws {
    let (folderPath, name) = FileName.parts(of: path)
    self.path = path
    self.name = name
    temporaryName = "\(name).\(getpid()).partial"
    self.folder = openat(
      folder ?? AT_FDCWD, folder == nil ? folderPath : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if self.folder >= 0 {
      // What has this name was left by a killed process with this process's number, or is not ours.
      unlinkat(self.folder, temporaryName, 0)
      descriptor = openat(
        self.folder, temporaryName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    } else {
      descriptor = -1
    }
    guard descriptor >= 0 else {
      throw FileError(
        code: .unwritable, message: "\(path) cannot be created: \(FileError.reason(errno)).")
    }
  }

  deinit {
    block.deallocate()
    if descriptor >= 0 {
      close(descriptor)
      unlinkat(folder, temporaryName, 0)
    }
    if folder >= 0 { close(folder) }
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(descriptor >= 0, "Nothing can be written after the replacement was committed.")
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(block.count - filled)
      UnsafeMutableRawBufferPointer(rebasing: block[filled...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
      filled += part.count
      rest = rest.dropFirst(part.count)
      if filled == block.count { try writeBlock() }
    }
  }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Makes what was written durable and gives it the destination's name.
  package func commit() throws {
    precondition(descriptor >= 0, "A replacement can be committed once.")
    if filled > 0 { try writeBlock() }
    guard fsync(descriptor) == 0, renameat(folder, temporaryName, folder, name) == 0 else {
      throw failure()
    }
    close(descriptor)
    descriptor = -1
    // The new name is durable only once its folder is.
    fsync(folder)
  }

  /// Writes what `block` holds.
  private func writeBlock() throws {
    var directEnd = filled - filled % DirectAccess.alignment
    var done = 0
    while done < filled, let start = block.baseAddress {
      let isDirect = done < directEnd
      DirectAccess.set(isDirect, of: descriptor)
      let count = Glibc.write(descriptor, start + done, (isDirect ? directEnd : filled) - done)
      if count >= 0 {
        done += count
      } else if errno == EINVAL, isDirect {
        // Part of a page was written, or the file system wants another alignment.
        directEnd = 0
      } else if errno != EINTR {
        throw failure()
      }
    }
    filled = 0
  }

  private func failure() -> FileError {
    let number = errno
    let remedy =
      number == ENOSPC || number == EDQUOT ? "; make room, and the same command goes on" : ""
    return FileError(
      code: .unwritable,
      message: "\(path) cannot be written: \(FileError.reason(number))\(remedy).")
  }
}
