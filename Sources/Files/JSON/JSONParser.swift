/// A strict reader of JSON texts (RFC 8259).
///
/// Stricter than the grammar where leniency would hide damage: keys must be unique, texts must be valid UTF-8 without
/// byte-order mark and without lone surrogates, numbers must fit a double, nesting is limited. Errors name the source,
/// line, column (in bytes, both from 1) and byte offset (from 0).
package struct JSONParser {
  /// The texts that are taken.
  package enum Dialect: Sendable {
    /// JSON as the standard has it.
    case standard
    /// What Python's `json` writes: also the tokens `NaN`, `Infinity` and `-Infinity` as numbers, and integers of any
    /// size, which keep their digits (``JSON/largeInteger``) where no Int64 holds them.
    case python
  }

  /// How deep arrays and objects may nest unless the caller says otherwise.
  package static let defaultDepthLimit = 128

  private let bytes: UnsafeBufferPointer<UInt8>
  private let source: String
  private let depthLimit: Int
  private let dialect: Dialect
  private var position = 0

  /// Parses one value that must fill the whole text, apart from white space around it.
  ///
  /// - Parameters:
  ///   - bytes: The text in UTF-8.
  ///   - source: What errors call the text, usually a file's path.
  ///   - depthLimit: How deep arrays and objects may nest.
  ///   - dialect: Whether Python's tokens for NaN and infinities are numbers, and large integers keep their digits.
  /// - Returns: The value.
  /// - Throws: ``FileError`` `invalidJSON` at the first byte that is wrong.
  package static func parse(
    _ bytes: [UInt8], source: String = "JSON", depthLimit: Int = defaultDepthLimit,
    dialect: Dialect = .standard
  ) throws(FileError) -> JSON {
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try parse(buffer, source: source, depthLimit: depthLimit, dialect: dialect)
    }
  }

  /// Parses one value that must fill the whole text, apart from white space around it.
  package static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, source: String = "JSON",
    depthLimit: Int = defaultDepthLimit, dialect: Dialect = .standard
  ) throws(FileError) -> JSON {
    var parser = JSONParser(
      bytes: bytes, source: source, depthLimit: depthLimit, dialect: dialect)
    return try parser.document()
  }

  private init(
    bytes: UnsafeBufferPointer<UInt8>, source: String, depthLimit: Int, dialect: Dialect
  ) {
    self.bytes = bytes
    self.source = source
    self.depthLimit = depthLimit
    self.dialect = dialect
  }
}

// MARK: - Values

extension JSONParser {
  private mutating func document() throws(FileError) -> JSON {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure("a JSON text must not begin with a byte-order mark", at: 0)
    }
    let value = try value(depth: 0)
    skipWhiteSpace()
    guard position == bytes.count else { throw unexpected("the end of the text") }
    return value
  }

  private mutating func value(depth: Int) throws(FileError) -> JSON {
    skipWhiteSpace()
    guard let byte = peek else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "N") where dialect == .python: return try literal("NaN", .number(.nan))
    case UInt8(ascii: "I") where dialect == .python:
      return try literal("Infinity", .number(.infinity))
    default: throw unexpected("a value")
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSON) throws(FileError)
    -> JSON
  {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count,
      (0..<text.utf8CodeUnitCount).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { throw unexpected("'\(text)'") }
    position = end
    return value
  }

  private mutating func array(depth: Int) throws(FileError) -> JSON {
    try checkDepth(depth)
    position += 1
    var elements: [JSON] = []
    skipWhiteSpace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      skipWhiteSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func object(depth: Int) throws(FileError) -> JSON {
    try checkDepth(depth)
    position += 1
    var members: [(key: String, value: JSON)] = []
    var seen: Set<[UInt8]> = []
    skipWhiteSpace()
    if take("}") { return .object(JSON.Object(uniqueMembers: members)) }
    while true {
      skipWhiteSpace()
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let start = position
      let key = try string()
      guard !isRepeated(key, among: members, seen: &seen) else {
        throw failure("the key \"\(key)\" stands twice in one object", at: start)
      }
      skipWhiteSpace()
      guard take(":") else { throw unexpected("':' after the key \"\(key)\"") }
      members.append((key, try value(depth: depth)))
      skipWhiteSpace()
      if take("}") { return .object(JSON.Object(uniqueMembers: members)) }
      guard take(",") else { throw unexpected("',' or '}'") }
    }
  }

  /// Whether a key has come before; small objects are searched, large ones hashed.
  private func isRepeated(
    _ key: String, among members: [(key: String, value: JSON)], seen: inout Set<[UInt8]>
  ) -> Bool {
    let searchLimit = 16
    guard members.count >= searchLimit else {
      return members.contains { JSON.isIdentical($0.key, key) }
    }
    // Bytes, not strings: a set of strings would take two spellings of one text for duplicates.
    if members.count == searchLimit { seen = Set(members.map { Array($0.key.utf8) }) }
    return !seen.insert(Array(key.utf8)).inserted
  }

  private func checkDepth(_ depth: Int) throws(FileError) {
    guard depth <= depthLimit else {
      throw failure("arrays and objects nest deeper than \(depthLimit) levels", at: position)
    }
  }
}

