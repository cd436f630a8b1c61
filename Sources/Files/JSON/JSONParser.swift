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

  private var scanner: JSONScanner
  private let depthLimit: Int
  private let dialect: Dialect

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
    var scanner = JSONScanner(bytes, source: source)
    guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw scanner.failure("a JSON text must not begin with a byte-order mark")
    }
    let value = try scanner.readValue(depthLimit: depthLimit, dialect: dialect)
    try scanner.expectEnd()
    return value
  }

  init(_ scanner: JSONScanner, _ depthLimit: Int, _ dialect: Dialect) {
    self.scanner = scanner
    self.depthLimit = depthLimit
    self.dialect = dialect
  }
}

extension JSONScanner {
  /// Reads any value, as ``JSONParser`` does.
  package mutating func readValue(
    depthLimit: Int = JSONParser.defaultDepthLimit, dialect: JSONParser.Dialect = .standard
  ) throws(FileError) -> JSON {
    var parser = JSONParser(self, depthLimit, dialect)
    let value = try parser.value(depth: 0)
    position = parser.position
    return value
  }
}

// MARK: - Values

extension JSONParser {
  fileprivate var position: Int {
    get { scanner.position }
    set { scanner.position = newValue }
  }

  private var bytes: UnsafeBufferPointer<UInt8> { scanner.bytes }

  private var peek: UInt8? { scanner.peek }

  fileprivate mutating func value(depth: Int) throws(FileError) -> JSON {
    scanner.skipWhiteSpace()
    guard let byte = peek else { throw scanner.unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try scanner.readString())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "N") where dialect == .python: return try literal("NaN", .number(.nan))
    case UInt8(ascii: "I") where dialect == .python:
      return try literal("Infinity", .number(.infinity))
    default: throw scanner.unexpected("a value")
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSON) throws(FileError)
    -> JSON
  {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count,
      (0..<text.utf8CodeUnitCount).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { throw scanner.unexpected("'\(text)'") }
    position = end
    return value
  }

  private mutating func array(depth: Int) throws(FileError) -> JSON {
    try checkDepth(depth)
    position += 1
    var elements: [JSON] = []
    scanner.skipWhiteSpace()
    if scanner.take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      scanner.skipWhiteSpace()
      if scanner.take("]") { return .array(elements) }
      guard scanner.take(",") else { throw scanner.unexpected("',' or ']'") }
    }
  }

  private mutating func object(depth: Int) throws(FileError) -> JSON {
    try checkDepth(depth)
    position += 1
    var members: [(key: String, value: JSON)] = []
    var seen: Set<[UInt8]> = []
    scanner.skipWhiteSpace()
    if scanner.take("}") { return .object(JSON.Object(uniqueMembers: members)) }
    while true {
      scanner.skipWhiteSpace()
      guard peek == UInt8(ascii: "\"") else { throw scanner.unexpected("a key in quotes") }
      let start = position
      let key = try scanner.readString()
      guard !isRepeated(key, among: members, seen: &seen) else {
        throw scanner.failure("the key \"\(key)\" stands twice in one object", at: start)
      }
      scanner.skipWhiteSpace()
      guard scanner.take(":") else { throw scanner.unexpected("':' after the key \"\(key)\"") }
      members.append((key, try value(depth: depth)))
      scanner.skipWhiteSpace()
      if scanner.take("}") { return .object(JSON.Object(uniqueMembers: members)) }
      guard scanner.take(",") else { throw scanner.unexpected("',' or '}'") }
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
      throw scanner.failure(
        "arrays and objects nest deeper than \(depthLimit) levels", at: position)
    }
  }
}

// MARK: - Numbers

extension JSONParser {
  private mutating func number() throws(FileError) -> JSON {
    let start = position
    let isNegative = scanner.take("-")
    if isNegative, dialect == .python, peek == UInt8(ascii: "I") {
      return try literal("Infinity", .number(-.infinity))
    }
    let firstDigit = position
    guard scanner.skipDigits() > 0 else { throw scanner.unexpected("a digit") }
    if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
      throw scanner.failure("a number must not begin with a superfluous 0", at: firstDigit)
    }
    var isWhole = true
    if scanner.take(".") {
      isWhole = false
      guard scanner.skipDigits() > 0 else {
        throw scanner.unexpected("a digit after the decimal point")
      }
    }
    if scanner.take("e") || scanner.take("E") {
      isWhole = false
      if !scanner.take("+") { _ = scanner.take("-") }
      guard scanner.skipDigits() > 0 else { throw scanner.unexpected("a digit of the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // "-0" is a double: an integer would lose the sign.
    if isWhole, let integer = Int64(text), !(isNegative && integer == 0) {
      return .integer(integer)
    }
    if isWhole, dialect == .python, let integer = JSON(largeInteger: text) { return integer }
    guard let double = Double(text), double.isFinite else {
      throw scanner.failure("the number is too large for a double", at: start)
    }
    return .number(double)
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
