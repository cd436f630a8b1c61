/// Small numbers as runs of equal ones and groups of eight packed ones (encoding RLE, the hybrid of the format's
/// Encodings.md): levels, indices of dictionaries, booleans.
struct HybridDecoder {
  private let bytes: UnsafeRawBufferPointer
  private let width: Int
  private var position = 0
  /// How many of the present run's numbers are left.
  private var left = 0
  /// The number of a run of equal ones; nil in packed ones.
  private var repeated: UInt32?
  /// The bit where the next packed number begins.
  private var bit = 0

  /// Decodes numbers of `width` bits, at most 32, from bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer, width: Int) {
    self.bytes = bytes
    self.width = width
  }

  /// Decodes levels.
  ///
  /// - Throws: ``ParquetDamage`` if there are fewer than `count`.
  mutating func decode(_ count: Int, into output: UnsafeMutablePointer<UInt8>) throws {
    try decode(count, output)
  }

  /// Decodes indices.
  ///
  /// - Throws: ``ParquetDamage`` if there are fewer than `count`.
  mutating func decode(_ count: Int, into output: UnsafeMutablePointer<UInt32>) throws {
    try decode(count, output)
  }

  // Generic only inside of this file, where it is always specialised.
  @inline(__always)
  private mutating func decode<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ count: Int, _ output: UnsafeMutablePointer<Number>
  ) throws {
    var done = 0
    while done < count {
      // A run may be empty; its header has at least taken a byte.
      while left == 0 { try startRun() }
      let part = min(left, count - done)
      if let repeated {
        (output + done).update(repeating: Number(truncatingIfNeeded: repeated), count: part)
      } else {
        unpack(part, output + done)
      }
      left -= part
      done += part
    }
  }

  private mutating func startRun() throws {
    let header = try readHeader()
    let bytesLeft = bytes.count - position
    if header & 1 == 0 {
      left = Int(header >> 1)
      let size = (width + 7) / 8
      guard size <= bytesLeft else { throw ParquetDamage.missingValues }
      var value: UInt32 = 0
      for index in 0..<size { value |= UInt32(bytes[position + index]) << UInt32(8 * index) }
      guard width == 32 || value >> UInt32(width) == 0 else {
        throw ParquetDamage("has the number \(value) where \(width) bits are the most")
      }
      repeated = value
      position += size
    } else {
      let groups = Int(header >> 1)
      // The last group may be cut short where its numbers are not needed.
      let numbers = width == 0 ? groups * 8 : min(groups * 8, bytesLeft * 8 / width)
      guard numbers > 0 || groups == 0 else { throw ParquetDamage.missingValues }
      left = numbers
      repeated = nil
      bit = position * 8
      position += min(groups * width, bytesLeft)
    }
  }

  private mutating func readHeader() throws -> UInt32 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 35, by: 7) {
      guard position < bytes.count else { throw ParquetDamage.missingValues }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        guard let header = UInt32(exactly: value) else { break }
        return header
      }
    }
    throw ParquetDamage("has a run whose length is beyond 32 bits")
  }

  @inline(__always)
  private mutating func unpack<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ count: Int, _ output: UnsafeMutablePointer<Number>
  ) {
    let mask = UInt64(1) << UInt64(width) - 1
    for index in 0..<count {
      let word = bytes.word(at: bit >> 3) >> UInt64(bit & 7)
      output[index] = Number(truncatingIfNeeded: word & mask)
      bit += width
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The eight bytes at an offset as a little-endian number; what is beyond the end is 0.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    guard offset <= count - 8, let baseAddress else { return lastWord(at: offset) }
    return baseAddress.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  @inline(never)
  private func lastWord(at offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<Swift.max(0, Swift.min(8, count - offset)) {
      word |= UInt64(self[offset + index]) << UInt64(8 * index)
    }
    return word
  }
}

/// Booleans as runs (encoding RLE of values): a length, then the runs.
struct RunBoolDecoder: ValueDecoder {
  private var runs: HybridDecoder

  /// Decodes bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count >= 4 else { throw ParquetDamage.missingValues }
    let length = Int(bytes.loadUnaligned(as: UInt32.self))
    guard length <= bytes.count - 4 else { throw ParquetDamage.missingValues }
    runs = HybridDecoder(UnsafeRawBufferPointer(rebasing: bytes[4..<4 + length]), width: 1)
  }

  mutating func decode(_ count: Int, into values: ValueBuffer) throws {
    guard values.form == .bool else {
      throw ParquetDamage("has runs of values that are no booleans")
    }
    let output = values.bools.reserve(count)
    // Both take a byte, and a run's number has been found to be 0 or 1.
    try output.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
      try runs.decode(count, into: bytes)
    }
    try values.append(count)
  }
}