// MARK: - Numbers

extension JSONParser {
  private mutating func number() throws(FileError) -> JSON {
    let start = position
    let isNegative = take("-")
    if isNegative, dialect == .python, peek == UInt8(ascii: "I") {
      return try literal("Infinity", .number(-.infinity))
    }
    let firstDigit = position
    guard skipDigits() > 0 else { throw unexpected("a digit") }
    if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
      throw failure("a number must not begin with a superfluous 0", at: firstDigit)
    }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard skipDigits() > 0 else { throw unexpected("a digit after the decimal point") }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      guard skipDigits() > 0 else { throw unexpected("a digit of the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // "-0" is a double: an integer would lose the sign.
    if isWhole, let integer = Int64(text), !(isNegative && integer == 0) {
      return .integer(integer)
    }
    if isWhole, dialect == .python, let integer = JSON(largeInteger: text) { return integer }
    guard let double = Double(text), double.isFinite else {
      throw failure("the number is too large for a double", at: start)
    }
    return .number(double)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    return position - start
  }
}

extension JSON {
  /// An integer that no Int64 holds, as Python's dialect reads it: `{"integer": "18446744073709551615"}`.
  ///
  /// Nil if the text is anything else than the shortest digits of such an integer.
  init?(largeInteger text: String) {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard text.utf8.count - digits.count <= 1, let first = digits.first,
      first != UInt8(ascii: "0"), Int64(text) == nil,
      digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
    else { return nil }
    self = .object(JSON.Object(uniqueMembers: [("integer", .string(text))]))
  }

  /// The digits of an integer that no Int64 holds, if this is one that was parsed in Python's dialect.
  package var largeInteger: String? {
    guard let members = objectValue?.members, members.count == 1, members[0].key == "integer",
      let text = members[0].value.stringValue, JSON(largeInteger: text) != nil
    else { return nil }
    return text
  }
}

// MARK: - Strings

extension JSONParser {
  /// Reads a string whose opening quote is at the current position.
  private mutating func string() throws(FileError) -> String {
    position += 1
    var run = position
    // Stays empty for the usual string, which has no escapes and is copied once.
    var unescaped: [UInt8] = []
    while true {
      guard let byte = peek else { throw unexpected("the closing '\"' of a string") }
      switch byte {
      case UInt8(ascii: "\""):
        let isPlain = unescaped.isEmpty
        if !isPlain { unescaped.append(contentsOf: bytes[run..<position]) }
        let text =
          isPlain
          ? String(validating: bytes[run..<position], as: UTF8.self)
          : String(validating: unescaped, as: UTF8.self)
        guard let text else {
          // Escapes are valid UTF-8 by construction, so the fault is somewhere since the opening quote.
          throw failure("the text is not valid UTF-8", at: firstInvalidByte(before: position))
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        unescaped.append(contentsOf: bytes[run..<position])
        try appendEscape(to: &unescaped)
        run = position
      case 0..<0x20:
        throw failure(
          "the control character 0x\(hex(byte)) must be escaped in a string", at: position)
      default:
        position += 1
      }
    }
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws(FileError) {
    let start = position
    position += 1
    guard let letter = peek else { throw unexpected("the rest of an escape") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var value = UInt32(try codeUnit())
      if 0xD800..<0xDC00 ~= value, position + 1 < bytes.count,
        bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = UInt32(try codeUnit())
        guard 0xDC00..<0xE000 ~= low else {
          throw failure("a high surrogate must be followed by a low one", at: start)
        }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw failure("a lone surrogate is no character", at: start)
      }
      text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    default:
      throw failure("a backslash must be followed by one of \"\\/bfnrtu", at: start)
    }
  }

  private mutating func codeUnit() throws(FileError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits after \\u")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private func firstInvalidByte(before end: Int) -> Int {
    // Everything outside strings is ASCII and earlier strings were valid, so decoding from the start is safe.
    var decoder = UTF8()
    var iterator = bytes[..<end].makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      offset += UTF8.width(scalar)
    }
    return offset
  }
}

// MARK: - Bytes

extension JSONParser {
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipWhiteSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private func unexpected(_ expected: String) -> FileError {
    let found: String
    switch peek {
    case nil: found = "the end of the text"
    case .some(let byte) where 0x21..<0x7F ~= byte: found = "'\(Unicode.Scalar(byte))'"
    case .some(let byte): found = "the byte 0x\(hex(byte))"
    }
    return failure("expected \(expected), found \(found)", at: position)
  }

  private func failure(_ problem: String, at offset: Int) -> FileError {
    let before = bytes[..<offset]
    let line = before.count { $0 == 0x0A } + 1
    let column = offset - (before.lastIndex(of: 0x0A) ?? -1)
    return FileError(
      code: .invalidJSON,
      message: "\(source), line \(line), column \(column) (byte \(offset)): \(problem).")
  }
}
