/// Reads JSON (RFC 8259) from its bytes, one piece after another.
///
/// Made for a vocabulary of 30 MB: strings are handed over as bytes, and nothing is kept.
struct JSONScanner {
  /// Deepest nesting that is read.
  private static let maximumDepth = 64

  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String
  /// Index of the next byte.
  private(set) var position = 0

  /// Creates a scanner; the memory must outlive it and hold valid UTF-8.
  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// An error at the present position.
  func failure(_ problem: String) -> TokenizerError {
    TokenizerError(.malformed, "\(file) is malformed at byte \(position): \(problem).")
  }

  // MARK: - Structure

  /// The next byte that is no white space, not taken.
  mutating func peek() throws -> UInt8 {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return bytes[position]
      }
    }
    throw failure("the file ends in the middle of a value")
  }

  /// Makes sure that nothing but white space is left.
  mutating func expectEnd() throws {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: throw failure("something follows the end of the value")
      }
    }
  }

  /// Goes back to a position that was read before.
  mutating func move(to position: Int) { self.position = position }

  /// Reads an object; `body` reads the value of each key.
  mutating func readObject(_ body: (inout JSONScanner, _ key: String) throws -> Void) throws {
    try expect(UInt8(ascii: "{"), "an object")
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      let key = try readString()
      try expect(UInt8(ascii: ":"), "a colon")
      try body(&self, key)
      if try isAtEnd(closing: UInt8(ascii: "}")) { return }
    }
  }

  /// Reads an object whose keys come as UTF-8 in a buffer that is used again.
  mutating func readBigObject(_ body: (inout JSONScanner, _ key: [UInt8]) throws -> Void) throws {
    try expect(UInt8(ascii: "{"), "an object")
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return
    }
    var key: [UInt8] = []
    while true {
      key.removeAll(keepingCapacity: true)
      try appendString(to: &key)
      try expect(UInt8(ascii: ":"), "a colon")
      try body(&self, key)
      if try isAtEnd(closing: UInt8(ascii: "}")) { return }
    }
  }

  /// Reads an array; `body` reads each element.
  mutating func readArray(_ body: (inout JSONScanner) throws -> Void) throws {
    try expect(UInt8(ascii: "["), "an array")
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      try body(&self)
      if try isAtEnd(closing: UInt8(ascii: "]")) { return }
    }
  }

  private mutating func expect(_ byte: UInt8, _ name: String) throws {
    guard try peek() == byte else { throw failure("expected \(name)") }
    position += 1
  }

  private mutating func isAtEnd(closing: UInt8) throws -> Bool {
    let byte = try peek()
    guard byte == closing || byte == UInt8(ascii: ",") else {
      throw failure("expected a comma or the end of the list")
    }
    position += 1
    return byte == closing
  }

  // MARK: - Values

  /// Reads any value.
  mutating func readValue(depth: Int = 0) throws -> JSONValue {
    guard depth < Self.maximumDepth else {
      throw failure("values are nested more than \(Self.maximumDepth) deep")
    }
    switch try peek() {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try readObject { scanner, key in
        guard members[key] == nil else { throw scanner.failure("the key “\(key)” appears twice") }
        members[key] = try scanner.readValue(depth: depth + 1)
      }
      return .object(members)
    case UInt8(ascii: "["):
      var values: [JSONValue] = []
      try readArray { values.append(try $0.readValue(depth: depth + 1)) }
      return .array(values)
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    default: return .number(try readNumber())
    }
  }

  /// Passes over a value without looking at more than its brackets and strings.
  mutating func skipValue() throws {
    var depth = 0
    var index = position
    repeat {
      guard index < bytes.count else { throw failure("the file ends in the middle of a value") }
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        index += 1
        while index < bytes.count && bytes[index] != UInt8(ascii: "\"") {
          index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
      default: break
      }
      index += 1
    } while depth > 0
    position = min(index, bytes.count)
  }

  private mutating func readWord(_ word: String, _ value: JSONValue) throws -> JSONValue {
    for byte in word.utf8 {
      guard position < bytes.count, bytes[position] == byte else {
        throw failure("expected “\(word)”")
      }
      position += 1
    }
    return value
  }

  /// Reads a whole number.
  mutating func readInteger() throws -> Int {
    _ = try peek()
    var end = position
    var value = 0
    while end < bytes.count, (0x30...0x39).contains(bytes[end]), end - position < 10 {
      value = value * 10 + Int(bytes[end] - 0x30)
      end += 1
    }
    let isNumberGoingOn = end < bytes.count && Self.isNumberByte(bytes[end])
    let hasLeadingZero = end - position > 1 && bytes[position] == 0x30
    guard end > position, !isNumberGoingOn, !hasLeadingZero else {
      throw failure("expected a whole number of at most ten digits")
    }
    position = end
    return value
  }

  private mutating func readNumber() throws -> Double {
    var end = position
    while end < bytes.count && Self.isNumberByte(bytes[end]) { end += 1 }
    let text = String(decoding: bytes[position..<end], as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw failure("expected a value") }
    position = end
    return value
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }

  // MARK: - Strings

  /// Reads a string.
  mutating func readString() throws -> String {
    var text: [UInt8] = []
    try appendString(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a string and appends its UTF-8.
  mutating func appendString(to text: inout [UInt8]) throws {
    try expect(UInt8(ascii: "\""), "a string")
    while true {
      var end = position
      while end < bytes.count && bytes[end] != UInt8(ascii: "\"")
        && bytes[end] != UInt8(ascii: "\\") && bytes[end] >= 0x20
      {
        end += 1
      }
      text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[position..<end]))
      position = end
      guard position < bytes.count else { throw failure("a string does not end") }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try appendEscape(to: &text)
      default: throw failure("a string holds a control character")
      }
    }
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws {
    position += 1
    guard position < bytes.count else { throw failure("a string does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try readEscapedScalar()
      text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    default:
      position -= 1
      throw failure("a string has an unknown escape")
    }
  }

  private mutating func readEscapedScalar() throws -> Unicode.Scalar {
    let first = try readFourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { throw failure("a string has half of a surrogate pair") }
    position += 2
    let second = try readFourDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("a string has half of a surrogate pair") }
    return scalar
  }

  private mutating func readFourDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw failure("a string does not end") }
      switch bytes[position] {
      case let byte where (0x30...0x39).contains(byte): value = value << 4 + UInt32(byte - 0x30)
      case let byte where (0x41...0x46).contains(byte): value = value << 4 + UInt32(byte - 0x37)
      case let byte where (0x61...0x66).contains(byte): value = value << 4 + UInt32(byte - 0x57)
      default: throw failure("a string has a broken \\u escape")
      }
      position += 1
    }
    return value
  }
}
