import Files

/// The characters that langdetect takes for each other: its `messages.properties`.
struct NormalizationTables: Sendable {
  /// Characters of Latin-1 that count as spaces.
  let latin1Spaces: Set<Unicode.Scalar>
  /// The ideograph that stands for a group of them, for each of the group.
  let representatives: [Unicode.Scalar: Unicode.Scalar]
  /// The composed letter for each combining mark, and each Vietnamese letter that it may follow.
  let composedLetters: [Unicode.Scalar: [Unicode.Scalar: Unicode.Scalar]]

  /// Parses lines `key=value` of ASCII, other code points written as `\uXXXX`.
  ///
  /// Throws an ``EvaluationError`` that names the line, or the key, where the file is anything else.
  init(messages: [UInt8]) throws {
    let lines = try Self.parse(messages)
    func value(_ key: String) throws -> [Unicode.Scalar] {
      guard let line = lines.last(where: { $0.key == key }), !line.value.isEmpty else {
        throw Self.error("it has no value for \(key)")
      }
      return line.value
    }

    latin1Spaces = Set(try value("NGram.LATIN1_EXCLUDE"))

    var representatives: [Unicode.Scalar: Unicode.Scalar] = [:]
    for line in lines where line.key.utf8.starts(with: "NGram.KANJI_".utf8) {
      for ideograph in line.value { representatives[ideograph] = line.value.first }
    }
    self.representatives = representatives

    let letters = try value("TO_NORMALIZE_VI_CHARS")
    var composedLetters: [Unicode.Scalar: [Unicode.Scalar: Unicode.Scalar]] = [:]
    for mark in try value("DMARK_CLASS") {
      let digits = String(mark.value, radix: 16, uppercase: true)
      let key = "NORMALIZED_VI_CHARS_" + String(repeating: "0", count: 4 - digits.count) + digits
      let composed = try value(key)
      guard composed.count == letters.count else {
        throw Self.error("\(key) has \(composed.count) letters instead of \(letters.count)")
      }
      for (letter, composed) in zip(letters, composed) {
        composedLetters[mark, default: [:]][letter] = composed
      }
    }
    self.composedLetters = composedLetters
  }

  private static func parse(
    _ bytes: [UInt8]
  ) throws -> [(key: String, value: [Unicode.Scalar])] {
    try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      guard let separator = line.firstIndex(of: UInt8(ascii: "=")),
        let value = unescaped(line[(separator + 1)...])
      else {
        throw error("line \(index + 1) is not a key, = and characters, as \\uXXXX outside of ASCII")
      }
      return (String(decoding: line[..<separator], as: UTF8.self), value)
    }
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar]? {
    var scalars: [Unicode.Scalar] = []
    var rest = bytes
    if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\") {
        guard rest.popFirst() == UInt8(ascii: "u"),
          let scalar = Unicode.Scalar(hexadecimal: rest.prefix(4))
        else { return nil }
        scalars.append(scalar)
        rest = rest.dropFirst(4)
      } else if byte < 0x80 {
        scalars.append(Unicode.Scalar(byte))
      } else {
        return nil
      }
    }
    return scalars
  }

  private static func error(_ cause: String) -> EvaluationError {
    EvaluationError(
      .invalidLanguageData,
      "langdetect's messages.properties cannot be read: \(cause); put the file of langdetect 1.0.9 there."
    )
  }
}

extension Unicode.Scalar {
  /// The code point that four hexadecimal digits give; nil for surrogates and anything but four digits.
  fileprivate init?(hexadecimal digits: some Collection<UInt8>) {
    guard digits.count == 4 else { return nil }
    var value: UInt32 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit & 0xF)
      case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"):
        value = value << 4 | UInt32(digit & 0xF + 9)
      default: return nil
      }
    }
    self.init(value)
  }
}
