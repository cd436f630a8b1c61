import Glibc

/// An open file of the operating system that is closed exactly once.
///
/// Every call is retried when a signal interrupts it; every failure says the path, the operation and the reason.
package struct OpenFile: ~Copyable, Sendable {
  /// The number that the operating system knows the file by.
  package let rawValue: Int32
  /// What errors call the file: the path that was opened, or the one that it was renamed to.
  package var path: String

  /// Opens `path` with flags of open(2); children of this process never inherit it.
  package init(path: String, flags: Int32, mode: UInt32 = 0o644) throws(FileError) {
    // A path with a NUL byte would silently name another file.
    guard !path.utf8.contains(0) else {
      throw FileError(.unreadable, "A file's path cannot contain a NUL character.")
    }
    var descriptor: Int32
    repeat {
      descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw .opening(path, flags) }
    rawValue = descriptor
    self.path = path
  }

  /// Opens a file or, with `O_DIRECTORY`, a folder that no link may stand for; pipes and devices are refused.
  ///
  /// A file that is opened to be written, and has a second name elsewhere, is refused too: its content is not only its own.
  ///
  /// - Throws: ``FileError`` `link`, `notFound`, `unreadable` or `unwritable`.
  package init(_ path: ContainedPath, flags: Int32, mode: UInt32 = 0o644) throws(FileError) {
    self = try path.withFolder { (folder, name) throws(FileError) in
      try OpenFile.open(name, in: folder, flags: flags, mode: mode, path: path.path)
    }
  }

  /// Opens what has a name in an open folder.
  static func open(
    _ name: String, in folder: CInt, flags: Int32, mode: UInt32 = 0o644, path: String
  ) throws(FileError) -> OpenFile {
    precondition(flags & O_TRUNC == 0, "What a file is has to be known before it is emptied.")
    // O_NONBLOCK: opening a pipe that nobody is at must not hang.
    let descriptor = retried {
      openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode)
    }
    guard descriptor >= 0 else {
      throw .at(path, name: name, in: folder, else: .opening(path, flags))
    }
    let file = OpenFile(rawValue: descriptor, path: path)
    try file.check(isFolder: flags & O_DIRECTORY != 0, isWritten: flags & O_ACCMODE != O_RDONLY)
    return file
  }

  private init(rawValue: Int32, path: String) {
    self.rawValue = rawValue
    self.path = path
  }

  /// Refuses what is not of the kind that is wanted, and to write to a file that is somewhere else as well.
  private func check(isFolder: Bool, isWritten: Bool) throws(FileError) {
    let status = try status()
    guard status.st_mode & S_IFMT == (isFolder ? S_IFDIR : S_IFREG) else {
      throw FileError(
        isWritten ? .unwritable : .unreadable,
        "\(path) is not a \(isFolder ? "folder" : "regular file").")
    }
    guard !isWritten || status.st_nlink <= 1 else {
      throw FileError(
        .unwritable,

        "\(path) has a second name elsewhere and is not written to; replace it by a copy of its own."
      )
    }
  }

  /// Opens an existing regular file for reading, which no link may stand for.
  package static func reading(_ path: ContainedPath) throws(FileError) -> OpenFile {
    try OpenFile(path, flags: O_RDONLY)
  }

  /// Opens an existing regular file for reading; folders, pipes and devices are refused.
  package static func reading(_ path: String) throws(FileError) -> OpenFile {
    // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
    let file = try OpenFile(path: path, flags: O_RDONLY | O_NONBLOCK)
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw FileError(.unreadable, "\(path) is not a regular file.")
    }
    return file
  }

  deinit { close(rawValue) }

  /// What fstat(2) says: size, kind, owner.
  func status() throws(FileError) -> stat {
    var result = stat()
    guard fstat(rawValue, &result) == 0 else { throw .reading("look at", path) }
    return result
  }

  /// Reads from the current position to the end, in pieces of at most 1 MiB.
  package func readAll(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let part = try read(into: piece)
      guard !part.isEmpty else { return }
      body(part)
    }
  }

  /// Reads from the current position on until `buffer` is full or the file ends; gives the number of bytes.
  package func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var count = 0
    while count < buffer.count {
      let part = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      guard !part.isEmpty else { break }
      count += part.count
    }
    return count
  }

  /// The size in bytes.
  package func byteCount() throws(FileError) -> Int { Int(clamping: try status().st_size) }

  /// Reads from the current position on as much as there is at once; nothing at the end.
  private func read(into piece: UnsafeMutableRawBufferPointer) throws(FileError)
    -> UnsafeRawBufferPointer
  {
    while true {
      let count = Glibc.read(rawValue, piece.baseAddress, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .reading("read", path) }
      return UnsafeRawBufferPointer(rebasing: piece[0..<count])
    }
  }

  /// Writes all bytes at the current position.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(rawValue, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .writing("write to", path) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Writes all bytes at the current position.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Cuts the file, or extends it with zeros, to a length in bytes.
  package func truncate(to length: Int) throws(FileError) {
    guard ftruncate(rawValue, off_t(length)) == 0 else { throw .writing("shorten", path) }
  }

  /// Goes back to the beginning.
  package func rewind() throws(FileError) {
    guard lseek(rawValue, 0, SEEK_SET) == 0 else { throw .reading("read", path) }
  }

  /// Sets who may read and write the file.
  package func setMode(_ mode: UInt32) throws(FileError) {
    guard fchmod(rawValue, mode) == 0 else { throw .writing("set the permissions of", path) }
  }

  /// Returns when the content is on the storage device.
  package func synchronize() throws(FileError) {
    guard fsync(rawValue) == 0 else { throw .writing("save", path) }
  }
}

