import Files
import Foundation

/// Decompresses gzip files (RFC 1952) as a stream, several concatenated members included.
enum GzipReader {
  /// The two bytes that every gzip file begins with.
  static let magic: [UInt8] = [0x1F, 0x8B]

  /// How much a file may expand to unless the caller says otherwise: text rarely shrinks to less than a hundredth.
  static func defaultLimit(compressedSize: Int) -> Int {
    max(1 << 24, compressedSize.multipliedReportingOverflow(by: 256).partialValue)
  }

  /// Whether a file begins like a gzip file.
  static func isGzip(_ file: InputFile) throws -> Bool {
    try file.size >= magic.count && file.bytes(at: 0, count: magic.count) == magic
  }

  /// Hands the decompressed content to `body` piece by piece.
  ///
  /// zlib verifies the CRC-32 and length of each member. Zero bytes after the last member are padding; anything else
  /// there is an error. Memory: two buffers of 256 KiB.
  ///
  /// - Parameters:
  ///   - file: The compressed file.
  ///   - limit: The largest decompressed size in bytes; by default ``defaultLimit(compressedSize:)``.
  ///   - body: Takes the content in order.
  /// - Throws: ``AssetError`` `damagedData` with the offset of the damage; what `body` throws.
  static func read(
    _ file: InputFile, limit: Int? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let limit = limit ?? defaultLimit(compressedSize: file.size)
    let inflater = Inflater(framing: .gzip)
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { output.deallocate() }
    var state = State.beforeMember
    var size = 0
    var offset = 0
    try file.forEachPiece(in: 0..<file.size) { piece in
      var input = piece
      var isFull = false
      while !input.isEmpty || isFull {
        if state != .insideMember, let first = input.first {
          if first == 0, offset > 0 { state = .padding }
          if state == .padding {
            guard first == 0 else { throw error(file, offset, "has bytes after its padding") }
            input = UnsafeRawBufferPointer(rebasing: input[1...])
            offset += 1
            continue
          }
          guard first == magic[0] else {
            throw error(
              file, offset, offset == 0 ? "is no gzip file" : "has bytes after its last member")
          }
          inflater.restart()
          state = .insideMember
        }
        guard let progress = inflater.decompress(input, into: output) else {
          throw error(file, offset, "is damaged at or shortly after this place")
        }
        guard progress.produced <= limit - size else {
          throw error(
            file, offset, "expands to more than \(limit) bytes, which is the most that is allowed")
        }
        size += progress.produced
        try body(UnsafeRawBufferPointer(rebasing: output[..<progress.produced]))
        offset += progress.consumed
        input = UnsafeRawBufferPointer(rebasing: input[progress.consumed...])
        isFull = progress.produced == output.count && !progress.isFinished
        if progress.isFinished { state = .afterMember }
      }
    }
    guard state == .afterMember || state == .padding else {
      throw error(file, offset, "is truncated")
    }
  }

  private enum State {
    case beforeMember
    case insideMember
    case afterMember
    case padding
  }

  private static func error(_ file: InputFile, _ offset: Int, _ problem: String)
    -> AssetError
  {
    AssetError(
      code: .damagedData, message: "The gzip file \(file.name) \(problem) (byte \(offset)).")
  }
}
