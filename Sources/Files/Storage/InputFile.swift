import Glibc

/// A regular file that is read at given offsets, with its size taken once.
///
/// Positional reads rather than a memory map: a file that shrinks while it is read gives an error, not a signal.
package final class InputFile: Sendable {
  /// The path that the file was opened by.
  package let path: String
  /// What errors call the file.
  package let name: String
  /// Size in bytes when the file was opened.
  package let size: Int
  private let descriptor: CInt
  private let isDirect: Bool

  /// Opens a file for reading.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: What errors call it; files of a store have unspeakable paths.
  ///   - folder: A descriptor of the folder that the file is in: no link may then stand for the file, and the rest of `path`
  ///     is only what errors call it.
  ///   - isDirect: Whether to read past the page cache where memory and offset are aligned (``DirectAccess``).
  /// - Throws: ``FileError`` `unreadable` when there is no readable regular file at `path`, or one that only stands for
  ///   another (``LargeFilePointer``).
  package init(
    path: String, name: String? = nil, in folder: CInt? = nil, isDirect: Bool = false
  ) throws(FileError) {
    let name = name ?? path
    guard !path.utf8.contains(0) else {
      throw FileError(.unreadable, "\(name): a path cannot contain a NUL character.")
    }
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    let descriptor = retried {
      if let folder {
        openat(folder, FileName.parts(of: path).name, flags | O_NOFOLLOW)
      } else {
        open(path, flags)
      }
    }
    guard descriptor >= 0 else {
      throw FileError.reading("open", name)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(.unreadable, "\(name) is not a regular file.")
    }
    self.path = path
    self.name = name
    self.descriptor = descriptor
    self.isDirect = isDirect
    DirectAccess.set(isDirect, of: descriptor)
    size = Int(status.st_size)
    guard 1..<LargeFilePointer.sizeLimit ~= size else { return }
    let content = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { content.deallocate() }
    try read(at: 0, into: content)
    if let pointer = LargeFilePointer(Array(content)) { throw pointer.error(name: name) }
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes that begin at `offset`.
  ///
  /// - Throws: ``FileError`` `truncated` when the file has fewer bytes, `unreadable` when it cannot be read.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
    precondition(offset >= 0, "A file cannot be read at offset \(offset).")
    guard let start = buffer.baseAddress else { return }
    try check(buffer.count, at: offset)
    var done = 0
    var mayBeUnaligned = isDirect
    while done < buffer.count {
      let count = pread(
        descriptor, start + done, min(buffer.count - done, 1 << 30), off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw FileError(
          .truncated,
          "\(name) became shorter while it was read: no byte at \(offset + done).")
      } else if errno == EINVAL, mayBeUnaligned {
        // As the end of a file is. Another thread may have seen the same.
        DirectAccess.set(false, of: descriptor)
        mayBeUnaligned = false
      } else if errno != EINTR {
        throw FileError(
          .unreadable,
          "\(name) cannot be read at offset \(offset + done): \(FileError.reason(errno)).")
      }
    }
  }

  /// The `count` bytes that begin at `offset`; nothing larger than the file is allocated.
  ///
  /// - Throws: As ``read(at:into:)``.
  package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try check(count, at: offset)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let bytes = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
      try read(at: offset, into: bytes)
      initializedCount = count
    }
  }

  /// Hands the bytes of `range` to `body` in order, in pieces of at most 256 KiB.
  ///
  /// - Throws: As ``read(at:into:)``, and what `body` throws.
  package func forEachPiece(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try check(range.count, at: range.lowerBound)
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(max(range.count, 1), 1 << 18), alignment: 64)
    defer { piece.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = min(piece.count, range.upperBound - offset)
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<count])
      try read(at: offset, into: part)
      try body(UnsafeRawBufferPointer(part))
      offset += count
    }
  }

  private func check(_ count: Int, at offset: Int) throws(FileError) {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw FileError(
        .truncated,

        "\(name) is truncated: \(count) bytes are expected at offset \(offset), but the file has \(size) bytes."
      )
    }
  }
}
