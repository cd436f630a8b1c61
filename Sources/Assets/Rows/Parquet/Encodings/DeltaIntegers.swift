/// Integers as packed differences in blocks and miniblocks (encoding DELTA_BINARY_PACKED): values, or lengths of texts.
struct DeltaIntegers {
  private let bytes: UnsafeRawBufferPointer
  /// Offset of the next block or of the miniblock that comes next.
  private var position = 0
  private let miniblockCount: Int
  private let miniblockSize: Int
  /// How many numbers are not decoded yet.
  private(set) var left: Int
  /// The number that comes next is the first one, which no difference gives.
  private var isFirst = true
  private var last: Int64

  private var leastDelta: Int64 = 0
  /// Where the widths of the present block's miniblocks lie.
  private var widths = 0
  /// The next miniblock of the block.
  private var miniblock: Int
  private var width = 0
  /// How many numbers of the present miniblock are left, and the bit where the next begins.
  private var leftInMiniblock = 0
  private var bit = 0

  /// Reads the header; the bytes have to stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    var header = VarintReader(bytes: bytes)
    let blockSize = try header.read()
    let miniblockCount = try header.read()
    let count = try header.read()
    last = try header.readSigned()
    guard blockSize % 128 == 0, 128...(1 << 20) ~= blockSize, miniblockCount > 0,
      blockSize % miniblockCount == 0, blockSize / miniblockCount % 32 == 0
    else {
      throw ParquetDamage(
        "has differences in blocks of \(blockSize) with \(miniblockCount) miniblocks")
    }
    guard count <= UInt64(Int32.max) else {
      throw ParquetDamage("declares \(count) differences in a page")
    }
    self.miniblockCount = Int(miniblockCount)
    miniblockSize = Int(blockSize / miniblockCount)
    miniblock = self.miniblockCount
    left = Int(count)
    position = header.position
  }

  /// Decodes the next numbers; sums wrap around, as the encoding has it.
  ///
  /// - Throws: ``ParquetDamage`` if there are fewer.
  mutating func decode(_ count: Int, into output: UnsafeMutablePointer<Int64>) throws {
    guard count <= left else { throw ParquetDamage.missingValues }
    left -= count
    var done = 0
    if isFirst, count > 0 {
      output[0] = last
      isFirst = false
      done = 1
    }
    while done < count {
      if leftInMiniblock == 0 { try startMiniblock() }
      let part = min(leftInMiniblock, count - done)
      unpack(part, output + done)
      leftInMiniblock -= part
      done += part
    }
  }

  /// Passes over all numbers that are left, and gives the offset behind them.
  mutating func skipAll() throws -> Int {
    var rest = left - (isFirst ? 1 : 0)
    left = 0
    while rest > 0 {
      try startMiniblock()
      rest -= miniblockSize
    }
    guard position <= bytes.count else { throw ParquetDamage.missingValues }
    return position
  }

  private mutating func startMiniblock() throws {
    if miniblock == miniblockCount {
      var header = VarintReader(bytes: bytes, position: position)
      leastDelta = try header.readSigned()
      widths = header.position
      guard miniblockCount <= bytes.count - widths else { throw ParquetDamage.missingValues }
      position = widths + miniblockCount
      miniblock = 0
    }
    width = Int(bytes[widths + miniblock])
    guard width <= 64 else {
      throw ParquetDamage("has differences of \(width) bits, which is more than 64")
    }
    // The last miniblock may be cut short, but not the values that are read.
    guard position < bytes.count || width == 0 else { throw ParquetDamage.missingValues }
    miniblock += 1
    bit = position * 8
    leftInMiniblock = miniblockSize
    position += width * miniblockSize / 8
  }

  private mutating func unpack(_ count: Int, _ output: UnsafeMutablePointer<Int64>) {
    var last = last
    let mask = width == 64 ? UInt64.max : UInt64(1) << UInt64(width) - 1
    for index in 0..<count {
      let shift = UInt64(bit & 7)
      var word = bytes.word(at: bit >> 3) >> shift
      // More than 57 bits may reach into a ninth byte.
      if width > 57, shift > 0 { word |= bytes.word(at: bit >> 3 + 8) << (64 - shift) }
      bit += width
      last = last &+ leastDelta &+ Int64(bitPattern: word & mask)
      output[index] = last
    }
    self.last = last
  }
}

/// Reads numbers of seven bits a byte.
private struct VarintReader {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  mutating func read() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 70, by: 7) {
      guard position < bytes.count else { throw ParquetDamage.missingValues }
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw ParquetDamage("has a number that is longer than 64 bits")
  }

  mutating func readSigned() throws -> Int64 {
    let code = try read()
    return Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1)
  }
}

/// Integers of a column as packed differences.
struct DeltaIntegerDecoder: ValueDecoder {
  private var numbers: DeltaIntegers

  /// Decodes bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) throws { numbers = try DeltaIntegers(bytes) }

  mutating func decode(_ count: Int, into values: ValueBuffer) throws {
    guard case .integer(let isWide, _, _) = values.form else {
      throw ParquetDamage("has differences of values that are no integers")
    }
    let output = values.integers.reserve(count)
    try numbers.decode(count, into: output)
    if !isWide {
      for index in 0..<count { output[index] = Int64(Int32(truncatingIfNeeded: output[index])) }
    }
    try values.append(count)
  }
}
