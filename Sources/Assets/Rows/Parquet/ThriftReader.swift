/// Reads Thrift's compact protocol from bytes whose content nobody vouches for.
///
/// Follows the protocol's specification (doc/specs/thrift-compact-protocol.md of Apache Thrift), as far as Parquet's
/// metadata use it. Nothing is allocated for a length or count before as many bytes are known to be there.
struct ThriftReader {
  /// What a field or an element is.
  enum Kind: UInt8 {
    case yes = 1
    case no, byte, int16, int32, int64, double, binary, list, set, map, structure, uuid
  }

  /// The bytes ended inside a value: with more of them it may be whole.
  struct Incomplete: Error {}

  private let bytes: UnsafeRawBufferPointer
  /// Offset of the next byte.
  private(set) var position = 0
  private var depth = 0
  private static let deepest = 32

  /// Begins to read bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private var left: Int { bytes.count - position }

  /// Reads a structure; `field` must read or skip the value of each of its fields.
  mutating func readStructure(
    _ field: (inout ThriftReader, _ number: Int, _ kind: Kind) throws -> Void
  ) throws {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw ParquetDamage("has metadata nested deeper than \(Self.deepest) levels", at: position)
    }
    var number: Int16 = 0
    while true {
      let header = try readByte()
      guard header != 0 else { return }
      let kind = try kind(header & 0xF)
      let step = Int16(header >> 4)
      let (next, overflow) = number.addingReportingOverflow(step)
      number = step == 0 ? try readInteger() : next
      guard !overflow else { throw ParquetDamage("has a damaged field of metadata", at: position) }
      try field(&self, Int(number), kind)
    }
  }

  /// Reads a list of structures, `element` each of them.
  mutating func readList<Element>(
    _ kind: Kind, atMost limit: Int, _ element: (inout ThriftReader) throws -> Element
  ) throws -> [Element] {
    try expect(kind, .list)
    let (count, kind) = try readListHeader()
    guard kind == .structure, count <= limit else {
      throw ParquetDamage("has a list of \(count) parts, more than \(limit)", at: position)
    }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }

  /// Reads an integer of at most 16, 32 or 64 bits.
  mutating func read<Value: FixedWidthInteger>(_ type: Value.Type, _ kind: Kind) throws -> Value {
    switch kind {
    case .byte: return Value(truncatingIfNeeded: Int8(bitPattern: try readByte()))
    case .int16, .int32, .int64: return try readInteger()
    default: throw ParquetDamage("has a field of metadata that is no number", at: position)
    }
  }

  /// Reads a truth value.
  mutating func readBool(_ kind: Kind) throws -> Bool {
    guard kind == .yes || kind == .no else {
      throw ParquetDamage("has a field of metadata that is neither true nor false", at: position)
    }
    return kind == .yes
  }

  /// Reads a text.
  mutating func readText(_ kind: Kind) throws -> String {
    try expect(kind, .binary)
    let start = position
    let count = try readCount()
    let text = String(validating: bytes[position..<position + count], as: UTF8.self)
    position += count
    guard let text else { throw ParquetDamage("has a name that is not UTF-8", at: start) }
    return text
  }

  /// Passes over a value.
  mutating func skip(_ kind: Kind) throws {
    switch kind {
    case .yes, .no: break
    default: try skipElement(kind)
    }
  }

  private mutating func skipElement(_ kind: Kind) throws {
    switch kind {
    // In lists a truth value has a byte of its own.
    case .yes, .no, .byte: try advance(1)
    case .int16, .int32, .int64: _ = try readVarint()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary: try advance(try readCount())
    case .structure: try readStructure { reader, _, kind in try reader.skip(kind) }
    case .list, .set:
      let (count, kind) = try readListHeader()
      try nested { reader in
        for _ in 0..<count { try reader.skipElement(kind) }
      }
    case .map:
      let count = try readCount()
      guard count > 0 else { return }
      let kinds = try readByte()
      let (key, value) = (try self.kind(kinds >> 4), try self.kind(kinds & 0xF))
      try nested { reader in
        for _ in 0..<count {
          try reader.skipElement(key)
          try reader.skipElement(value)
        }
      }
    }
  }
}

// MARK: - Primitives

extension ThriftReader {
  private mutating func nested(_ body: (inout ThriftReader) throws -> Void) throws {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw ParquetDamage("has metadata nested deeper than \(Self.deepest) levels", at: position)
    }
    try body(&self)
  }

  private func expect(_ kind: Kind, _ expected: Kind) throws {
    guard kind == expected else {
      throw ParquetDamage("has a field of metadata of the wrong type", at: position)
    }
  }

  private func kind(_ code: UInt8) throws -> Kind {
    guard let kind = Kind(rawValue: code) else {
      throw ParquetDamage("has a field of metadata of unknown type \(code)", at: position)
    }
    return kind
  }

  private mutating func advance(_ count: Int) throws {
    guard count <= left else { throw Incomplete() }
    position += count
  }

  private mutating func readByte() throws -> UInt8 {
    guard left > 0 else { throw Incomplete() }
    position += 1
    return bytes[position - 1]
  }

  private mutating func readVarint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
      let byte = try readByte()
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw ParquetDamage("has a number in its metadata that is longer than 64 bits", at: position)
  }

  private mutating func readInteger<Value: FixedWidthInteger>() throws -> Value {
    let code = try readVarint()
    let value = Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1)
    guard let result = Value(exactly: value) else {
      throw ParquetDamage(
        "has the number \(value) in its metadata, which is too large", at: position)
    }
    return result
  }

  /// A number of things that take at least a byte each, so that there cannot be more of them than bytes.
  private mutating func readCount() throws -> Int {
    let count = try readVarint()
    guard count <= UInt64(left) else {
      // What is too large for any file is damage, not a lack of bytes.
      if count > UInt64(UInt32.max) {
        throw ParquetDamage("has a length of \(count) in its metadata", at: position)
      }
      throw Incomplete()
    }
    return Int(count)
  }

  private mutating func readListHeader() throws -> (count: Int, kind: Kind) {
    let header = try readByte()
    // What nothing is a list of may be anything.
    guard header >> 4 > 0 else { return (0, .structure) }
    let kind = try kind(header & 0xF)
    let short = Int(header >> 4)
    guard short == 15 else {
      guard short <= left else { throw Incomplete() }
      return (short, kind)
    }
    return (try readCount(), kind)
  }
}