extension OpenFile {
  /// The whole content of a regular file.
  ///
  /// - Throws: ``FileError``: `notFound` if there is no such file, `unreadable` if reading it fails.
  package static func contents(of path: String) throws(FileError) -> [UInt8] {
    try reading(path).contents()
  }

  /// The whole content of a regular file, which no link may stand for.
  package static func contents(of path: ContainedPath) throws(FileError) -> [UInt8] {
    try reading(path).contents()
  }

  /// Everything from the current position on.
  package func contents() throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(clamping: try status().st_size))
    try readAll { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// The digest and the size in bytes of everything from the current position on.
  package func digest() throws(FileError) -> (sha256: Digest, byteCount: Int) {
    var hash = SHA256()
    var count = 0
    try readAll { piece in
      hash.update(piece)
      count += piece.count
    }
    return (hash.finalize(), count)
  }
}

extension OpenFile {
  /// Appends everything from the current position on to another file, and gives the digest of what was copied.
  ///
  /// - Throws: ``FileError``; the copy is then incomplete.
  package func copy(to output: borrowing OpenFile) throws(FileError) -> Digest {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    var hash = SHA256()
    while true {
      let part = try read(into: piece)
      guard !part.isEmpty else { return hash.finalize() }
      hash.update(part)
      try output.write(part)
    }
  }

  /// Copies a regular file to a path where there is none, and gives the digest of what was copied; durable.
  ///
  /// - Throws: ``FileError``; the copy may then be incomplete.
  package static func copy(_ source: ContainedPath, to path: String) throws(FileError)
    -> Digest
  {
    let output = try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL)
    let digest = try OpenFile.reading(source).copy(to: output)
    try output.synchronize()
    return digest
  }
}

extension FileError {
  /// The error for opening a file, which has just failed and left its reason in `errno`.
  static func opening(_ path: String, _ flags: CInt) -> FileError {
    flags & O_ACCMODE == O_RDONLY ? .reading("open", path) : .writing("open", path)
  }

  /// The error for a call that reads, has just failed and left its reason in `errno`.
  static func reading(_ operation: String, _ path: String) -> FileError {
    system(.unreadable, operation, path)
  }

  /// The error for a call that changes something, has just failed and left its reason in `errno`.
  static func writing(_ operation: String, _ path: String) -> FileError {
    system(.unwritable, operation, path)
  }

  private static func system(_ code: Code, _ operation: String, _ path: String) -> FileError {
    let number = errno
    let remedy =
      number == ENOSPC || number == EDQUOT ? "; make room, and the same command goes on" : ""
    return FileError(
      number == ENOENT ? .notFound : code,
      "Could not \(operation) \(path): \(reason(number))\(remedy).")
  }

  /// What the operating system calls an error.
  static func reason(_ number: CInt) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // strerror_r rather than strerror: other threads may fail at the same time.
    return strerror_r(number, &buffer, buffer.count) == 0
      ? String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      : "error \(number)"
  }
}
