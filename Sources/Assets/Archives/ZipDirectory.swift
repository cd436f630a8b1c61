import Files
import Foundation

/// Where a zip archive's directory lies, read from the records at the end of the file.
struct ZipEndRecord {
  /// Number of members.
  let memberCount: Int
  /// Offset of the directory in the file.
  let directoryOffset: Int
  /// Size of the directory in bytes.
  let directorySize: Int

  private static let size = 22
  private static let locatorSize = 20
  private static let zip64Size = 56

  /// Finds and reads the end record, and the zip64 one if there is one.
  init(file: InputFile) throws {
    let tailSize = min(file.size, ZipEndRecord.size + 0xFFFF)
    let tailOffset = file.size - tailSize
    let tail = LittleEndianBytes(try file.bytes(at: tailOffset, count: tailSize))
    guard let position = ZipEndRecord.find(in: tail) else {
      throw AssetError.archive(
        file.name, file.size, "has no end record: it is truncated or no zip archive")
    }
    let recordOffset = tailOffset + position
    guard let record = tail.fields(at: position, widths: [4, 2, 2, 2, 2, 4, 4, 2]) else {
      throw AssetError.archive(file.name, recordOffset, "has a truncated end record")
    }
    var count = record[4]
    var size = record[5]
    var offset = record[6]
    var disks = record[1] | record[2]
    var countHere = record[3]
    var directoryEnd = recordOffset
    if let wide = try ZipEndRecord.zip64(file: file, before: recordOffset) {
      // What the short record can hold must agree, or two readers would see two archives.
      let agrees = zip(record[1...6], [4, 5, 6, 7, 8, 9]).allSatisfy { short, index in
        let isMarker = index < 8 ? short == 0xFFFF : short == 0xFFFF_FFFF
        return isMarker || short == wide.fields[index]
      }
      guard agrees else {
        throw AssetError.archive(file.name, recordOffset, "has two end records that disagree")
      }
      (disks, countHere, count) = (wide.fields[4] | wide.fields[5], wide.fields[6], wide.fields[7])
      (size, offset, directoryEnd) = (wide.fields[8], wide.fields[9], wide.offset)
    }
    guard disks == 0, countHere == count else {
      throw AssetError.archive(file.name, recordOffset, "is one of several disks")
    }
    guard offset <= UInt64(directoryEnd), size == UInt64(directoryEnd) - offset else {
      throw AssetError.archive(
        file.name, recordOffset,
        "says that its directory has \(size) bytes at \(offset), but it has to end at \(directoryEnd)"
      )
    }
    // A directory entry has at least 46 bytes.
    guard count <= size / 46 else {
      throw AssetError.archive(
        file.name, recordOffset, "declares \(count) members in a directory of \(size) bytes")
    }
    memberCount = Int(count)
    directoryOffset = Int(offset)
    directorySize = Int(size)
  }

  /// The last end record whose comment reaches exactly to the end of the file.
  private static func find(in tail: LittleEndianBytes) -> Int? {
    guard tail.count >= size else { return nil }
    for position in stride(from: tail.count - size, through: 0, by: -1)
    where tail.value(at: position, width: 4) == 0x0605_4B50 {
      if tail.value(at: position + 20, width: 2) == UInt64(tail.count - position - size) {
        return position
      }
    }
    return nil
  }

  private static func zip64(file: InputFile, before recordOffset: Int) throws
    -> (fields: [UInt64], offset: Int)?
  {
    guard recordOffset >= locatorSize else { return nil }
    let locator = LittleEndianBytes(
      try file.bytes(at: recordOffset - locatorSize, count: locatorSize))
    guard let fields = locator.fields(at: 0, widths: [4, 4, 8, 4]), fields[0] == 0x0706_4B50
    else { return nil }
    guard fields[1] == 0, fields[3] <= 1 else {
      throw AssetError.archive(file.name, recordOffset - locatorSize, "is one of several disks")
    }
    let limit = recordOffset - locatorSize
    guard fields[2] <= UInt64(limit), limit - Int(fields[2]) >= zip64Size else {
      throw AssetError.archive(
        file.name, limit, "points to a zip64 end record at \(fields[2]), outside of the file")
    }
    let offset = Int(fields[2])
    let record = LittleEndianBytes(try file.bytes(at: offset, count: zip64Size))
    guard
      let wide = record.fields(at: 0, widths: [4, 8, 2, 2, 4, 4, 8, 8, 8, 8]),
      wide[0] == 0x0606_4B50, wide[1] == UInt64(limit - offset - 12)
    else {
      throw AssetError.archive(file.name, offset, "has a damaged zip64 end record")
    }
    return (wide, offset)
  }
}

