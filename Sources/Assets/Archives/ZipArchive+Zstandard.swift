import CZstd
import Files

extension ZipArchive {
  /// The compression method of zstd, whose members hold one frame after the other (APPNOTE 6.3.10, 4.4.5).
  static let zstandard: UInt16 = 93

  /// Decompresses a member's frames and hands them on in pieces; no frame may need a window of more than 128 MiB.
  func expandZstandard(
    _ member: ZipMember, _ range: Range<Int>,
    _ deliver: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let context = ZSTD_createDCtx() else {
      preconditionFailure("zstd could not allocate its state.")
    }
    defer { ZSTD_freeDCtx(context) }
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { output.deallocate() }
    var isBetweenFrames = false
    try file.forEachPiece(in: range) { piece in
      var input = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
      // Runs until the input is used up and no output is held back: a full buffer may hide more.
      var isFull = false
      while input.pos < input.size || isFull {
        var produced = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(context, &produced, &input)
        guard ZSTD_isError(status) == 0 else {
          throw error(member, "has damaged compressed data")
        }
        try deliver(UnsafeRawBufferPointer(rebasing: output[..<produced.pos]))
        isBetweenFrames = status == 0
        isFull = produced.pos == output.count && !isBetweenFrames
      }
    }
    guard isBetweenFrames else { throw error(member, "has truncated compressed data") }
  }
}
