import CZlib
import Files
import Foundation

extension ZipArchive {
  /// Deflate cannot produce more than this many bytes from one.
  private static let largestExpansion = 1032

  /// Hands a member's content to `body` piece by piece and checks its size and checksum at the end.
  ///
  /// Nothing of what `body` was given may be trusted before this returns. Memory: two buffers of 256 KiB.
  ///
  /// - Throws: ``AssetError`` `damagedArchive` for damage, encryption, unknown methods and sizes that cannot be;
  ///   what `body` throws.
  func read(_ member: ZipMember, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let range = try contentRange(of: member)
    var checksum = crc32(0, nil, 0)
    var size = 0
    func deliver(_ piece: UnsafeRawBufferPointer) throws {
      // zlib takes an empty piece for a request to start over.
      guard !piece.isEmpty else { return }
      guard piece.count <= member.size - size else {
        throw error(member, "holds more than the \(member.size) bytes it declares")
      }
      size += piece.count
      checksum = crc32(
        checksum, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(piece.count))
      try body(piece)
    }
    switch member.method {
    case 0: try file.forEachPiece(in: range, deliver)
    case Self.zstandard: try expandZstandard(member, range, deliver)
    default: try inflate(member, range, deliver)
    }
    guard size == member.size else {
      throw error(member, "holds \(size) bytes instead of the \(member.size) it declares")
    }
    guard UInt32(truncatingIfNeeded: checksum) == member.checksum else {
      throw error(member, "does not match its CRC-32")
    }
  }

  private func inflate(
    _ member: ZipMember, _ range: Range<Int>,
    _ deliver: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let inflater = Inflater(framing: .bare)
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { output.deallocate() }
    var isFinished = false
    try file.forEachPiece(in: range) { piece in
      var input = piece
      // Runs until the input is used up and no output is held back: a full buffer may hide more.
      var isFull = false
      while !input.isEmpty || isFull {
        guard !isFinished else {
          throw error(member, "has bytes after the end of its compressed data")
        }
        guard let progress = inflater.decompress(input, into: output) else {
          throw error(member, "has damaged compressed data")
        }
        try deliver(UnsafeRawBufferPointer(rebasing: output[..<progress.produced]))
        input = UnsafeRawBufferPointer(rebasing: input[progress.consumed...])
        isFull = progress.produced == output.count
        isFinished = progress.isFinished
        if isFinished { isFull = false }
      }
    }
    guard isFinished else { throw error(member, "has truncated compressed data") }
  }

  /// Where a member's content lies, after its local header has been found to agree with the directory.
  private func contentRange(of member: ZipMember) throws -> Range<Int> {
    // Bit 0: encrypted; bit 5: patch data; bit 6: strong encryption; bit 13: masked headers.
    guard member.flags & 0x2061 == 0 else {
      throw error(member, "is encrypted or patch data, which this reader does not know")
    }
    guard [0, 8, Self.zstandard].contains(member.method) else {
      throw error(
        member,
        "uses compression method \(member.method); only stored members, and those that deflate or zstd compressed, can be read"
      )
    }
    guard member.method != 0 || member.size == member.compressedSize else {
      throw error(member, "is stored but declares two different sizes")
    }
    guard
      member.method == Self.zstandard
        || member.size / ZipArchive.largestExpansion <= member.compressedSize
    else {
      throw error(
        member,
        "declares \(member.size) bytes, more than its \(member.compressedSize) compressed bytes can hold"
      )
    }
    let header = LittleEndianBytes(try file.bytes(at: member.headerOffset, count: 30))
    guard
      let fields = header.fields(at: 0, widths: [4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2]),
      fields[0] == 0x0403_4B50
    else { throw error(member, "has no local header where the directory says") }
    let start = member.headerOffset + 30 + Int(fields[9]) + Int(fields[10])
    guard start <= directoryOffset, member.compressedSize <= directoryOffset - start,
      Int(fields[9]) == member.nameBytes.count,
      try file.bytes(at: member.headerOffset + 30, count: Int(fields[9])) == member.nameBytes,
      fields[3] == UInt64(member.method), fields[2] & 0x2061 == 0
    else { throw error(member, "has a local header that contradicts the directory") }
    return start..<start + member.compressedSize
  }

  func error(_ member: ZipMember, _ problem: String) -> AssetError {
    AssetError(
      code: .damagedArchive,
      message:
        "The member '\(member.name)' of the zip archive \(name) \(problem) (byte \(member.headerOffset))."
    )
  }
}
