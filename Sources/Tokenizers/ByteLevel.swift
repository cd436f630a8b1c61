/// GPT-2's stand-in characters: every byte has a printable one, so that byte-level pieces can be
/// written as text.
///
/// Source: `bytes_to_unicode` of OpenAI's GPT-2 code; the tokenizers library's `ByteLevel` is the
/// same.
enum ByteLevel {
  /// Stand-in of each byte.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (0..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  /// Byte of each stand-in by scalar value, -1 for scalars below 512 that are none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 512)
    for (byte, scalar) in characters.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// The bytes that a token's text stands for; `nil` when a scalar of it is no stand-in.
  static func decode(_ text: String) -> [UInt8]? {
    var decoded: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard scalar.value < 512, bytes[Int(scalar.value)] >= 0 else { return nil }
      decoded.append(UInt8(bytes[Int(scalar.value)]))
    }
    return decoded
  }
}
