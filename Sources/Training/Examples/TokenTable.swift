import Files

/// Tokenised conversations in the order of the data, as one flat file: what preparing leaves for every arm and seed.
///
/// All numbers are little-endian. First come the tokens of all kept conversations, 32 bits each: the id, and in the
/// highest bit whether it is to be learned. Then one row for each conversation, kept or not, and last the footer that
/// says how many there are of both.
///
/// Read by position rather than mapped: a file that shrinks while it is in use gives an error, not a signal.
package struct TokenTable: Sendable {
  /// What is known of a conversation without its tokens.
  package struct Row: Sendable, Equatable {
    /// Place of its first token among all tokens.
    let start: Int
    /// Tokens that are kept; none if it was left out.
    let count: Int
    /// Tokens that it had before it was cut off or left out.
    let fullCount: Int
    /// Kept tokens that are predicted.
    let trainableCount: Int
    /// The largest id among the kept tokens.
    let largestID: Int

    static let size = 24
  }

  private enum Content: Sendable {
    case file(InputFile)
    case bytes([UInt8])

    var size: Int {
      switch self {
      case .file(let file): file.size
      case .bytes(let bytes): bytes.count
      }
    }

    func bytes(at offset: Int, count: Int) throws -> [UInt8] {
      switch self {
      case .file(let file): try file.bytes(at: offset, count: count)
      case .bytes(let bytes): Array(bytes[offset..<offset + count])
      }
    }
  }

  /// One for each conversation of the data.
  let rows: [Row]
  private let content: Content

  /// Opens the table at `path`.
  ///
  /// - Throws: ``TrainingError`` `unusableExamples` if it is not one or is damaged; ``FileError`` if it cannot be read.
  package init(path: String) throws {
    try self.init(.file(try InputFile(path: path, name: "the prepared training data")))
  }

  /// Takes a table that ``TokenTableWriter`` wrote into memory.
  package init(bytes: [UInt8]) throws { try self.init(.bytes(bytes)) }

  private init(_ content: Content) throws {
    self.content = content
    let footerStart = content.size - TokenTableWriter.footerSize
    guard footerStart >= 0 else { throw Self.damage("has no footer") }
    let footer = try content.bytes(at: footerStart, count: TokenTableWriter.footerSize)
    guard footer.suffix(8).elementsEqual(TokenTableWriter.signature) else {
      throw Self.damage("does not end as it has to")
    }
    let (rowCount, tokenCount) = footer.withUnsafeBytes { footer in
      (Self.word64(footer, 0), Self.word64(footer, 8))
    }
    let (rowBytes, tooManyRows) = rowCount.multipliedReportingOverflow(by: Row.size)
    let (tokenBytes, tooManyTokens) = tokenCount.multipliedReportingOverflow(by: 4)
    guard rowCount >= 0, tokenCount >= 0, !tooManyRows, !tooManyTokens,
      rowBytes <= footerStart, tokenBytes == footerStart - rowBytes
    else { throw Self.damage("has not the size that it declares") }
    var rows: [Row] = []
    rows.reserveCapacity(rowCount)
    var end = 0
    try content.bytes(at: tokenBytes, count: rowBytes).withUnsafeBytes { bytes in
      for index in 0..<rowCount {
        let offset = index * Row.size
        let row = Row(
          start: Self.word64(bytes, offset), count: Self.word32(bytes, offset + 8),
          fullCount: Self.word32(bytes, offset + 12),
          trainableCount: Self.word32(bytes, offset + 16),
          largestID: Self.word32(bytes, offset + 20))
        guard row.start == end, row.count <= tokenCount - end else {
          throw Self.damage("has rows that do not follow one another")
        }
        end += row.count
        rows.append(row)
      }
    }
    guard end == tokenCount else { throw Self.damage("has tokens that belong to no row") }
    self.rows = rows
  }

  /// The tokens that are kept of a conversation.
  func example(_ row: Row) throws -> TrainingExample {
    let bytes = try content.bytes(at: row.start * 4, count: row.count * 4)
    return bytes.withUnsafeBytes { bytes in
      var (ids, labels) = ([Int32](), [Int32]())
      ids.reserveCapacity(row.count)
      labels.reserveCapacity(row.count)
      for index in 0..<row.count {
        let word = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
        let id = Int32(word & ~TokenTableWriter.learned)
        ids.append(id)
        labels.append(word & TokenTableWriter.learned == 0 ? TrainingExample.masked : id)
      }
      return TrainingExample(inputIDs: ids, labels: labels)
    }
  }

  private static func word64(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    // What is too large for the platform's integers becomes negative, which no count may be.
    Int(
      truncatingIfNeeded: UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
  }

  private static func word32(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  private static func damage(_ problem: String) -> TrainingError {
    TrainingError(
      .unusableExamples, "The prepared training data \(problem); remove the file and run again.")
  }
}

/// Makes the bytes of a ``TokenTable``, one conversation after the other; of those that were taken it keeps the lengths.
package struct TokenTableWriter {
  static let signature = Array("tokens/1".utf8)
  static let footerSize = 24
  /// The bit of a token that is to be learned.
  static let learned: UInt32 = 1 << 31

  private var rows: [TokenTable.Row] = []
  private var tokenCount = 0
  private var unwritten: [UInt8] = []

  /// Begins a table.
  package init() {}

  /// Bytes that follow what was taken before.
  package mutating func takeBytes() -> [UInt8] {
    defer { unwritten.removeAll(keepingCapacity: true) }
    return unwritten
  }

  /// Adds a conversation as it is kept, or nil for one that is left out, which had `fullCount` tokens.
  package mutating func append(_ example: TrainingExample?, fullCount: Int) {
    let ids = example?.inputIDs ?? []
    for (id, label) in zip(ids, example?.labels ?? []) {
      precondition(
        id >= 0 && (label == id || label == TrainingExample.masked),
        "A token is learned as itself or not at all.")
      append(UInt32(id) | (label == id ? Self.learned : 0))
    }
    rows.append(
      TokenTable.Row(
        start: tokenCount, count: ids.count, fullCount: fullCount,
        trainableCount: example?.trainableCount ?? 0, largestID: Int(ids.max() ?? 0)))
    tokenCount += ids.count
  }

  /// Adds what comes after the tokens.
  package mutating func finish() {
    for row in rows {
      append(UInt64(row.start))
      for count in [row.count, row.fullCount, row.trainableCount, row.largestID] {
        append(UInt32(count))
      }
    }
    append(UInt64(rows.count))
    append(UInt64(tokenCount))
    unwritten += Self.signature
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { unwritten.append(contentsOf: $0) }
  }
}
