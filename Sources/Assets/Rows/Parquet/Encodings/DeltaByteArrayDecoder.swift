/// Texts as what they have in common with the one before, and the rest (encoding DELTA_BYTE_ARRAY).
final class DeltaByteArrayDecoder: ValueDecoder {
  /// The bytes of all suffixes, one after the other.
  private let suffixes: UnsafeRawBufferPointer
  private var position = 0
  private var prefixLengths: DeltaIntegers
  private var suffixLengths: DeltaIntegers
  /// Lengths that were decoded to know how large their texts are, and how many of them.
  private var prefixes = Growable<Int64>()
  private var lengths = Growable<Int64>()
  /// The text that was decoded last.
  private var previous = Growable<UInt8>()

  /// Decodes bytes that stay valid for as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    prefixLengths = try DeltaIntegers(bytes)
    var end = prefixLengths
    let rest = UnsafeRawBufferPointer(rebasing: bytes[try end.skipAll()...])
    suffixLengths = try DeltaIntegers(rest)
    end = suffixLengths
    suffixes = UnsafeRawBufferPointer(rebasing: rest[try end.skipAll()...])
  }

  func affordable(_ count: Int, byteLimit: Int) throws -> Int {
    // Fewer values than levels, where some are null.
    let known = min(count, prefixes.count + prefixLengths.left)
    try look(ahead: known)
    var size = 0
    for index in 0..<known {
      size += Int(prefixes.base[index] + lengths.base[index])
      if size > byteLimit { return max(1, index) }
    }
    return count
  }

  /// Decodes lengths until those of `count` texts are known.
  private func look(ahead count: Int) throws {
    let more = count - prefixes.count
    guard more > 0 else { return }
    let (one, other) = (prefixes.reserve(more), lengths.reserve(more))
    try prefixLengths.decode(more, into: one)
    try suffixLengths.decode(more, into: other)
    // No text is longer than all suffixes together.
    let range = 0...Int64(suffixes.count)
    for index in 0..<more where !range.contains(one[index]) || !range.contains(other[index]) {
      throw ParquetDamage(
        "has a text of \(one[index]) and \(other[index]) bytes where \(suffixes.count) are the most"
      )
    }
    prefixes.count += more
    lengths.count += more
  }

  func decode(_ count: Int, into values: ValueBuffer) throws {
    switch values.form {
    case .text: try decodeTexts(count, into: values)
    case .half:
      let texts = ValueBuffer(form: .text)
      try decodeTexts(count, into: texts)
      let output = values.numbers.reserve(count)
      for index in 0..<count {
        let (start, end) = texts.range(at: index)
        guard end - start == 2 else {
          throw ParquetDamage("has a value of \(end - start) bytes instead of 2")
        }
        let source = UnsafeRawPointer(texts.bytes.base + start)
        output[index] = Double(source.loadUnaligned(as: Float16.self))
      }
    default: throw ParquetDamage("has prefixes of values that are no texts")
    }
    try values.append(count)
  }

  private func decodeTexts(_ count: Int, into values: ValueBuffer) throws {
    guard count > 0 else { return }
    try look(ahead: count)
    var room = 0
    for index in 0..<count { room += Int(prefixes.base[index] + lengths.base[index]) }
    let output = UnsafeMutableRawPointer(values.bytes.reserve(room))
    let ends = values.ends.reserve(count)
    let before = values.bytes.count
    var last = UnsafeRawBufferPointer(start: previous.base, count: previous.count)
    var to = 0
    for index in 0..<count {
      let (prefix, length) = (Int(prefixes.base[index]), Int(lengths.base[index]))
      guard prefix <= last.count, length <= suffixes.count - position else {
        throw ParquetDamage(
          "has a text of \(prefix) and \(length) bytes where \(last.count) and \(suffixes.count - position) are the most"
        )
      }
      let start = to
      if prefix > 0, let base = last.baseAddress {
        (output + to).copyMemory(from: base, byteCount: prefix)
      }
      to += prefix
      if length > 0, let base = suffixes.baseAddress {
        (output + to).copyMemory(from: base + position, byteCount: length)
      }
      position += length
      to += length
      ends[index] = before + to
      last = UnsafeRawBufferPointer(start: output + start, count: to - start)
    }
    previous.count = 0
    let kept = previous.reserve(last.count)
    if let base = last.baseAddress {
      UnsafeMutableRawPointer(kept).copyMemory(from: base, byteCount: last.count)
    }
    previous.count = last.count
    prefixes.removeFirst(count)
    lengths.removeFirst(count)
    values.bytes.count = before + to
  }
}
