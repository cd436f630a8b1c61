import Files

/// What the end of a Parquet file says about its content: schema, row groups, and where their columns lie.
///
/// Numbers of fields are those of parquet.thrift (Apache Parquet format 2.12).
struct ParquetFooter: Sendable {
  /// One column's values of one row group.
  struct Chunk: Sendable {
    /// Its bytes in the file: pages one after the other.
    var range = 0..<0
    /// How its pages are compressed, by parquet.thrift's number.
    var codec: Int32 = 0
    /// The physical type, by parquet.thrift's number.
    var type: Int32 = 0
    /// How many values there are, nulls and the places of empty lists included.
    var valueCount = 0
  }

  /// Some consecutive rows.
  struct RowGroup: Sendable {
    /// How many rows.
    var rowCount = 0
    /// A chunk for each leaf of the schema.
    var chunks: [Chunk] = []
  }

  /// Where the footer begins in the file.
  let offset: Int
  /// The columns.
  let fields: [ParquetField]
  /// All row groups in order, empty ones included.
  let rowGroups: [RowGroup]
  /// How many rows there are in all.
  let rowCount: Int

  /// What files begin and end with.
  private static let magic = Array("PAR1".utf8)
  /// What files with encrypted footers end with.
  private static let encryptedMagic = Array("PARE".utf8)
  /// A footer's own frame: its length and the magic.
  private static let frame = 8

  /// Reads and checks a file's footer.
  ///
  /// - Throws: ``ParquetDamage``, or ``FileError`` if the file cannot be read.
  init(of file: InputFile) throws {
    guard file.size >= Self.magic.count + Self.frame else {
      throw ParquetDamage("is too short for a Parquet file", at: file.size)
    }
    let tail = LittleEndianBytes(try file.bytes(at: file.size - Self.frame, count: Self.frame))
    guard Array(tail[4..<8]) != Self.encryptedMagic else {
      throw ParquetDamage("is encrypted, which this reader does not know", at: file.size - 4)
    }
    guard Array(tail[4..<8]) == Self.magic else {
      throw ParquetDamage(
        "does not end as a Parquet file: it is truncated or none", at: file.size - 4)
    }
    let end = file.size - Self.frame
    guard let length = tail.value(at: 0, width: 4), length <= UInt64(end - Self.magic.count) else {
      throw ParquetDamage("has a footer that is longer than the file", at: end)
    }
    let start = end - Int(length)
    offset = start
    let content = try Content(file.bytes(at: start, count: Int(length)), at: start)
    fields = try ParquetField.fields(of: content.schema)
    rowGroups = content.rowGroups
    rowCount = content.rowCount
    try check(file, dataEnd: start, leafCount: content.schema.count { $0.type != nil })
  }

  /// Refuses counts that do not agree, and chunks that lie where no data or those of another are.
  private func check(_ file: InputFile, dataEnd: Int, leafCount: Int) throws {
    // Values take far more than a thousandth of a byte, except where all are the same.
    let most = max(1 << 24, file.size.multipliedReportingOverflow(by: 1024).partialValue)
    guard rowCount <= most else {
      throw ParquetDamage("declares \(rowCount) rows in \(file.size) bytes", at: dataEnd)
    }
    var left = rowCount
    var ranges: [Range<Int>] = []
    for group in rowGroups {
      left -= group.rowCount
      guard left >= 0 else { break }
      guard group.chunks.count == leafCount else {
        throw ParquetDamage(
          "has a row group with \(group.chunks.count) columns instead of \(leafCount)", at: dataEnd)
      }
      guard group.rowCount > 0 else { continue }
      for chunk in group.chunks {
        guard group.rowCount...most ~= chunk.valueCount else {
          throw ParquetDamage(
            "declares \(chunk.valueCount) values in a column of \(group.rowCount) rows", at: dataEnd
          )
        }
        guard Self.magic.count <= chunk.range.lowerBound, chunk.range.upperBound <= dataEnd else {
          throw ParquetDamage(
            "has a column at bytes \(chunk.range.lowerBound) to \(chunk.range.upperBound), outside of its data",
            at: dataEnd)
        }
        ranges.append(chunk.range)
      }
    }
    guard left == 0 else {
      throw ParquetDamage("declares \(rowCount) rows, but its row groups have others", at: dataEnd)
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(ranges, ranges.dropFirst()) where one.upperBound > next.lowerBound {
      throw ParquetDamage(
        "has two columns that share the bytes from \(next.lowerBound) on", at: dataEnd)
    }
  }
}

/// The fields of a footer as they stand.
private struct Content {
  var schema: [SchemaElement] = []
  var rowGroups: [ParquetFooter.RowGroup] = []
  var rowCount = 0

