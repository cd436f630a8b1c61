import Glibc

/// An open file of the operating system that is closed exactly once.
///
/// Every call is retried when a signal interrupts it; every failure says the path, the operation and the reason.
package struct OpenFile: ~Copyable, Sendable {
  /// The number that the operating system knows the file by.
  package let rawValue: Int32
  /// What errors call the file: the path that was opened, or the one that it was renamed to.
  package internal(set) var path: String

  /// Opens `path` with flags of open(2); children of this process never inherit it.
  package init(path: String, flags: Int32, mode: UInt32 = 0o644) throws(ProvenanceError) {
    // A path with a NUL byte would silently name another file.
    guard !path.utf8.contains(0) else {
      throw ProvenanceError(code: .file, message: "A file's path cannot contain a NUL character.")
    }
    var descriptor: Int32
    repeat {
      descriptor = open(path, flags | O_CLOEXEC, mode)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw .system("open", path) }
    rawValue = descriptor
    self.path = path
  }

  /// Opens an existing regular file for reading; folders, pipes and devices are refused.
  package static func reading(_ path: String) throws(ProvenanceError) -> OpenFile {
    // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
    let file = try OpenFile(path: path, flags: O_RDONLY | O_NONBLOCK)
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw ProvenanceError(code: .file, message: "\(path) is not a regular file.")
    }
    return file
  }

  deinit { close(rawValue) }

  /// What fstat(2) says: size, kind, owner.
  func status() throws(ProvenanceError) -> stat {
    var result = stat()
    guard fstat(rawValue, &result) == 0 else { throw .system("look at", path) }
    return result
  }

  /// Reads from the current position to the end, in pieces of at most 1 MiB.
  package func readAll(_ body: (UnsafeRawBufferPointer) -> Void) throws(ProvenanceError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = read(rawValue, piece.baseAddress, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system("read", path) }
      guard count > 0 else { return }
      body(UnsafeRawBufferPointer(rebasing: piece[0..<count]))
    }
  }

  /// Writes all bytes at the current position.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(ProvenanceError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(rawValue, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system("write to", path) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Writes all bytes at the current position.
  package func write(_ bytes: [UInt8]) throws(ProvenanceError) {
    try bytes.withUnsafeBufferPointer { buffer throws(ProvenanceError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Cuts the file, or extends it with zeros, to a length in bytes.
  package func truncate(to length: Int) throws(ProvenanceError) {
    guard ftruncate(rawValue, off_t(length)) == 0 else { throw .system("shorten", path) }
  }

  /// Returns when the content is on the storage device.
  package func synchronize() throws(ProvenanceError) {
    guard fsync(rawValue) == 0 else { throw .system("save", path) }
  }
}

extension OpenFile {
  /// The whole content of a regular file.
  ///
  /// - Throws: ``ProvenanceError``: `notFound` if there is no such file, `file` if reading it fails.
  package static func contents(of path: String) throws(ProvenanceError) -> [UInt8] {
    let file = try OpenFile.reading(path)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(clamping: try file.status().st_size))
    try file.readAll { bytes.append(contentsOf: $0) }
    return bytes
  }
}

extension OpenFile {
  /// Copies a regular file to a path where there is none, and gives the digest of what was copied.
  ///
  /// - Throws: ``ProvenanceError``; the copy may then be incomplete.
  package static func copy(_ source: String, to path: String) throws(ProvenanceError) -> Digest {
    let input = try OpenFile.reading(source)
    let output = try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL)
    var hash = SHA256()
    var failure: ProvenanceError?
    try input.readAll { piece in
      guard failure == nil else { return }
      hash.update(piece)
      do throws(ProvenanceError) { try output.write(piece) } catch { failure = error }
    }
    if let failure { throw failure }
    try output.synchronize()
    return hash.finalize()
  }
}

extension ProvenanceError {
  /// The error for a call that has just failed and left its reason in `errno`.
  static func system(_ operation: String, _ path: String) -> ProvenanceError {
    let number = errno
    var buffer = [CChar](repeating: 0, count: 256)
    // strerror_r rather than strerror: other threads may fail at the same time.
    let reason =
      strerror_r(number, &buffer, buffer.count) == 0
      ? String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      : "error \(number)"
    return ProvenanceError(
      code: number == ENOENT ? .notFound : .file,
      message: "Could not \(operation) \(path): \(reason).")
  }
}
