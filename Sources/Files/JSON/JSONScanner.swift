/// Reads JSON (RFC 8259) from its bytes, front to back, one piece after another.
///
/// ``JSONParser`` makes values with it. Files whose values have one known form, or are too large to be values, are read by
/// it directly: a vocabulary of 30 MB, the header of a file of tensors. Errors name the source, line, column (in bytes, both
/// from 1) and byte offset (from 0).
package struct JSONScanner {
  /// The text in UTF-8.
  let bytes: UnsafeBufferPointer<UInt8>
  private let source: String
  /// The offset of the next byte.
  package internal(set) var position = 0

  /// Creates a scanner; the memory must outlive it.
  ///
  /// - Parameters:
  ///   - bytes: The text in UTF-8.
  ///   - source: What errors call the text, usually a file's path.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// Lets `body` read the one value that `bytes` must hold.
  ///
  /// - Throws: What `body` throws, or ``FileError`` `invalidJSON` if something is left.
  package static func read<Result>(
    _ bytes: [UInt8], source: String, _ body: (inout JSONScanner) throws -> Result
  ) throws -> Result {
    try bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, source: source)
      let result = try body(&scanner)
      try scanner.expectEnd()
      return result
    }
  }

  /// An error about what stands at the present position.
  package func failure(_ problem: String) -> FileError { failure(problem, at: position) }
}

// MARK: - Structure

extension JSONScanner {
  /// The next byte that is no white space, not taken; nil at the end.
  package mutating func next() -> UInt8? {
    skipWhiteSpace()
    return peek
  }

  /// Goes back to a position that was read before.
  package mutating func move(to position: Int) { self.position = position }

  /// Makes sure that nothing but white space is left.
  package mutating func expectEnd() throws(FileError) {
    guard next() == nil else { throw unexpected("the end of the text") }
  }

  /// Reads an object; `body` must read the value of each key.
  ///
  /// Whether keys may come twice is for `body` to say.
  package mutating func readObject(
    _ body: (inout JSONScanner, _ key: String) throws -> Void
  ) throws {
    try readMembers { scanner in
      let key = try scanner.readString()
      try scanner.expectColon()
      try body(&scanner, key)
    }
  }

  /// Reads an object whose keys come as they stand, in a buffer that is used again; `body` must read each value.
  ///
  /// That they are UTF-8 is not checked.
  package mutating func readLargeObject(
    _ body: (inout JSONScanner, _ key: [UInt8]) throws -> Void
  ) throws {
    var key: [UInt8] = []
    try readMembers { scanner in
      key.removeAll(keepingCapacity: true)
      try scanner.appendString(to: &key)
      try scanner.expectColon()
      try body(&scanner, key)
    }
  }

  private mutating func readMembers(_ body: (inout JSONScanner) throws -> Void) throws {
    guard next() == UInt8(ascii: "{") else { throw unexpected("an object") }
    position += 1
    if next() == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      try body(&self)
      skipWhiteSpace()
      if take("}") { return }
      guard take(",") else { throw unexpected("',' or '}'") }
    }
  }

  /// Reads an array; `body` must read each element.
  package mutating func readArray(_ body: (inout JSONScanner) throws -> Void) throws {
    guard next() == UInt8(ascii: "[") else { throw unexpected("an array") }
    position += 1
    if next() == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      try body(&self)
      skipWhiteSpace()
      if take("]") { return }
      guard take(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func expectColon() throws(FileError) {
    skipWhiteSpace()
    guard take(":") else { throw unexpected("':'") }
  }

  /// Passes over a value without looking at more than its brackets and strings.
  package mutating func skipValue() throws(FileError) {
    skipWhiteSpace()
    var depth = 0
    repeat {
      guard let byte = peek else { throw unexpected("the rest of a value") }
      position += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        while let byte = peek, byte != UInt8(ascii: "\"") {
          position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, bytes.count)
      default: break
      }
    } while depth > 0
  }
}

// MARK: - Numbers

extension JSONScanner {
  /// Reads a whole number that is not negative.
  package mutating func readCount() throws(FileError) -> Int {
    skipWhiteSpace()
    let start = position
    guard skipDigits() > 0 else { throw unexpected("a whole number that is not negative") }
    guard position - start == 1 || bytes[start] != UInt8(ascii: "0") else {
      throw failure("a number must not begin with a superfluous 0", at: start)
    }
    if let byte = peek, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(byte) {
      throw failure("expected a whole number", at: start)
    }
    var value = 0
    for byte in bytes[start..<position] {
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int(byte & 0xF))
      guard !productOverflow, !sumOverflow else {
        throw failure("the number is too large", at: start)
      }
      value = sum
    }
    return value
  }

  mutating func skipDigits() -> Int {
    let start = position
    while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    return position - start
  }
}

// MARK: - Strings

extension JSONScanner {
  /// Reads a string.
  package mutating func readString() throws(FileError) -> String {
    guard next() == UInt8(ascii: "\"") else { throw unexpected("a string") }
    let start = position + 1
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\"),
      bytes[end] >= 0x20
    {
      end += 1
    }
    // The usual string has no escapes and is copied once.
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      position = end
      guard let text = Self.text(bytes[start..<end]) else { throw invalid() }
      position = end + 1
      return text
    }
    var unescaped: [UInt8] = []
    try appendString(to: &unescaped)
    // Escapes are valid UTF-8 by construction, so the fault is somewhere since the opening quote.
    guard let text = Self.text(unescaped) else { throw invalid() }
    return text
  }

  /// Reads a string and appends its bytes; that they are UTF-8 is not checked.
  package mutating func appendString(to text: inout [UInt8]) throws(FileError) {
    guard next() == UInt8(ascii: "\"") else { throw unexpected("a string") }
    position += 1
    while true {
      let run = position
      while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
        position += 1
      }
      text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<position]))
      guard let byte = peek else { throw unexpected("the closing '\"' of a string") }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try appendEscape(to: &text)
      default:
        throw failure(
          "the control character 0x\(hex(byte)) must be escaped in a string", at: position)
      }
    }
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String? {
    String(validating: bytes, as: UTF8.self)
  }

  private func invalid() -> FileError {
    failure("the text is not valid UTF-8", at: firstInvalidByte(before: position))
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

extension JSONScanner {
  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func skipWhiteSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  func unexpected(_ expected: String) -> FileError {
    let found: String
    switch peek {
    case nil: found = "the end of the text"
    case .some(let byte) where 0x21..<0x7F ~= byte: found = "'\(Unicode.Scalar(byte))'"
    case .some(let byte): found = "the byte 0x\(hex(byte))"
    }
    return failure("expected \(expected), found \(found)", at: position)
  }

  func failure(_ problem: String, at offset: Int) -> FileError {
    let before = bytes[..<offset]
    let line = before.count { $0 == 0x0A } + 1
    let column = offset - (before.lastIndex(of: 0x0A) ?? -1)
    return FileError(
      .invalidJSON,
      "\(source), line \(line), column \(column) (byte \(offset)): \(problem).")
  }
}
