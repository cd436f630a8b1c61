import CZlib
import Files

/// A page of a column with its content in memory, until the next one is read.
struct Page {
  /// What stands before it.
  let header: PageHeader
  /// Offset of the header in the file.
  let offset: Int
  /// The levels of pages that keep them apart: repetition, then definition.
  let levels: (repetition: UnsafeRawBufferPointer, definition: UnsafeRawBufferPointer)
  /// Everything else, decompressed.
  let content: UnsafeRawBufferPointer
}

/// Reads the pages of one chunk after the other; two pieces of memory are used again for all of them.
final class PageReader {
  private let file: InputFile
  private let decompressor: PageDecompressor
  private var window: FileWindow
  private var content = Growable<UInt8>()
  private var position = 0
  private var end = 0
  private var codec = PageDecompressor.Codec.none
  /// The longest header; most have some twenty bytes, but texts may stand in them as statistics.
  private static let longestHeader = 1 << 24

  init(_ file: InputFile, _ decompressor: PageDecompressor) {
    self.file = file
    self.decompressor = decompressor
    window = FileWindow(file)
  }

  /// Begins with the pages of a chunk.
  func start(_ chunk: ParquetFooter.Chunk) throws {
    guard let codec = PageDecompressor.Codec(rawValue: chunk.codec) else {
      throw ParquetDamage(
        "is compressed in a way with the number \(chunk.codec), which this reader does not know",
        at: chunk.range.lowerBound)
    }
    self.codec = codec
    position = chunk.range.lowerBound
    end = chunk.range.upperBound
  }

  /// The next page; nil behind the last one.
  func next() throws -> Page? {
    guard position < end else { return nil }
    let offset = position
    return try ParquetDamage.located(at: offset) {
      let (header, length) = try readHeader()
      guard header.compressedSize <= end - offset - length else {
        throw ParquetDamage(
          "has a page of \(header.compressedSize) bytes that ends outside of its column")
      }
      position = offset + length + header.compressedSize
      let bytes = try window.bytes(at: offset + length, count: header.compressedSize, before: end)
      if let checksum = header.checksum {
        let found = crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        guard UInt32(truncatingIfNeeded: found) == checksum else {
          throw ParquetDamage("has a page whose checksum is wrong")
        }
      }
      return try page(header, offset: offset, bytes)
    }
  }

  private func readHeader() throws -> (PageHeader, length: Int) {
    var available = min(end - position, 256)
    while true {
      let bytes = try window.bytes(at: position, count: available, before: end)
      do {
        var reader = ThriftReader(bytes)
        let header = try PageHeader(&reader)
        return (header, reader.position)
      } catch is ThriftReader.Incomplete {
        guard available < min(end - position, Self.longestHeader) else {
          throw ParquetDamage("has a page whose header does not end")
        }
        available = min(end - position, available * 8)
      } catch var damage as ParquetDamage {
        damage.offset = nil
        throw damage
      }
    }
  }

  private func page(_ header: PageHeader, offset: Int, _ bytes: UnsafeRawBufferPointer) throws
    -> Page
  {
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: bytes[range])
    }
    let none = part(0..<0)
    guard case .dataV2(let definitionSize, let repetitionSize, let isCompressed) = header.kind
    else {
      let content = try header.kind == .other ? none : plain(bytes, size: header.size)
      return Page(header: header, offset: offset, levels: (none, none), content: content)
    }
    let levels = definitionSize + repetitionSize
    let rest = part(levels..<bytes.count)
    let content = try plain(rest, size: header.size - levels, isCompressed: isCompressed)
    return Page(
      header: header, offset: offset,
      levels: (part(0..<repetitionSize), part(repetitionSize..<levels)), content: content)
  }

  /// The bytes of a page as they were before they were compressed.
  private func plain(_ bytes: UnsafeRawBufferPointer, size: Int, isCompressed: Bool = true) throws
    -> UnsafeRawBufferPointer
  {
    guard codec != .none, isCompressed else {
      guard bytes.count == size else {
        throw ParquetDamage("has a page of \(bytes.count) bytes that declares \(size)")
      }
      return bytes
    }
    // Some writers compress nothing to nothing.
    guard size > 0 else { return UnsafeRawBufferPointer(rebasing: bytes[..<0]) }
    guard size <= PageDecompressor.limit(compressed: bytes.count) else {
      throw ParquetDamage("has a page of \(bytes.count) bytes that declares to expand to \(size)")
    }
    content.count = 0
    let output = UnsafeMutableRawBufferPointer(start: content.reserve(size), count: size)
    try decompressor.decompress(bytes, codec, into: output)
    return UnsafeRawBufferPointer(output)
  }
}

/// A piece of a file in memory that moves along it, so that small things are not read one by one.
private struct FileWindow: ~Copyable {
  private let file: InputFile
  private var bytes = Growable<UInt8>()
  /// Where in the file the piece begins.
  private var start = 0
  private static let readAhead = 1 << 15

  init(_ file: InputFile) { self.file = file }

  /// The bytes at an offset, valid until the next call; as much as is useful is read beyond them, but not from `end` on.
  mutating func bytes(at offset: Int, count: Int, before end: Int) throws -> UnsafeRawBufferPointer
  {
    if offset < start || offset + count > start + bytes.count {
      let isInside = start...start + bytes.count ~= offset
      bytes.removeFirst(isInside ? offset - start : bytes.count)
      start = offset
      let missing = min(end - offset, max(count, Self.readAhead)) - bytes.count
      let target = bytes.reserve(missing)
      try file.read(
        at: start + bytes.count, into: UnsafeMutableRawBufferPointer(start: target, count: missing))
      bytes.count += missing
    }
    return UnsafeRawBufferPointer(start: bytes.base + (offset - start), count: count)
  }
}
