/// Texts as all lengths and then all bytes (encoding DELTA_LENGTH_BYTE_ARRAY).
final class DeltaLengthDecoder: ValueDecoder {
  private let bytes: UnsafeRawBufferPointer
  private var lengths: DeltaIntegers
  private var position: Int
  private var scratch = Growable<Int64>()

  /// Decodes bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    lengths = try DeltaIntegers(bytes)
    var end = lengths
    position = try end.skipAll()
  }

  func decode(_ count: Int, into values: ValueBuffer) throws {
    guard values.form == .text else {
      throw ParquetDamage("has lengths of values that are no texts")
    }
    let lengths = scratch.reserve(count)
    try self.lengths.decode(count, into: lengths)
    let ends = values.ends.reserve(count)
    let before = values.bytes.count
    let room = bytes.count - position
    var size = 0
    for index in 0..<count {
      guard 0...Int64(room - size) ~= lengths[index] else {
        throw ParquetDamage("has a text of \(lengths[index]) bytes where \(room - size) are left")
      }
      size += Int(lengths[index])
      ends[index] = before + size
    }
    if size > 0, let start = bytes.baseAddress {
      UnsafeMutableRawPointer(values.bytes.reserve(size))
        .copyMemory(from: start + position, byteCount: size)
    }
    position += size
    values.bytes.count += size
    try values.append(count)
  }
}
