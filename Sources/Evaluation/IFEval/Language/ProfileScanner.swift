/// Reads the JSON that langdetect's profiles consist of: objects, strings, counts and arrays of counts.
///
/// Strings come as code points, because Swift's strings would take n-grams for equal that differ in composition only.
struct ProfileScanner {
  /// The file's bytes.
  let bytes: [UInt8]
  /// Its name, for messages.
  let file: String
  private var position = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// Reads an object; `body` must read the value of each key.
  mutating func members(
    _ body: (_ key: [Unicode.Scalar], _ scanner: inout ProfileScanner) throws -> Void
  ) throws {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try body(key, &self)
    } while skip(",")
    try expect("}")
  }

  /// Reads an array of counts.
  mutating func counts() throws -> [Int] {
    try expect("[")
    if skip("]") { return [] }
    var counts: [Int] = []
    repeat { counts.append(try count()) } while skip(",")
    try expect("]")
    return counts
  }

  /// Reads an integer of at most 15 digits, none of which a `Double` rounds.
  mutating func count() throws -> Int {
    skipWhitespace()
    let start = position
    var value = 0
    while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"),
      position - start < 15
    {
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    guard position > start else { throw error("expected a count") }
    return value
  }

  /// Reads a string.
  mutating func string() throws -> [Unicode.Scalar] {
    try expect("\"")
    var scalars: [Unicode.Scalar] = []
    while let byte = peek(), byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\") {
        scalars.append(try escape())
      } else if byte < 0x80 {
        scalars.append(Unicode.Scalar(byte))
        position += 1
      } else {
        scalars.append(try multibyteScalar())
      }
    }
    guard peek() != nil else { throw error("the string does not end") }
    position += 1
    return scalars
  }

  /// Throws unless only whitespace is left.
  mutating func expectEnd() throws {
    skipWhitespace()
    guard position == bytes.count else { throw error("expected the end of the file") }
  }

  /// The error for what stands at the current offset.
  func error(_ cause: String) -> EvaluationError {
    EvaluationError(
      .invalidLanguageData,
      "langdetect's profile \(file) cannot be read at byte \(position): \(cause); "
        + "put the file of langdetect 1.0.9 there.")
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while let byte = peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard skip(character) else { throw error("expected \(character)") }
  }

  private mutating func escape() throws -> Unicode.Scalar {
    position += 1
    guard let byte = peek() else { throw error("the string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let digits = bytes[position...].prefix(4)
      guard let scalar = Unicode.Scalar(hexadecimal: digits) else {
        throw error("expected four hexadecimal digits of a character")
      }
      position += 4
      return scalar
    default: throw error("unknown escape")
    }
  }

  /// Decodes one code point of two to four bytes; no profile writes surrogates as escapes.
  private mutating func multibyteScalar() throws -> Unicode.Scalar {
    var decoder = UTF8()
    var rest = bytes[position...].prefix(4).makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&rest) else {
      throw error("it is not UTF-8")
    }
    position += UTF8.width(scalar)
    return scalar
  }
}

extension Unicode.Scalar {
  /// The code point that four hexadecimal digits give; nil for surrogates and anything but four digits.
  init?(hexadecimal digits: some Collection<UInt8>) {
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
