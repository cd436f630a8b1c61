/// Numbers of a fixed size as their first bytes, then their second bytes and so on (encoding BYTE_STREAM_SPLIT).
struct ByteStreamSplitDecoder: ValueDecoder {
  private let bytes: UnsafeRawBufferPointer
  private let width: Int
  private let valueCount: Int
  private var next = 0

  /// Decodes bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer, form: ValueForm) throws {
    guard let width = form.width else {
      throw ParquetDamage("has split bytes of values that have no fixed size")
    }
    guard bytes.count % width == 0 else {
      throw ParquetDamage("has \(bytes.count) split bytes of values that have \(width)")
    }
    self.bytes = bytes
    self.width = width
    valueCount = bytes.count / width
  }

  mutating func decode(_ count: Int, into values: ValueBuffer) throws {
    guard count <= valueCount - next else { throw ParquetDamage.missingValues }
    switch values.form {
    case .integer(true, _, _):
      let output = values.integers.reserve(count)
      for index in 0..<count { output[index] = Int64(bitPattern: word(index)) }
    case .integer(false, _, _):
      let output = values.integers.reserve(count)
      for index in 0..<count { output[index] = Int64(Int32(truncatingIfNeeded: word(index))) }
    case .double:
      let output = values.numbers.reserve(count)
      for index in 0..<count { output[index] = Double(bitPattern: word(index)) }
    case .single:
      let output = values.numbers.reserve(count)
      for index in 0..<count {
        output[index] = Double(Float(bitPattern: UInt32(truncatingIfNeeded: word(index))))
      }
    default:
      let output = values.numbers.reserve(count)
      for index in 0..<count {
        output[index] = Double(Float16(bitPattern: UInt16(truncatingIfNeeded: word(index))))
      }
    }
    next += count
    try values.append(count)
  }

  /// The bytes of a value, put together again.
  @inline(__always)
  private func word(_ index: Int) -> UInt64 {
    var word: UInt64 = 0
    for byte in 0..<width {
      word |= UInt64(bytes[byte * valueCount + next + index]) << UInt64(8 * byte)
    }
    return word
  }
}
