import Files

/// What stands between delimiters.
extension JinjaLexer {
  /// Reads a tag up to its end.
  mutating func readTag(
    _ begin: JinjaToken.Kind, end: JinjaToken.Kind, closing: Unicode.Scalar
  ) throws {
    append(begin)
    brackets = []
    while position < source.count {
      if brackets.isEmpty, let sign = endSign(closing) {
        append(end)
        let width = sign == nil ? 2 : 3
        // Only statements take the line feed along.
        skipEnd(
          sign: closing == "}" && sign == nil ? "+" : sign, end: position + width)
        return
      }
      try readToken()
    }
  }

  /// The sign before the end of the tag, nil for none, where the tag ends here; nothing where it does not.
  private func endSign(_ closing: Unicode.Scalar) -> Unicode.Scalar?? {
    func closes(_ place: Int) -> Bool {
      scalar(at: place) == closing && scalar(at: place + 1) == "}"
    }
    if closes(position) { return .some(nil) }
    guard closes(position + 1), let sign = scalar(at: position) else { return nil }
    return sign == "-" || (sign == "+" && closing == "%") ? .some(sign) : nil
  }

  private mutating func readToken() throws {
    let first = source[position]
    if PythonText.isWhitespace(first) {
      move(to: position + 1)
    } else if ("0"..."9").contains(first) {
      try readNumber()
    } else if first == "_" || Self.isLetter(first) {
      readName()
    } else if first == "'" || first == "\"" {
      try readString(first)
    } else {
      try readSymbol(first)
    }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  private mutating func readName() {
    var end = position
    while let next = scalar(at: end),
      next == "_" || Self.isLetter(next) || ("0"..."9").contains(next)
    {
      end += 1
    }
    append(.name(text(position..<end)))
    move(to: end)
  }

  private mutating func readSymbol(_ first: Unicode.Scalar) throws {
    let pair = text(position..<min(position + 2, source.count))
    if ["//", "**", "==", "!=", ">=", "<="].contains(pair) {
      append(.symbol(pair))
      return move(to: position + 2)
    }
    guard "+-/*%~[](){}><=.:|,;".unicodeScalars.contains(first) else {
      guard !PythonText.isWordCharacter(first) else {
        throw JinjaFailure.unsupported("names in other letters than a to z", line: line)
      }
      throw JinjaFailure.syntax("nothing can begin with “\(first)” there", line: line)
    }
    switch first {
    case "(": brackets.append(")")
    case "[": brackets.append("]")
    case "{": brackets.append("}")
    case ")", "]", "}":
      guard brackets.popLast() == first else {
        throw JinjaFailure.syntax("“\(first)” closes nothing", line: line)
      }
    default: break
    }
    append(.symbol(String(first)))
    move(to: position + 1)
  }

  private mutating func readNumber() throws {
    let isMember = position > 0 && source[position - 1] == "."
    var literal = JinjaNumber(source: source, position: position, isMember: isMember)
    guard let kind = literal.read() else {
      throw JinjaFailure.unsupported("a number of more than 64 bits", line: line)
    }
    append(kind)
    move(to: literal.position)
  }

  private mutating func readString(_ quote: Unicode.Scalar) throws {
    var literal = JinjaString(source: source, position: position + 1, quote: quote)
    let text = try literal.read(line: line)
    append(.string(text))
    move(to: literal.position)
  }
}

extension Sequence where Element == Unicode.Scalar {
  /// The code points as a text.
  var text: String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: self)
    return String(result)
  }
}
