/// What stands before a page: its kind, sizes and encoding; parquet.thrift's `PageHeader`.
struct PageHeader {
  /// The most bytes that a page may have, compressed or not: it is in memory at once.
  static let largestPage = 1 << 28

  /// What a page holds.
  enum Kind: Equatable {
    /// Levels and values, all of which are compressed together.
    case data(definition: Int32, repetition: Int32)
    /// Levels, of these sizes in bytes and never compressed, and values.
    case dataV2(definitionSize: Int, repetitionSize: Int, isCompressed: Bool)
    /// The values that the indices of the column's other pages stand for.
    case dictionary
    /// What is not read.
    case other
  }

  var kind = Kind.other
  /// Bytes in the file behind the header.
  var compressedSize = 0
  /// Bytes of the content.
  var size = 0
  /// The CRC-32 of the bytes in the file, if it was written.
  var checksum: UInt32?
  /// How many values there are, nulls included.
  var valueCount = 0
  /// How the values are encoded, by parquet.thrift's number.
  var encoding: Int32 = 0

  /// Reads a header.
  ///
  /// - Throws: ``ParquetDamage``, or ``ThriftReader/Incomplete`` if the bytes end inside it.
  init(_ reader: inout ThriftReader) throws {
    var type: Int32 = -1
    var content: Kind?
    var sizes: (compressed: Int32, plain: Int32) = (-1, -1)
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: type = try reader.read(Int32.self, kind)
      case 2: sizes.plain = try reader.read(Int32.self, kind)
      case 3: sizes.compressed = try reader.read(Int32.self, kind)
      case 4: checksum = UInt32(bitPattern: try reader.read(Int32.self, kind))
      case 5 where kind == .structure: content = try readData(&reader)
      case 7 where kind == .structure: content = try readDictionary(&reader)
      case 8 where kind == .structure: content = try readDataV2(&reader)
      default: try reader.skip(kind)
      }
    }
    for size in [sizes.plain, sizes.compressed] where !(0...Self.largestPage ~= Int(size)) {
      throw ParquetDamage("has a page of \(size) bytes; at most \(Self.largestPage) are read")
    }
    (compressedSize, size) = (Int(sizes.compressed), Int(sizes.plain))
    kind = try kind(ofType: type, content)
  }

  private func kind(ofType type: Int32, _ content: Kind?) throws -> Kind {
    switch (type, content) {
    case (0, .data?): return content ?? .other
    case (2, .dictionary?): return .dictionary
    case (3, .dataV2(let definitionSize, let repetitionSize, _)?):
      guard definitionSize <= compressedSize - repetitionSize,
        definitionSize <= size - repetitionSize
      else {
        throw ParquetDamage(
          "has levels of \(definitionSize) and \(repetitionSize) bytes in a page of \(compressedSize)"
        )
      }
      return content ?? .other
    case (0, _), (2, _), (3, _): throw ParquetDamage("has a page without its description")
    default: return .other
    }
  }

  private mutating func readData(_ reader: inout ThriftReader) throws -> Kind {
    var levels: (definition: Int32, repetition: Int32) = (-1, -1)
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: valueCount = try reader.readSize(kind)
      case 2: encoding = try reader.read(Int32.self, kind)
      case 3: levels.definition = try reader.read(Int32.self, kind)
      case 4: levels.repetition = try reader.read(Int32.self, kind)
      default: try reader.skip(kind)
      }
    }
    return .data(definition: levels.definition, repetition: levels.repetition)
  }

  private mutating func readDictionary(_ reader: inout ThriftReader) throws -> Kind {
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: valueCount = try reader.readSize(kind)
      case 2: encoding = try reader.read(Int32.self, kind)
      default: try reader.skip(kind)
      }
    }
    return .dictionary
  }

  private mutating func readDataV2(_ reader: inout ThriftReader) throws -> Kind {
    var (definitionSize, repetitionSize, isCompressed) = (0, 0, true)
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: valueCount = try reader.readSize(kind)
      case 4: encoding = try reader.read(Int32.self, kind)
      case 5: definitionSize = try reader.readSize(kind)
      case 6: repetitionSize = try reader.readSize(kind)
      case 7: isCompressed = try reader.readBool(kind)
      default: try reader.skip(kind)
      }
    }
    return .dataV2(
      definitionSize: definitionSize, repetitionSize: repetitionSize, isCompressed: isCompressed)
  }
}

extension ThriftReader {
  fileprivate mutating func readSize(_ kind: Kind) throws -> Int {
    let size = try read(Int32.self, kind)
    guard size >= 0 else { throw ParquetDamage("has a page that declares the size \(size)") }
    return Int(size)
  }
}
