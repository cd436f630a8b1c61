extension LeafReader {
  /// Goes on with the next page that has values.
  func startPage() throws {
    while leftInPage == 0 {
      let page: Page? = try ParquetDamage.located(at: place, in: leaf.path) {
        try pages.next()
      }
      guard let page else {
        throw damage("has pages that lack \(leftInChunk) values")
      }
      place = page.offset
      try ParquetDamage.located(at: page.offset, in: leaf.path) { try start(page) }
    }
  }

  private func start(_ page: Page) throws {
    let header = page.header
    switch header.kind {
    case .other: return
    case .dictionary: return try readDictionary(page)
    case .data, .dataV2: break
    }
    guard header.valueCount <= leftInChunk else {
      throw ParquetDamage(
        "has a page of \(header.valueCount) values where \(leftInChunk) are left")
    }
    var content = page.content
    if case .data(let definition, let repetition) = header.kind {
      repetitionDecoder = try levels(leaf.maxRepetition, encoding: repetition, from: &content)
      definitionDecoder = try levels(leaf.maxDefinition, encoding: definition, from: &content)
    } else {
      repetitionDecoder = HybridDecoder(page.levels.repetition, width: bits(leaf.maxRepetition))
      definitionDecoder = HybridDecoder(page.levels.definition, width: bits(leaf.maxDefinition))
    }
    decoder = try decoder(header.encoding, content)
    leftInChunk -= header.valueCount
    leftInPage = header.valueCount
  }

  /// The levels that a page begins with: their size in bytes, then their runs.
  private func levels(
    _ most: UInt8, encoding: Int32, from content: inout UnsafeRawBufferPointer
  ) throws -> HybridDecoder? {
    guard most > 0 else { return nil }
    guard encoding == 3 else {
      throw ParquetDamage(
        encoding == 4
          ? "has levels that are packed without runs, which this reader does not know"
          : "has levels of the unknown encoding \(encoding)")
    }
    guard content.count >= 4 else { throw ParquetDamage.missingValues }
    let size = Int(content.loadUnaligned(as: UInt32.self))
    guard size <= content.count - 4 else {
      throw ParquetDamage("has levels of \(size) bytes where \(content.count - 4) are left")
    }
    let levels = UnsafeRawBufferPointer(rebasing: content[4..<4 + size])
    content = UnsafeRawBufferPointer(rebasing: content[(4 + size)...])
    return HybridDecoder(levels, width: bits(most))
  }

  /// How many bits a level has of which this is the greatest.
  private func bits(_ most: UInt8) -> Int { 8 - most.leadingZeroBitCount }

  /// The decoder of an encoding, by parquet.thrift's number.
  private func decoder(_ encoding: Int32, _ content: UnsafeRawBufferPointer) throws
    -> any ValueDecoder
  {
    // Whoever writes nothing but nulls need not write how.
    if leaf.form == .null { return PlainDecoder(content, form: .null) }
    switch encoding {
    case 0: return PlainDecoder(content, form: leaf.form)
    case 2, 8:
      guard let dictionary else { throw ParquetDamage("has indices without a dictionary") }
      return try DictionaryDecoder(content, dictionary, scratch: indices)
    case 3: return try RunBoolDecoder(content)
    case 5: return try DeltaIntegerDecoder(content)
    case 6: return try DeltaLengthDecoder(content)
    case 7: return try DeltaByteArrayDecoder(content)
    case 9: return try ByteStreamSplitDecoder(content, form: leaf.form)
    default:
      throw ParquetDamage("has values of encoding \(encoding), which this reader does not know")
    }
  }

  private func readDictionary(_ page: Page) throws {
    guard dictionary == nil else { throw ParquetDamage("has a second dictionary") }
    guard page.header.encoding == 0 || page.header.encoding == 2 else {
      throw ParquetDamage("has a dictionary of encoding \(page.header.encoding)")
    }
    // Nulls have no entries, whatever is declared.
    var decoder = PlainDecoder(page.content, form: leaf.form)
    let values = ValueBuffer(form: leaf.form)
    try decoder.decode(page.header.valueCount, into: values)
    dictionary = .init(values)
  }
}