  init(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { bytes in
      do {
        var reader = ThriftReader(bytes)
        try reader.readStructure { reader, number, kind in
          switch number {
          case 2:
            schema = try reader.readList(kind, atMost: SchemaElement.most) { reader in
              try SchemaElement(&reader)
            }
          case 3: rowCount = try reader.readAmount(kind)
          case 4:
            rowGroups = try reader.readList(kind, atMost: .max) { reader in
              try ParquetFooter.RowGroup(&reader)
            }
          case 8: throw ParquetDamage("is encrypted, which this reader does not know")
          default: try reader.skip(kind)
          }
        }
      } catch var damage as ParquetDamage {
        damage.offset = offset + (damage.offset ?? 0)
        throw damage
      } catch is ThriftReader.Incomplete {
        throw ParquetDamage("has a footer that ends inside a value", at: offset + bytes.count)
      }
    }
  }
}

extension ParquetFooter.RowGroup {
  fileprivate init(_ reader: inout ThriftReader) throws {
    self.init()
    var isComplete = (columns: false, rows: false)
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1:
        chunks = try reader.readList(kind, atMost: SchemaElement.most) { reader in
          try ParquetFooter.Chunk(&reader)
        }
        isComplete.columns = true
      case 3:
        rowCount = try reader.readAmount(kind)
        isComplete.rows = true
      default: try reader.skip(kind)
      }
    }
    guard isComplete == (true, true) else {
      throw ParquetDamage("has a row group without columns or rows", at: reader.position)
    }
  }
}

extension ParquetFooter.Chunk {
  fileprivate init(_ reader: inout ThriftReader) throws {
    self.init()
    var isDescribed = false
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1:
        throw ParquetDamage(
          "has a column in another file, which this reader does not know", at: reader.position)
      case 3:
        try readDescription(&reader, kind)
        isDescribed = true
      case 8, 9:
        throw ParquetDamage("is encrypted, which this reader does not know", at: reader.position)
      default: try reader.skip(kind)
      }
    }
    guard isDescribed else {
      throw ParquetDamage("has a column without a description", at: reader.position)
    }
  }

  private mutating func readDescription(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind)
    throws
  {
    guard kind == .structure else {
      throw ParquetDamage("has a field of metadata of the wrong type", at: reader.position)
    }
    var size = 0
    var (start, dictionary) = (0, 0)
    try reader.readStructure { reader, number, kind in
      switch number {
      case 1: type = try reader.read(Int32.self, kind)
      case 4: codec = try reader.read(Int32.self, kind)
      case 5: valueCount = try reader.readAmount(kind)
      case 7: size = try reader.readAmount(kind)
      case 9: start = try reader.readAmount(kind)
      case 11: dictionary = try reader.readAmount(kind)
      default: try reader.skip(kind)
      }
    }
    // Some writers say 0 where there is no dictionary, and some where there is one.
    if dictionary > 0, dictionary < start { start = dictionary }
    let (end, overflow) = start.addingReportingOverflow(size)
    guard !overflow else {
      throw ParquetDamage("has a column of \(size) bytes at \(start)", at: reader.position)
    }
    range = start..<end
  }
}

extension ThriftReader {
  /// Reads a number of bytes, rows or values, which is not negative.
  fileprivate mutating func readAmount(_ kind: Kind) throws -> Int {
    let amount = try read(Int.self, kind)
    guard amount >= 0 else {
      throw ParquetDamage("has the number \(amount) where none is negative", at: position)
    }
    return amount
  }
}
