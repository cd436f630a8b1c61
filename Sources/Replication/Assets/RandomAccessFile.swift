import Files
import Foundation

/// A regular file that is read at explicit offsets, with its size taken once.
///
/// It is read with calls rather than mapped: a mapped file that somebody shortens kills the process.
final class RandomAccessFile {
  /// What error messages call the file.
  let name: String
  /// Size in bytes when it was opened.
  let size: Int
  private let file: OpenFile

  /// Opens the regular file at `path`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: What error messages call it; blobs in a store have unspeakable paths.
  /// - Throws: ``AssetError`` `file` if there is no regular file at `path` or it cannot be read.
  init(path: String, name: String? = nil) throws {
    let file = try AssetError.wrapping(.file) { try OpenFile.reading(path) }
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else { throw AssetError.system("look at", path) }
    self.name = name ?? path
    size = Int(status.st_size)
    self.file = file
  }

  /// Fills `buffer` from `offset` on.
  ///
  /// - Throws: ``AssetError`` `file` if the file has become shorter or cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(file.rawValue, rest.baseAddress, rest.count, offset + filled)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw AssetError.system("read", name) }
      guard count > 0 else {
        throw AssetError(
          code: .file, message: "\(name) became shorter than \(size) bytes while it was read.")
      }
      filled += count
    }
  }

  /// The `count` bytes from `offset` on.
  ///
  /// - Precondition: They lie inside the file, so that nothing larger than the file is allocated.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    precondition(
      offset >= 0 && count >= 0 && offset <= size && count <= size - offset,
      "\(count) bytes at \(offset) do not lie inside \(name) of \(size) bytes.")
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      filled = count
    }
  }

  /// Hands the bytes of `range` to `body` in order, in pieces of at most 256 KiB.
  func forEachPiece(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= size, "\(range) does not lie inside \(name).")
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(max(range.count, 1), 1 << 18), alignment: 64)
    defer { piece.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = min(piece.count, range.upperBound - offset)
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<count])
      try read(into: part, at: offset)
      try body(UnsafeRawBufferPointer(part))
      offset += count
    }
  }
}
