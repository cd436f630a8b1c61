/// Values as indices into the dictionary that their column begins with (encodings PLAIN_DICTIONARY and RLE_DICTIONARY).
struct DictionaryDecoder: ValueDecoder {
  /// The values that indices stand for.
  struct Dictionary {
    let values: ValueBuffer
    /// Bytes of the longest text.
    let longest: Int

    init(_ values: ValueBuffer) {
      self.values = values
      longest = values.longest
    }
  }

  private let dictionary: ValueBuffer
  private let longest: Int
  private var indices: HybridDecoder
  private let scratch: IndexBuffer

  /// Indices of one call; kept from page to page by who decodes them.
  final class IndexBuffer {
    var indices = Growable<UInt32>()
  }

  /// Decodes bytes that stay valid for as long as this value is used: the width of the indices, then the indices.
  init(_ bytes: UnsafeRawBufferPointer, _ dictionary: Dictionary, scratch: IndexBuffer) throws {
    self.dictionary = dictionary.values
    longest = dictionary.longest
    self.scratch = scratch
    // A page of nulls may be empty.
    let width = Int(bytes.first ?? 0)
    guard width <= 32 else {
      throw ParquetDamage("has dictionary indices of \(width) bits, which is more than 32")
    }
    indices = HybridDecoder(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), width: width)
  }

  mutating func affordable(_ count: Int, byteLimit: Int) -> Int {
    longest == 0 ? count : min(count, max(1, byteLimit / longest))
  }

  mutating func decode(_ count: Int, into values: ValueBuffer) throws {
    scratch.indices.count = 0
    let indices = scratch.indices.reserve(count)
    try self.indices.decode(count, into: indices)
    var greatest: UInt32 = 0
    for index in 0..<count { greatest = max(greatest, indices[index]) }
    guard count == 0 || Int(greatest) < dictionary.count else {
      throw ParquetDamage(
        "has the dictionary index \(greatest) where there are \(dictionary.count) entries")
    }
    switch values.form {
    case .null: break
    case .bool:
      let output = values.bools.reserve(count)
      for index in 0..<count { output[index] = dictionary.bools.base[Int(indices[index])] }
    case .integer:
      let output = values.integers.reserve(count)
      for index in 0..<count { output[index] = dictionary.integers.base[Int(indices[index])] }
    case .single, .double, .half:
      let output = values.numbers.reserve(count)
      for index in 0..<count { output[index] = dictionary.numbers.base[Int(indices[index])] }
    case .text: gatherTexts(count, indices, into: values)
    }
    try values.append(count)
  }

  private func gatherTexts(
    _ count: Int, _ indices: UnsafeMutablePointer<UInt32>, into values: ValueBuffer
  ) {
    let source = UnsafeRawPointer(dictionary.bytes.base)
    let sourceCount = dictionary.bytes.count
    let room = count * longest
    let output = UnsafeMutableRawPointer(values.bytes.reserve(room))
    let ends = values.ends.reserve(count)
    let before = values.bytes.count
    var to = 0
    for index in 0..<count {
      let (start, end) = dictionary.range(at: Int(indices[index]))
      copyText(
        from: source + start, to: output + to, end - start, within: sourceCount - start, room - to)
      to += end - start
      ends[index] = before + to
    }
    values.bytes.count = before + to
  }
}
