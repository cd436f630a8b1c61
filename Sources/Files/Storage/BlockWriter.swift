import Glibc

/// What writes a file of gigabytes: in blocks, all but the end of the last page past the page cache (``DirectAccess``).
///
/// ``AtomicFile/writeBlocks(to:_:)`` hands one out; the bytes are in the file once it has returned.
package final class BlockWriter {
  /// Bytes that are written at a time: so many that a writer beside a training, which after each write waits for a
  /// processor, has few to wait for.
  private static let blockSize = 32 << 20

  private let path: String
  private let descriptor: CInt
  private let block = UnsafeMutableRawBufferPointer.allocate(
    byteCount: BlockWriter.blockSize, alignment: DirectAccess.alignment)
  private var filled = 0

  /// One that appends to an empty file, which has to stay open until ``finish()``.
  init(_ file: borrowing OpenFile) {
    (path, descriptor) = (file.path, file.rawValue)
  }

  deinit { block.deallocate() }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
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
  package func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Hands the rest to the file.
  func finish() throws(FileError) {
    if filled > 0 { try writeBlock() }
  }

  /// Writes what `block` holds.
  private func writeBlock() throws(FileError) {
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
        throw .writing("write to", path)
      }
    }
    filled = 0
  }
}
