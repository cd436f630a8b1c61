import TestSupport

/// A value of Thrift's compact protocol.
indirect enum Thrift {
  case bool(Bool)
  case int8(Int8)
  case int32(Int32)
  case int64(Int64)
  case text(String)
  case list([Thrift])
  case structure([Int: Thrift])
  /// Bytes that stand where a value of this type would.
  case raw(type: UInt8, [UInt8])

  var type: UInt8 {
    switch self {
    case .bool(let value): value ? 1 : 2
    case .int8: 3
    case .int32: 5
    case .int64: 6
    case .text: 8
    case .list: 9
    case .structure: 12
    case .raw(let type, _): type
    }
  }

  var bytes: [UInt8] {
    switch self {
    case .bool: return []
    case .int8(let value): return [UInt8(bitPattern: value)]
    case .int32(let value): return Self.zigzag(Int64(value))
    case .int64(let value): return Self.zigzag(value)
    case .text(let text): return Self.varint(UInt64(text.utf8.count)) + text.utf8
    case .list(let elements):
      let type = elements.first?.type ?? 12
      let head = [0xF0 | type] + Self.varint(UInt64(elements.count))
      return head + elements.flatMap(\.bytes)
    case .structure(let fields):
      return fields.sorted { $0.key < $1.key }.flatMap { number, value in
        [value.type] + Self.zigzag(Int64(number)) + value.bytes
      } + [0]
    case .raw(_, let bytes): return bytes
    }
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func zigzag(_ value: Int64) -> [UInt8] {
    varint(UInt64(bitPattern: value << 1 ^ value >> 63))
  }
}

/// A Parquet file of one column with one page in one row group, every part of which can be made a lie.
struct ParquetBuilder {
  typealias Fields = [Int: Thrift]

  /// The column's element of the schema; the root is made of `root`.
  var element: Fields = [1: .int32(1), 3: .int32(0), 4: .text("n")]
  var root: Fields = [4: .text("schema"), 5: .int32(1)]
  /// More elements behind the column's.
  var moreElements: [Fields] = []
  /// The page's content, and its description in the header.
  var content: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]
  var data: Fields = [1: .int32(3), 2: .int32(0), 3: .int32(3), 4: .int32(3)]
  /// Fields that the header has instead of those that fit.
  var header: Fields = [:]
  /// What stands before the page, such as a dictionary.
  var before: [UInt8] = []
  var chunk: Fields = [:]
  var description: Fields = [:]
  var group: Fields = [:]
  var footer: Fields = [:]
  /// The footer's bytes, and its length, instead of those that fit.
  var footerBytes: [UInt8]?
  var footerLength: UInt32?
  var magic = "PAR1"

  /// A page with its header.
  static func page(_ header: Fields, _ content: [UInt8]) -> [UInt8] {
    let sizes: Fields = [2: .int32(Int32(content.count)), 3: .int32(Int32(content.count))]
    return Thrift.structure(sizes.merging(header) { $1 }).bytes + content
  }

  /// The whole file.
  var bytes: [UInt8] {
    let page: Fields = [1: .int32(0), 5: .structure(data)]
    let body = before + Self.page(page.merging(header) { $1 }, content)
    let described: Fields = [
      1: .int32(1), 2: .list([.int32(0)]), 3: .list([.text("n")]), 4: .int32(0), 5: .int64(3),
      6: .int64(Int64(body.count)), 7: .int64(Int64(body.count)), 9: .int64(4),
    ]
    let chunk: Fields = [2: .int64(4), 3: .structure(described.merging(description) { $1 })]
    let group: Fields = [
      1: .list([.structure(chunk.merging(self.chunk) { $1 })]), 2: .int64(12), 3: .int64(3),
    ]
    let elements = [root, element] + moreElements
    let content: Fields = [
      1: .int32(1), 2: .list(elements.map(Thrift.structure)), 3: .int64(3),
      4: .list([.structure(group.merging(self.group) { $1 })]),
    ]
    let end = footerBytes ?? Thrift.structure(content.merging(footer) { $1 }).bytes
    let length = footerLength ?? UInt32(end.count)
    let head: [UInt8] = Array("PAR1".utf8) + body
    let tail = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return head + end + tail + magic.utf8
  }
}
