import Files
import Foundation

/// Reads Arrow IPC streams, the format in which the `datasets` library caches its tables.
///
/// Follows the Arrow columnar format 1.5 for metadata versions 4 and 5, little-endian, uncompressed. Dictionaries,
/// compression and types without a JSON counterpart are refused by name. One record batch is in memory at a time.
struct ArrowStreamReader {
  private let file: InputFile
  private var position = 0

  /// Hands the rows of a file to `body`, in order, those of one record batch at a time, as objects whose members are the
  /// columns.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: What error messages call it.
  ///   - body: Takes the rows.
  /// - Throws: ``AssetError`` `damagedData` with the byte offset of what is wrong; what `body` throws.
  static func forEachPart(
    ofFileAt path: String, name: String, _ body: (RowTable) throws -> Void
  ) throws {
    var reader = ArrowStreamReader(file: try InputFile(path: path, name: name))
    var count = 0
    try reader.forEachBatch { rows in
      try body(RowTable(name: name, rows: rows, firstRow: count))
      count += rows.count
    }
  }

  private init(file: InputFile) { self.file = file }

  private mutating func forEachBatch(_ take: ([JSON]) throws -> Void) throws {
    var fields: [ArrowField]?
    while let message = try nextMessage() {
      var rows: [JSON] = []
      try message.metadata.withUnsafeBytes { bytes in
        do {
          let header = try ArrowMessage(FlatBuffer(bytes))
          switch (header.content, fields) {
          case (.schema(let schema), nil):
            fields = try ArrowField.fields(ofSchema: schema)
            position += try bodySize(header, after: message)
          case (.recordBatch(let table), let fields?):
            let size = try bodySize(header, after: message)
            let body = try file.bytes(at: position, count: size)
            try body.withUnsafeBytes { body in
              var batch = try ArrowRecordBatch(table, body: body)
              rows = try batch.rows(of: fields)
            }
            position += size
          case (.schema, .some): throw FlatBuffer.Damage(problem: "has a second schema", offset: 0)
          case (.recordBatch, nil):
            throw FlatBuffer.Damage(problem: "has rows before its schema", offset: 0)
          }
        } catch let damage as FlatBuffer.Damage {
          throw error(damage.problem, at: message.offset + damage.offset)
        } catch let damage as ArrowRecordBatch.Damage {
          throw error(damage.problem, at: position + damage.offset)
        }
      }
      if !rows.isEmpty { try take(rows) }
    }
    guard fields != nil else { throw error("has no schema", at: 0) }
  }

  private func bodySize(_ header: ArrowMessage, after message: Message) throws -> Int {
    guard header.bodySize >= 0, header.bodySize <= file.size - position else {
      throw error(
        "is truncated: a message at this place declares \(header.bodySize) bytes of data, but \(file.size - position) are left",
        at: message.offset)
    }
    return Int(header.bodySize)
  }
}

// MARK: - Framing

extension ArrowStreamReader {
  /// The metadata of one message and where it lies in the file.
  private struct Message {
    var metadata: [UInt8]
    var offset: Int
  }

  /// The next message's metadata; nil at the end of the stream.
  ///
  /// Leaves `position` at the message's data.
  private mutating func nextMessage() throws -> Message? {
    // A stream may end with or without its end marker.
    guard position < file.size else { return nil }
    guard file.size - position >= 8 else { throw error("is truncated", at: position) }
    let prefix = LittleEndianBytes(try file.bytes(at: position, count: 8))
    if position == 0, Array(prefix[0..<6]) == Array("ARROW1".utf8) {
      throw error("is an Arrow file, but an Arrow stream is needed", at: 0)
    }
    guard let marker = prefix.value(at: 0, width: 4), let size = prefix.value(at: 4, width: 4),
      marker == 0xFFFF_FFFF
    else {
      throw error(
        "has no message where one has to begin: it is damaged or no Arrow stream", at: position)
    }
    if size == 0 {
      position += 8
      guard position == file.size else { throw error("has bytes after its end", at: position) }
      return nil
    }
    guard size <= UInt64(file.size - position - 8) else {
      throw error(
        "is truncated: a message declares \(size) bytes of metadata, but \(file.size - position - 8) are left",
        at: position)
    }
    let offset = position + 8
    position = offset + Int(size)
    return Message(metadata: try file.bytes(at: offset, count: Int(size)), offset: offset)
  }

  private func error(_ problem: String, at offset: Int) -> AssetError {
    AssetError(
      code: .damagedData, message: "The Arrow stream \(file.name) \(problem) (byte \(offset)).")
  }
}

/// The header of a message of an Arrow stream.
private struct ArrowMessage {
  /// What the message is about.
  enum Content {
    case schema(FlatBuffer.Table)
    case recordBatch(FlatBuffer.Table)
  }

  let content: Content
  /// Bytes of data that follow the metadata, as declared.
  let bodySize: Int64

  init(_ buffer: FlatBuffer) throws {
    let root = try buffer.rootTable()
    let version = try root.scalar(0, default: Int16(0))
    guard version == 3 || version == 4 else {
      throw FlatBuffer.Damage(
        problem: "has metadata of version \(Int(version) + 1); versions 4 and 5 can be read",
        offset: root.position)
    }
    bodySize = try root.scalar(3, default: Int64(0))
    let kind = try root.scalar(1, default: UInt8(0))
    guard let header = try root.table(2) else {
      throw FlatBuffer.Damage(problem: "has a message without content", offset: root.position)
    }
    switch kind {
    case 1: content = .schema(header)
    case 3: content = .recordBatch(header)
    case 2:
      throw FlatBuffer.Damage(
        problem: "is dictionary-encoded, which this reader does not know", offset: root.position)
    default:
      throw FlatBuffer.Damage(
        problem: "has a message of unknown kind \(kind)", offset: root.position)
    }
  }
}
