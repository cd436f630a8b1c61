import Glibc

/// A regular file that is read at given offsets.
///
/// Positional reads rather than a memory map: a file that shrinks while it is read gives an error, not a signal.
package final class InputFile: Sendable {
  /// The path that the file was opened by.
  package let path: String
  /// Size in bytes when the file was opened.
  package let size: Int
  private let descriptor: CInt
  private let isDirect: Bool

  /// Opens a file for reading; throws ``TensorFileError`` when there is no readable regular file at `path`.
  ///
  /// With `isDirect` it is read past the page cache where memory and offset are aligned (``DirectAccess``). With `folder`,
  /// a descriptor of the folder that the file is in, no link may stand for the file, and the rest of `path` is only what
  /// errors call it.
  package init(path: String, in folder: CInt? = nil, isDirect: Bool = false) throws {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    let descriptor =
      if let folder {
        openat(folder, FileName.parts(of: path).name, flags | O_NOFOLLOW)
      } else {
        open(path, flags)
      }
    guard descriptor >= 0 else {
      throw TensorFileError(
        .unreadable, "\(path) cannot be opened: \(InputFile.text(ofSystemError: errno)).")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw TensorFileError(.unreadable, "\(path) is not a regular file.")
    }
    self.path = path
    self.descriptor = descriptor
    self.isDirect = isDirect
    DirectAccess.set(isDirect, of: descriptor)
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes that begin at `offset`.
  ///
  /// Throws ``TensorFileError`` when the file has fewer bytes or cannot be read.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset >= 0, "A file cannot be read at offset \(offset).")
    guard let start = buffer.baseAddress else { return }
    guard offset <= size, buffer.count <= size - offset else {
      throw TensorFileError(
        .truncated,
        "\(path) is truncated: \(buffer.count) bytes are expected at offset \(offset), but the file has \(size) bytes."
      )
    }
    var done = 0
    var mayBeUnaligned = isDirect
    while done < buffer.count {
      let count = pread(
        descriptor, start + done, min(buffer.count - done, 1 << 30), off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw TensorFileError(
          .truncated, "\(path) became shorter while it was read: no byte at \(offset + done).")
      } else if errno == EINVAL, mayBeUnaligned {
        // As the end of a file is. Another thread may have seen the same.
        DirectAccess.set(false, of: descriptor)
        mayBeUnaligned = false
      } else if errno != EINTR {
        throw TensorFileError(
          .unreadable,
          "\(path) cannot be read at offset \(offset + done): \(InputFile.text(ofSystemError: errno))."
        )
      }
    }
  }

  /// The `count` bytes that begin at `offset`; the same errors as ``read(at:into:)``.
  package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    guard offset <= size, count <= size - offset else {
      throw TensorFileError(
        .truncated,
        "\(path) is truncated: \(count) bytes are expected at offset \(offset), but the file has \(size) bytes."
      )
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let bytes = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
      try read(at: offset, into: bytes)
      initializedCount = count
    }
  }

  static func text(ofSystemError number: CInt) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
  }
}
