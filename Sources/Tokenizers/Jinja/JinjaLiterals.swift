/// Reads a number of a template, as Python writes them.
struct JinjaNumber {
  /// The template.
  let source: [Unicode.Scalar]
  /// Where the number begins, afterwards where it ends.
  var position: Int
  /// Whether it stands behind a dot and so has no fraction.
  let isMember: Bool

  /// Its token; nil for one of more than 64 bits.
  mutating func read() -> JinjaToken.Kind? {
    if !isMember, let number = float() { return .float(number) }
    let start = position
    if source[start] == "0", start + 1 < source.count {
      let radix: Int? =
        switch source[start + 1] {
        case "x", "X": 16
        case "o", "O": 8
        case "b", "B": 2
        default: nil
        }
      if let radix {
        position += 2
        let digits = digits(radix: radix, mayBeginWithUnderscore: true)
        if !digits.isEmpty { return Int(digits, radix: radix).map { .integer($0) } }
        position = start
      }
      position = start
      let zeros = self.digits(radix: 1, mayBeginWithUnderscore: false)
      return Int(zeros).map { .integer($0) }
    }
    return Int(digits(radix: 10, mayBeginWithUnderscore: false)).map { .integer($0) }
  }

  /// The number, where it has a fraction or an exponent.
  private mutating func float() -> Double? {
    let start = position
    var text = digits(radix: 10, mayBeginWithUnderscore: false)
    var isFloat = false
    if position + 1 < source.count, source[position] == ".",
      Self.value(of: source[position + 1]) < 10
    {
      position += 1
      text += "." + digits(radix: 10, mayBeginWithUnderscore: false)
      isFloat = true
    }
    let mantissaEnd = position
    if position < source.count, source[position] == "e" || source[position] == "E" {
      position += 1
      var exponent = "e"
      if position < source.count, source[position] == "+" || source[position] == "-" {
        exponent.unicodeScalars.append(source[position])
        position += 1
      }
      let digits = digits(radix: 10, mayBeginWithUnderscore: false)
      if digits.isEmpty {
        position = mantissaEnd
      } else {
        text += exponent + digits
        isFloat = true
      }
    }
    if !isFloat { position = start }
    return isFloat ? Double(text) : nil
  }

  /// Digits, without the single underscores between them; of base 1 only zeros.
  private mutating func digits(radix: Int, mayBeginWithUnderscore: Bool) -> String {
    var result = ""
    while position < source.count {
      let isUnderscore =
        source[position] == "_" && (mayBeginWithUnderscore || !result.isEmpty)
        && position + 1 < source.count && Self.value(of: source[position + 1]) < radix
      if isUnderscore { position += 1 }
      guard Self.value(of: source[position]) < radix else { break }
      result.unicodeScalars.append(source[position])
      position += 1
    }
    return result
  }

  private static func value(of scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case "0"..."9": Int(scalar.value) - 0x30
    case "a"..."f": Int(scalar.value) - 0x57
    case "A"..."F": Int(scalar.value) - 0x37
    default: .max
    }
  }
}

/// Reads a string of a template, with Python's escapes.
struct JinjaString {
  /// The template.
  let source: [Unicode.Scalar]
  /// Behind the opening quotation mark, afterwards behind the closing one.
  var position: Int
  /// The mark that closes it.
  let quote: Unicode.Scalar

  private static let simple: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}",
    "b": "\u{8}", "f": "\u{c}", "v": "\u{b}",
  ]

  /// What the literal says.
  mutating func read(line: Int) throws -> String {
    var result = String.UnicodeScalarView()
    while let scalar = next() {
      if scalar == quote { return String(result) }
      if scalar == "\\" {
        try appendEscape(to: &result, line: line)
      } else {
        result.append(scalar)
      }
    }
    throw JinjaFailure.syntax("the string does not end", line: line)
  }

  private mutating func next() -> Unicode.Scalar? {
    guard position < source.count else { return nil }
    position += 1
    return source[position - 1]
  }

  private mutating func appendEscape(
    to result: inout String.UnicodeScalarView, line: Int
  ) throws {
    guard let scalar = next() else { return }
    switch scalar {
    case "\n": break
    case "0"..."7":
      var digits = String(scalar)
      while digits.utf8.count < 3, position < source.count, ("0"..."7").contains(source[position]) {
        digits.unicodeScalars.append(source[position])
        position += 1
      }
      try append(UInt32(digits, radix: 8), to: &result, line: line)
    case "x": try append(hexadecimal(2), to: &result, line: line)
    case "u": try append(hexadecimal(4), to: &result, line: line)
    case "U": try append(hexadecimal(8), to: &result, line: line)
    case "N": throw JinjaFailure.unsupported("a character by its name", line: line)
    default:
      if let simple = Self.simple[scalar] {
        result.append(simple)
      } else if scalar.isASCII {
        result.append(contentsOf: ["\\", scalar])
      } else {
        // Jinja writes such a sign as an escape first, whose backslash this one then escapes.
        result.append(contentsOf: ("\\" + Self.escape(of: scalar)).unicodeScalars)
      }
    }
  }

  private mutating func hexadecimal(_ count: Int) -> UInt32? {
    guard position + count <= source.count,
      source[position..<position + count].allSatisfy({
        $0.isASCII && $0.properties.isASCIIHexDigit
      })
    else { return nil }
    position += count
    return UInt32(source[position - count..<position].text, radix: 16)
  }

  private func append(
    _ value: UInt32?, to result: inout String.UnicodeScalarView, line: Int
  ) throws {
    guard let value, let scalar = Unicode.Scalar(value) else {
      throw JinjaFailure.syntax("an escape of a string names no character", line: line)
    }
    result.append(scalar)
  }

  /// The letters and digits of a sign's escape: `xe9`, `u20ac`, `U0001f600`.
  private static func escape(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) =
      scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
    return letter + String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
