/// Unicode scalars in valid UTF-8.
enum UTF8Scalars {
  /// Number of bytes of a scalar, from its first byte.
  static func length(leadingByte byte: UInt8) -> Int {
    byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
  }

  /// The scalar that begins at an index, and its number of bytes.
  static func decode(_ text: UnsafeBufferPointer<UInt8>, at index: Int)
    -> (scalar: Unicode.Scalar, length: Int)
  {
    let lead = text[index]
    let length = length(leadingByte: lead)
    var value: UInt32
    switch length {
    case 1: value = UInt32(lead)
    case 2: value = UInt32(lead & 0x1F)
    case 3: value = UInt32(lead & 0x0F)
    default: value = UInt32(lead & 0x07)
    }
    for offset in 1..<max(length, 1) {
      value = value << 6 | UInt32(text[index + offset] & 0x3F)
    }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// The scalar that ends at an index; `nil` at the beginning.
  static func last(in text: UnsafeBufferPointer<UInt8>, before index: Int) -> Unicode.Scalar? {
    guard index > 0 else { return nil }
    var start = index - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return decode(text, at: start).scalar
  }
}