/// Reads one entry of a zip directory after the other.
struct ZipDirectoryReader {
  private let bytes: LittleEndianBytes
  private let offset: Int
  private let archive: String
  private var position = 0

  /// Starts at the first entry of a directory that lies at `offset` in the archive.
  init(bytes: [UInt8], offset: Int, archive: String) {
    self.bytes = LittleEndianBytes(bytes)
    self.offset = offset
    self.archive = archive
  }

  /// Whether all bytes have been read.
  var isAtEnd: Bool { position == bytes.count }

  /// Reads the next entry.
  mutating func next() throws -> ZipMember {
    let start = offset + position
    // Signature, versions, flags, method, time, date, CRC, sizes, lengths of name, extra and comment, disk, attributes, offset.
    guard
      let fields = bytes.fields(
        at: position, widths: [4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4]),
      fields[0] == 0x0201_4B50
    else {
      throw AssetError.archive(archive, start, "has a damaged directory entry")
    }
    let nameStart = position + 46
    let extraStart = nameStart + Int(fields[10])
    let commentStart = extraStart + Int(fields[11])
    let end = commentStart + Int(fields[12])
    guard end <= bytes.count else {
      throw AssetError.archive(archive, start, "has a truncated directory entry")
    }
    var wide = [fields[9], fields[8], fields[16], fields[13]]
    try readZip64(extraStart..<commentStart, into: &wide, start: start)
    guard wide[3] == 0 else { throw AssetError.archive(archive, start, "is one of several disks") }
    guard let size = Int(exactly: wide[0]), let compressedSize = Int(exactly: wide[1]),
      let headerOffset = Int(exactly: wide[2])
    else {
      throw AssetError.archive(archive, start, "declares a size beyond 2^63 bytes")
    }
    let nameBytes = Array(bytes[nameStart..<extraStart])
    guard !nameBytes.isEmpty else {
      throw AssetError.archive(archive, start, "has a member without a name")
    }
    position = end
    return ZipMember(
      name: String(decoding: nameBytes, as: UTF8.self), nameBytes: nameBytes,
      compressedSize: compressedSize, size: size, checksum: UInt32(fields[7]),
      method: UInt16(fields[4]), flags: UInt16(fields[3]), headerOffset: headerOffset)
  }

  /// Replaces those of size, compressed size, offset and disk that say "see the zip64 field".
  private func readZip64(_ extra: Range<Int>, into values: inout [UInt64], start: Int) throws {
    let markers: [UInt64] = [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF]
    guard zip(values, markers).contains(where: { $0 == $1 }) else { return }
    var position = extra.lowerBound
    while extra.upperBound - position >= 4,
      let header = bytes.fields(at: position, widths: [2, 2])
    {
      let content = position + 4
      let end = content + Int(header[1])
      guard end <= extra.upperBound else { break }
      position = end
      guard header[0] == 1 else { continue }
      var cursor = content
      for index in values.indices where values[index] == markers[index] {
        let width = index == 3 ? 4 : 8
        guard cursor + width <= end, let value = bytes.value(at: cursor, width: width) else {
          throw AssetError.archive(archive, start, "has a truncated zip64 field")
        }
        values[index] = value
        cursor += width
      }
      return
    }
    throw AssetError.archive(archive, start, "lacks the zip64 field that a directory entry needs")
  }
}

/// Bytes whose little-endian integers are read with every bound checked.
struct LittleEndianBytes {
  private let bytes: [UInt8]

  /// Wraps bytes.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Number of bytes.
  var count: Int { bytes.count }

  /// A part of the bytes, whose bounds the caller has checked.
  subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

  /// The unsigned integer of `width` bytes at `position`; nil if it does not lie inside.
  func value(at position: Int, width: Int) -> UInt64? {
    guard position >= 0, position <= bytes.count, width <= bytes.count - position else {
      return nil
    }
    var result: UInt64 = 0
    for index in 0..<width { result |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    return result
  }

  /// Consecutive unsigned integers of these widths; nil if they do not all lie inside.
  func fields(at position: Int, widths: [Int]) -> [UInt64]? {
    var result: [UInt64] = []
    var cursor = position
    for width in widths {
      guard let field = value(at: cursor, width: width) else { return nil }
      result.append(field)
      cursor += width
    }
    return result
  }
}
