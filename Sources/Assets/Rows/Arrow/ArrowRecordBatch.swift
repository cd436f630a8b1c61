import Files

/// Some rows of an Arrow table: the values of all columns, one column after the other.
///
/// Everything that is allocated is bounded by the data's own size: nodes may not declare more values than the data has
/// bits, buffers may not overlap, offsets may not decrease.
struct ArrowRecordBatch {
  /// What is wrong with the data, and where in it.
  struct Damage: Error, Equatable {
    /// What could not be read.
    let problem: String
    /// Offset in the message's data.
    let offset: Int
  }

  private let body: UnsafeRawBufferPointer
  private let rowCount: Int
  private var nodes: ArraySlice<(length: Int, nullCount: Int)>
  private var buffers: ArraySlice<Range<Int>>

  /// Reads a batch's description and checks it against its data.
  ///
  /// - Throws: ``FlatBuffer/Damage`` if the description is damaged or compressed; ``Damage`` if it does not fit the data.
  init(_ table: FlatBuffer.Table, body: UnsafeRawBufferPointer) throws {
    guard try table.table(3) == nil else {
      throw FlatBuffer.Damage(
        problem: "is compressed, which this reader does not know; write it without compression",
        offset: table.position)
    }
    self.body = body
    var budget = 64 + 8 * body.count
    nodes = try table.pairs(1).map { length, nullCount in
      guard 0...Int64(budget) ~= length, 0...length ~= nullCount else {
        throw Damage(
          problem:
            "declares \(length) values, \(nullCount) of them null, in \(body.count) bytes of data",
          offset: 0)
      }
      budget -= Int(length)
      return (Int(length), Int(nullCount))
    }[...]
    var end: Int64 = 0
    buffers = try table.pairs(2).map { offset, length in
      guard length != 0 else { return 0..<0 }
      guard length > 0, offset >= end, offset <= Int64(body.count),
        length <= Int64(body.count) - offset
      else {
        throw Damage(
          problem:
            "has a buffer of \(length) bytes at \(offset), outside of \(body.count) bytes of data or inside another buffer",
          // What the buffer says about its place is no offset in the file.
          offset: 0)
      }
      end = offset + length
      return Int(offset)..<Int(end)
    }[...]
    let length = try table.scalar(0, default: Int64(0))
    guard 0...Int64(64 + 8 * body.count) ~= length else {
      throw Damage(problem: "declares \(length) rows in \(body.count) bytes of data", offset: 0)
    }
    rowCount = Int(length)
  }

  /// The rows as objects whose members are the fields, in their order.
  mutating func rows(of fields: [ArrowField]) throws -> [JSON] {
    let members = try readMembers(fields, count: rowCount, of: "the table")
    guard nodes.isEmpty, buffers.isEmpty else {
      throw Damage(problem: "has data that belongs to no column", offset: 0)
    }
    guard !fields.isEmpty || rowCount == 0 else {
      throw Damage(problem: "has \(rowCount) rows but no columns", offset: 0)
    }
    return (0..<rowCount).map { object(fields, members, $0) }
  }

  private mutating func readMembers(_ fields: [ArrowField], count: Int, of parent: String) throws
    -> [[JSON]]
  {
    try fields.map { field in
      let values = try read(field)
      guard values.count == count else {
        throw Damage(
          problem: "has \(values.count) values in '\(field.name)' for \(count) of \(parent)",
          offset: 0)
      }
      return values
    }
  }

  private func object(_ fields: [ArrowField], _ members: [[JSON]], _ row: Int) -> JSON {
    var object = JSON.Object()
    for (field, values) in zip(fields, members) { object[field.name] = values[row] }
    return .object(object)
  }

  /// Reads one column with all its parts; nodes and buffers come in depth-first order.
  private mutating func read(_ field: ArrowField) throws -> [JSON] {
    guard let node = nodes.popFirst() else {
      throw Damage(problem: "lacks the description of '\(field.name)'", offset: 0)
    }
    let count = node.length
    if field.type == .null { return [JSON](repeating: .null, count: count) }
    let validity = try validity(of: field, node)
    switch field.type {
    case .null, .bool:
      let bits = try values(of: field, bytes: (count + 7) / 8)
      return select(validity, count) { .bool(bit(bits, $0)) }
    case .integer(let width, let isSigned):
      let data = try values(of: field, bytes: count * (width / 8))
      return try select(validity, count) { index in
        .integer(try integer(data, index, width, isSigned, field))
      }
    case .floatingPoint(let width):
      let data = try values(of: field, bytes: count * (width / 8))
      return select(validity, count) { .number(number(data, $0, width)) }
    case .string(let isLarge):
      let offsets = try offsets(of: field, count: count, isLarge: isLarge)
      let data = try nextBuffer(of: field)
      try checkEnd(offsets, data.count, field)
      return try select(validity, count) { index in
        .string(try text(data, offsets[index]..<offsets[index + 1], field, row: index))
      }
    case .list(let isLarge):
      let offsets = try offsets(of: field, count: count, isLarge: isLarge)
      let elements = try read(field.children[0])
      try checkEnd(offsets, elements.count, field)
      return select(validity, count) { .array(Array(elements[offsets[$0]..<offsets[$0 + 1]])) }
    case .fixedSizeList(let length):
      let elements = try read(field.children[0])
      let (expected, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, elements.count == expected else {
        throw Damage(
          problem:
            "has \(elements.count) elements for \(count) lists of \(length) in '\(field.name)'",
          offset: 0)
      }
      return select(validity, count) { .array(Array(elements[$0 * length..<($0 + 1) * length])) }
    case .structure:
      let members = try readMembers(field.children, count: count, of: "'\(field.name)'")
      return select(validity, count) { object(field.children, members, $0) }
    }
  }
}

// MARK: - Buffers

extension ArrowRecordBatch {
  private mutating func nextBuffer(of field: ArrowField) throws -> Range<Int> {
    guard let buffer = buffers.popFirst() else {
      throw Damage(problem: "lacks a buffer of '\(field.name)'", offset: 0)
    }
    return buffer
  }

