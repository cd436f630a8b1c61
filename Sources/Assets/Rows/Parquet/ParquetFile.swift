package import Files

/// A Parquet file whose rows are read in order, a batch at a time.
///
/// Reads what writers of data sets produce: data pages of both versions; the encodings PLAIN, dictionary, RLE,
/// DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY and BYTE_STREAM_SPLIT; Snappy, gzip, Zstandard, Brotli and
/// LZ4; lists and structs of texts, booleans, integers and floating-point numbers, and nulls. Checksums of pages are
/// checked where there are any. Encryption, and in columns that are asked for also maps, binary data and types without a
/// JSON counterpart, are refused by name.
///
/// Memory: for each leaf of the columns that are asked for one page, compressed and not, the dictionary, and some
/// megabytes; pages of more than 256 MiB are refused.
package struct ParquetFile: Sendable {
  private let file: InputFile
  private let footer: ParquetFooter
  /// The most rows of a batch.
  private static let batchRows = 4096

  /// Reads a file's footer.
  ///
  /// - Throws: ``AssetError`` `damagedData` with the byte offset of what is wrong; ``FileError`` if the file cannot be read.
  package init(_ file: InputFile) throws {
    self.file = file
    footer = try Self.describing(file) { try ParquetFooter(of: file) }
  }

  /// How many rows there are.
  package var rowCount: Int { footer.rowCount }

  /// The names of the columns in the file's order.
  package var columnNames: [String] { footer.fields.map(\.name) }

  /// Hands all rows to `body`, in order.
  ///
  /// A batch has at most some thousand rows and some megabytes, or one row. Columns that are not asked for are not read.
  ///
  /// - Parameters:
  ///   - columns: Names of columns, each once; all columns if nil.
  ///   - body: Takes the batches.
  /// - Throws: ``AssetError`` `wrongField` for a column that is not there, `damagedData` with the byte offset of what is
  ///   wrong; ``FileError`` if the file cannot be read; what `body` throws.
  package func forEachBatch(
    columns: [String]? = nil, _ body: (ColumnBatch) throws -> Void
  ) throws {
    let fields = try columns?.map(field(named:)) ?? footer.fields
    let decompressor = PageDecompressor()
    let readers = fields.flatMap(\.leaves).map { leaf in
      LeafReader(leaf, PageReader(file, decompressor))
    }
    try Self.describing(file) { try check(fields) }
    for group in footer.rowGroups where group.rowCount > 0 {
      try Self.describing(file) {
        for reader in readers { try reader.start(group.chunks[reader.leaf.index]) }
      }
      var left = group.rowCount
      while left > 0 {
        let batch = try Self.describing(file) {
          try nextBatch(fields, readers, rows: min(left, Self.batchRows))
        }
        left -= batch.rowCount
        try body(batch)
      }
      try Self.describing(file) { for reader in readers { try reader.finish() } }
    }
  }

  private func nextBatch(_ fields: [ParquetField], _ readers: [LeafReader], rows: Int) throws
    -> ColumnBatch
  {
    var rows = rows
    for reader in readers { rows = try reader.fill(rows: rows) }
    var slices: [Int: ColumnAssembly.Slice] = [:]
    for reader in readers {
      let (entries, values) = reader.extent(ofRows: rows)
      slices[reader.leaf.index] = .init(reader: reader, entries: entries, values: values)
    }
    let assembly = ColumnAssembly(rowCount: rows, slices: slices)
    let columns = try fields.map { field in
      NamedColumn(name: field.name, column: try assembly.column(field))
    }
    for slice in slices.values {
      slice.reader.remove(rows: rows, entries: slice.entries, values: slice.values)
    }
    return ColumnBatch(rowCount: rows, columns: columns)
  }
}

// MARK: - Rows

extension ParquetFile {
  /// Hands the rows of a file to `body`, in order, those of one batch at a time, as objects whose members are the columns.
  ///
  /// The values take at most 256 times the file's size or 16 MiB: who repeats one value without end gets no further.
  ///
  /// - Throws: As ``forEachBatch(columns:_:)``.
  static func forEachPart(
    ofFileAt path: String, name: String, columns: [String]?, _ body: (RowTable) throws -> Void
  ) throws {
    let file = try InputFile(path: path, name: name)
    let limit = max(1 << 24, file.size.multipliedReportingOverflow(by: 256).partialValue)
    var (size, count) = (0, 0)
    try ParquetFile(file).forEachBatch(columns: columns) { batch in
      size += batch.byteCount
      guard size <= limit else {
        throw ParquetDamage(
          "expands to more than \(limit) bytes, which is the most that is allowed", at: file.size
        ).error(in: name)
      }
      let rows = (0..<batch.rowCount).map(batch.row)
      try body(RowTable(name: name, rows: rows, firstRow: count))
      count += rows.count
    }
  }
}

// MARK: - Columns

extension ParquetFile {
  private func field(named name: String) throws -> ParquetField {
    let field = footer.fields.first { JSON.string($0.name) == .string(name) }
    if let field { return field }
    throw AssetError(
      code: .wrongField,
      message:
        "There is no column '\(name)' in \(file.name); its columns are: \(columnNames.joined(separator: ", "))."
    )
  }

  /// Refuses what this reader does not know, and rows of nothing.
  private func check(_ fields: [ParquetField]) throws {
    for field in fields {
      if let (path, type) = field.unreadable {
        throw ParquetDamage(
          "has a field '\(path)' of \(type), which this reader does not know", at: footer.offset)
      }
    }
    guard !fields.isEmpty || rowCount == 0 else {
      throw ParquetDamage("has \(rowCount) rows, but of no columns", at: footer.offset)
    }
  }

  /// Runs `body` and turns damage into an error that names the file.
  private static func describing<Result>(_ file: InputFile, _ body: () throws -> Result) throws
    -> Result
  {
    do {
      return try body()
    } catch let damage as ParquetDamage {
      throw damage.error(in: file.name)
    }
  }
}

extension ParquetField {
  /// The first part that this reader does not know, by its path and type.
  fileprivate var unreadable: (path: String, type: String)? {
    let parts: [ParquetField]
    switch kind {
    case .leaf: return nil
    case .unreadable(let type): return (name, type)
    case .structure(let members): parts = members
    case .list(let element): parts = [element]
    }
    for part in parts {
      if let (path, type) = part.unreadable { return ("\(name).\(path)", type) }
    }
    return nil
  }
}
