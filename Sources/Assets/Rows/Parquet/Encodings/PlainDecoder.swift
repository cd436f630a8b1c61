/// Values one after the other (encoding PLAIN): little-endian numbers, bits, texts with their length before them.
struct PlainDecoder: ValueDecoder {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  /// The next value's bit in its byte, of booleans.
  private var bit = 0

  private let isText: Bool

  /// Decodes bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer, form: ValueForm) {
    self.bytes = bytes
    isText = form == .text
  }

  func affordable(_ count: Int, byteLimit: Int) -> Int {
    guard isText, byteLimit < bytes.count - position else { return count }
    var place = position
    for index in 0..<count {
      // What is damaged here is found by who decodes it.
      guard bytes.count - place >= 4, place - position <= byteLimit else { return max(1, index) }
      let length = Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      guard length <= bytes.count - place - 4 else { return count }
      place += 4 + length
    }
    return count
  }

  mutating func decode(_ count: Int, into values: ValueBuffer) throws {
    switch values.form {
    case .null: break
    case .bool: try decodeBools(count, into: &values.bools)
    case .text: try decodeTexts(count, into: values)
    case .integer, .single, .double, .half: try decodeNumbers(count, into: values)
    }
    try values.append(count)
  }

  private mutating func decodeBools(_ count: Int, into values: inout Growable<Bool>) throws {
    guard count <= (bytes.count - position) * 8 - bit else { throw ParquetDamage.missingValues }
    let output = values.reserve(count)
    for index in 0..<count {
      let place = bit + index
      output[index] = bytes[position + place >> 3] >> UInt8(place & 7) & 1 == 1
    }
    position += (bit + count) >> 3
    bit = (bit + count) & 7
  }

  private mutating func decodeNumbers(_ count: Int, into values: ValueBuffer) throws {
    let width = values.form.width ?? 0
    guard count <= (bytes.count - position) / width else { throw ParquetDamage.missingValues }
    guard count > 0, let start = bytes.baseAddress.map({ $0 + position }) else { return }
    position += count * width
    switch values.form {
    case .integer(true, _, _):
      UnsafeMutableRawPointer(values.integers.reserve(count))
        .copyMemory(from: start, byteCount: count * 8)
    case .integer(false, _, _):
      let output = values.integers.reserve(count)
      for index in 0..<count {
        output[index] = Int64(start.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
      }
    case .double:
      UnsafeMutableRawPointer(values.numbers.reserve(count))
        .copyMemory(from: start, byteCount: count * 8)
    case .single:
      let output = values.numbers.reserve(count)
      for index in 0..<count {
        output[index] = Double(start.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
      }
    default:
      let output = values.numbers.reserve(count)
      for index in 0..<count {
        output[index] = Double(start.loadUnaligned(fromByteOffset: index * 2, as: Float16.self))
      }
    }
  }

  private mutating func decodeTexts(_ count: Int, into values: ValueBuffer) throws {
    guard count <= (bytes.count - position) / 4 else { throw ParquetDamage.missingValues }
    guard count > 0, let start = bytes.baseAddress else { return }
    let room = textRoom(count)
    let output = UnsafeMutableRawPointer(values.bytes.reserve(room))
    let ends = values.ends.reserve(count)
    let before = values.bytes.count
    var (from, to) = (position, 0)
    for index in 0..<count {
      guard bytes.count - from >= 4 else { throw ParquetDamage.missingValues }
      let length = Int(start.loadUnaligned(fromByteOffset: from, as: UInt32.self))
      from += 4
      guard length <= bytes.count - from, length <= room - to else {
        throw ParquetDamage("has a text of \(length) bytes where \(bytes.count - from) are left")
      }
      copyText(from: start + from, to: output + to, length, within: bytes.count - from, room - to)
      from += length
      to += length
      ends[index] = before + to
    }
    position = from
    values.bytes.count = before + to
  }
}

extension PlainDecoder {
  /// Bytes of the next texts, or of as many of them as are whole.
  private func textRoom(_ count: Int) -> Int {
    var (place, room) = (position, 0)
    for _ in 0..<count {
      guard bytes.count - place >= 4 else { break }
      let length = Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      guard length <= bytes.count - place - 4 else { break }
      place += 4 + length
      room += length
    }
    return room
  }
}

/// Copies the bytes of a text, 32 at once where it is short and both sides have that many.
@inline(__always)
func copyText(
  from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ count: Int,
  within sourceCount: Int, _ targetCount: Int
) {
  if count <= 32, sourceCount >= 32, targetCount >= 32 {
    target.storeBytes(
      of: source.loadUnaligned(as: SIMD32<UInt8>.self), as: SIMD32<UInt8>.self)
  } else {
    target.copyMemory(from: source, byteCount: count)
  }
}
