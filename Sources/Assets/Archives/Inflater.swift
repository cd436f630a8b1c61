import CZlib

/// A running decompression of deflate data, bare (zip) or in a gzip wrapper.
package final class Inflater {
  /// What surrounds the deflate data.
  enum Framing: Int32 {
    /// Nothing, as in zip archives.
    case bare = -15
    /// A gzip header and trailer, whose checksum and length zlib verifies.
    case gzip = 31
  }

  /// What one call did.
  struct Progress {
    /// Input bytes used up.
    var consumed: Int
    /// Output bytes written.
    var produced: Int
    /// Whether the end of the compressed stream was reached.
    var isFinished: Bool
  }

  private let stream: UnsafeMutablePointer<z_stream>

  /// Starts at the beginning of a compressed stream.
  init(framing: Framing) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, framing.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib could not start (status \(status)).")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Decompresses as much of `input` as fits into `output`.
  ///
  /// - Returns: Nil if the data is damaged at or before the end of what was consumed.
  /// - Precondition: `output` is not empty, and neither is larger than 4 GiB.
  func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Progress? {
    precondition(!output.isEmpty, "There must be room for decompressed bytes.")
    // zlib's interface lacks a const: it does not write to its input.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(output.count)
    let status = inflate(stream, Z_NO_FLUSH)
    // Z_BUF_ERROR only says that nothing could be done with this input and this room.
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
    return Progress(
      consumed: input.count - Int(stream.pointee.avail_in),
      produced: output.count - Int(stream.pointee.avail_out), isFinished: status == Z_STREAM_END)
  }

  /// Goes back to the beginning, for the next compressed stream of the same kind.
  func restart() {
    inflateReset(stream)
  }
}