  /// The next buffer, which must have at least this many bytes; the rest is padding.
  private mutating func values(of field: ArrowField, bytes: Int) throws -> Range<Int> {
    let buffer = try nextBuffer(of: field)
    guard buffer.count >= bytes else {
      throw Damage(
        problem: "has \(buffer.count) bytes of values in '\(field.name)' where \(bytes) are needed",
        offset: buffer.lowerBound)
    }
    return buffer
  }

  /// The bits that say which values are not null; nil if all are.
  private mutating func validity(of field: ArrowField, _ node: (length: Int, nullCount: Int))
    throws -> Range<Int>?
  {
    let buffer = try nextBuffer(of: field)
    guard node.nullCount > 0 else { return nil }
    guard buffer.count >= (node.length + 7) / 8 else {
      throw Damage(
        problem: "lacks the bits that tell which values of '\(field.name)' are null",
        offset: buffer.lowerBound)
    }
    return buffer
  }

  /// The bounds of `count` texts or lists: `count + 1` numbers that never decrease.
  private mutating func offsets(of field: ArrowField, count: Int, isLarge: Bool) throws -> [Int] {
    // An empty column may come without its single offset.
    if count == 0 {
      _ = try nextBuffer(of: field)
      return [0]
    }
    let width = isLarge ? 8 : 4
    let buffer = try values(of: field, bytes: (count + 1) * width)
    var result: [Int] = []
    result.reserveCapacity(count + 1)
    var previous = 0
    for index in 0...count {
      let position = buffer.lowerBound + index * width
      let offset =
        isLarge
        ? Int(body.loadUnaligned(fromByteOffset: position, as: Int64.self))
        : Int(body.loadUnaligned(fromByteOffset: position, as: Int32.self))
      guard offset >= previous else {
        throw Damage(problem: "has decreasing offsets in '\(field.name)'", offset: position)
      }
      result.append(offset)
      previous = offset
    }
    return result
  }

  private func checkEnd(_ offsets: [Int], _ count: Int, _ field: ArrowField) throws {
    guard let last = offsets.last, last <= count else {
      throw Damage(problem: "has offsets beyond the data of '\(field.name)'", offset: 0)
    }
  }
}

// MARK: - Values

extension ArrowRecordBatch {
  private func select(
    _ validity: Range<Int>?, _ count: Int, _ value: (Int) throws -> JSON
  ) rethrows -> [JSON] {
    try (0..<count).map { index in
      if let validity, !bit(validity, index) { .null } else { try value(index) }
    }
  }

  private func bit(_ buffer: Range<Int>, _ index: Int) -> Bool {
    body[buffer.lowerBound + index / 8] >> UInt8(index % 8) & 1 == 1
  }

  private func integer(
    _ buffer: Range<Int>, _ index: Int, _ width: Int, _ isSigned: Bool, _ field: ArrowField
  ) throws -> Int64 {
    let position = buffer.lowerBound + index * (width / 8)
    func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> Value {
      body.loadUnaligned(fromByteOffset: position, as: type)
    }
    switch (width, isSigned) {
    case (8, true): return Int64(load(Int8.self))
    case (8, false): return Int64(load(UInt8.self))
    case (16, true): return Int64(load(Int16.self))
    case (16, false): return Int64(load(UInt16.self))
    case (32, true): return Int64(load(Int32.self))
    case (32, false): return Int64(load(UInt32.self))
    case (_, true): return load(Int64.self)
    default:
      let value = load(UInt64.self)
      guard let result = Int64(exactly: value) else {
        throw Damage(
          problem: "has the value \(value) in '\(field.name)', which is beyond 2^63 - 1",
          offset: position)
      }
      return result
    }
  }

  private func number(_ buffer: Range<Int>, _ index: Int, _ width: Int) -> Double {
    let position = buffer.lowerBound + index * (width / 8)
    return switch width {
    case 16: Double(body.loadUnaligned(fromByteOffset: position, as: Float16.self))
    case 32: Double(body.loadUnaligned(fromByteOffset: position, as: Float.self))
    default: body.loadUnaligned(fromByteOffset: position, as: Double.self)
    }
  }

  private func text(
    _ data: Range<Int>, _ range: Range<Int>, _ field: ArrowField, row: Int
  ) throws -> String {
    let start = data.lowerBound + range.lowerBound
    let bytes = UnsafeRawBufferPointer(rebasing: body[start..<start + range.count])
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Damage(
        problem: "has a text that is not UTF-8 in '\(field.name)' (value \(row) of its batch)",
        offset: start)
    }
    return text
  }
}
