/// Reads the values of one leaf in order, with the levels that say where they belong, and keeps what was not taken.
final class LeafReader {
  /// Limits of what is decoded before it is given away.
  private enum Limit {
    /// Bytes at which no more rows are begun.
    static let bytes = 1 << 18
    /// Places for values at which no more rows are begun.
    static let entries = 1 << 16
    /// Levels that are decoded at once where rows have any number of them.
    static let step = 1 << 10
    /// Bytes and places of a single row, beyond which it is refused.
    static let rowBytes = PageHeader.largestPage
    static let rowEntries = 1 << 24
  }

  let leaf: ParquetLeaf
  /// Values that are not null.
  let values: ValueBuffer
  /// The definition level of every place for a value, if there are such levels.
  var definitions = Growable<UInt8>()
  /// The repetition level of every place for a value, if there are such levels.
  var repetitions = Growable<UInt8>()
  /// How many places for values were read and not taken.
  private(set) var entryCount = 0
  /// How many of them begin a row.
  private var rowStarts = 0
  /// Offset in the file of the page that was read last.
  var place = 0

  let pages: PageReader
  var dictionary: DictionaryDecoder.Dictionary?
  let indices = DictionaryDecoder.IndexBuffer()
  /// Places for values that the chunk has in pages that are not begun, and that the present page has left.
  var leftInChunk = 0
  var leftInPage = 0
  var definitionDecoder: HybridDecoder?
  var repetitionDecoder: HybridDecoder?
  var decoder: any ValueDecoder

  init(_ leaf: ParquetLeaf, _ pages: PageReader) {
    self.leaf = leaf
    self.pages = pages
    values = ValueBuffer(form: leaf.form)
    decoder = PlainDecoder(UnsafeRawBufferPointer(start: nil, count: 0), form: leaf.form)
  }

  /// Begins with a chunk, after everything of the one before was taken.
  func start(_ chunk: ParquetFooter.Chunk) throws {
    try ParquetDamage.located(at: chunk.range.lowerBound, in: leaf.path) {
      guard chunk.type == leaf.type else {
        throw ParquetDamage("has values of type \(chunk.type) instead of \(leaf.type)")
      }
      try pages.start(chunk)
    }
    leftInChunk = chunk.valueCount
    leftInPage = 0
    dictionary = nil
  }

  /// Reads until `wanted` rows are there, or fewer, but at least one, that take much memory.
  ///
  /// - Returns: How many rows are there, at most `wanted`.
  /// - Throws: ``ParquetDamage`` if the chunk ends before its first row does, or is damaged.
  func fill(rows wanted: Int) throws -> Int {
    while completeRows < wanted {
      let isFull = values.byteCount >= Limit.bytes || entryCount >= Limit.entries
      if completeRows > 0 && isFull { break }
      guard values.byteCount <= Limit.rowBytes, entryCount <= Limit.rowEntries else {
        throw damage(
          "has a row of more than \(Limit.rowEntries) values or \(Limit.rowBytes) bytes")
      }
      if leftInPage == 0 {
        guard leftInChunk > 0 else { break }
        try startPage()
      }
      try ParquetDamage.located(at: place, in: leaf.path) {
        try decodeStep(rows: wanted)
      }
    }
    guard completeRows > 0 else {
      throw damage("has too few rows")
    }
    return min(wanted, completeRows)
  }

  /// Makes sure that nothing is left of the chunk.
  func finish() throws {
    guard entryCount == 0, leftInPage == 0, leftInChunk == 0 else {
      throw damage("has too many rows")
    }
  }

  /// Damage in the page that was read last.
  func damage(_ problem: String) -> ParquetDamage {
    var damage = ParquetDamage(problem, at: place)
    damage.column = leaf.path
    return damage
  }

  /// How many of the places read belong to the first rows, and how many of those have a value.
  func extent(ofRows rows: Int) -> (entries: Int, values: Int) {
    var entries = rows
    if leaf.maxRepetition > 0 {
      entries = 0
      var starts = 0
      while entries < entryCount {
        if repetitions.base[entries] == 0 {
          guard starts < rows else { break }
          starts += 1
        }
        entries += 1
      }
    }
    return (entries, presentCount(in: 0..<entries))
  }

  /// Forgets the first rows.
  func remove(rows: Int, entries: Int, values present: Int) {
    if leaf.maxDefinition > 0 { definitions.removeFirst(entries) }
    if leaf.maxRepetition > 0 { repetitions.removeFirst(entries) }
    values.removeFirst(present)
    entryCount -= entries
    rowStarts -= rows
  }
}

// MARK: - Decoding

extension LeafReader {
  /// Rows of which nothing can follow: behind a list there may be more of it.
  private var completeRows: Int {
    leaf.maxRepetition == 0 || leftInPage + leftInChunk == 0 ? rowStarts : rowStarts - 1
  }

  private func presentCount(in range: Range<Int>) -> Int {
    guard leaf.maxDefinition > 0 else { return range.count }
    var count = 0
    for index in range where definitions.base[index] == leaf.maxDefinition { count += 1 }
    return count
  }

  private func decodeStep(rows wanted: Int) throws {
    let most = leaf.maxRepetition == 0 ? wanted - entryCount : Limit.step
    let room = max(0, Limit.bytes - values.byteCount)
    let count = try decoder.affordable(min(leftInPage, most), byteLimit: room)
    if leaf.maxRepetition > 0 {
      let output = repetitions.reserve(count)
      try repetitionDecoder?.decode(count, into: output)
      try check(output, count, most: leaf.maxRepetition)
      guard entryCount > 0 || output[0] == 0 else {
        throw ParquetDamage("has a column that begins inside a list")
      }
      repetitions.count += count
      for index in 0..<count where output[index] == 0 { rowStarts += 1 }
    } else {
      rowStarts += count
    }
    if leaf.maxDefinition > 0 {
      let output = definitions.reserve(count)
      try definitionDecoder?.decode(count, into: output)
      try check(output, count, most: leaf.maxDefinition)
      definitions.count += count
    }
    let present = presentCount(in: entryCount..<entryCount + count)
    guard present == 0 || leaf.form != .null else {
      throw ParquetDamage("has values where there are none but nulls")
    }
    entryCount += count
    leftInPage -= count
    try decoder.decode(present, into: values)
  }

  private func check(_ levels: UnsafeMutablePointer<UInt8>, _ count: Int, most: UInt8) throws {
    var greatest: UInt8 = 0
    for index in 0..<count { greatest = max(greatest, levels[index]) }
    guard greatest <= most else {
      throw ParquetDamage("has the level \(greatest) where \(most) is the greatest")
    }
  }
}
