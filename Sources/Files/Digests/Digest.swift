/// A SHA-256 value: 32 bytes, written as 64 lower-case hexadecimal digits.
package struct Digest: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// Four big-endian words, so that their order is the order of the bytes.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Creates a digest from exactly 32 bytes; nil for any other number.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var values: [UInt64] = [0, 0, 0, 0]
    for (offset, byte) in bytes.enumerated() {
      values[offset >> 3] = values[offset >> 3] << 8 | UInt64(byte)
    }
    words = (values[0], values[1], values[2], values[3])
  }

  /// Reads 64 lower-case hexadecimal digits; nil for anything else, so that a digest has one spelling.
  package init?(hex: some StringProtocol) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    var high: UInt8?
    for character in hex.utf8 {
      let nibble: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = character - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        guard bytes.count < 32 else { return nil }
        bytes.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    guard high == nil else { return nil }
    self.init(bytes: bytes)
  }

  /// The 32 bytes, first byte first.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(32)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 56, through: 0, by: -8) {
        result.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return result
  }

  /// The 64 lower-case hexadecimal digits.
  package var hex: String {
    String(unsafeUninitializedCapacity: 64) { digits in
      var index = 0
      for word in [words.0, words.1, words.2, words.3] {
        for shift in stride(from: 60, through: 0, by: -4) {
          let nibble = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
          digits[index] = nibble + (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
          index += 1
        }
      }
      return index
    }
  }

  package var description: String { hex }

  package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

  package static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "A SHA-256 digest is 64 lower-case hexadecimal digits, not '\(text)'.")
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}
