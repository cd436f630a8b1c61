import Files

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` as transformers sets them.
///
/// A statement or comment takes the line feed behind it along and the blanks before it on its line; `-` takes all white
/// space along, `+` none.
struct JinjaLexer {
  /// Largest template that is read, in code points.
  static let maximumSize = 1 << 18

  /// The template.
  let source: [Unicode.Scalar]
  /// Where the rest of it begins.
  private(set) var position = 0
  /// The line of that, from 1.
  private(set) var line = 1
  private var tokens: [JinjaToken] = []
  /// What has to close the brackets that are open.
  var brackets: [Unicode.Scalar] = []

  private init(_ template: String) { source = Self.lines(of: template) }

  /// The tokens of a template, ``JinjaToken/Kind/end`` last.
  ///
  /// - Throws: `TokenizerError` with the line of what no token can begin with or what does not end.
  static func tokens(of template: String) throws -> [JinjaToken] {
    guard template.unicodeScalars.count <= maximumSize else {
      throw TokenizerError(
        .unsupported, "The chat template is longer than \(maximumSize) characters.")
    }
    var lexer = JinjaLexer(template)
    while lexer.position < lexer.source.count { try lexer.readText() }
    lexer.append(.end)
    return lexer.tokens
  }

  /// The template with line feeds for all line ends, without the last one.
  private static func lines(of template: String) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var wasReturn = false
    for scalar in template.unicodeScalars {
      if scalar == "\r" {
        result.append("\n")
      } else if scalar != "\n" || !wasReturn {
        result.append(scalar)
      }
      wasReturn = scalar == "\r"
    }
    if result.last == "\n" { result.removeLast() }
    return result
  }

  // MARK: - Text

  /// Reads text up to the next delimiter and what that opens.
  private mutating func readText() throws {
    guard let begin = nextDelimiter() else {
      append(.text(text(position..<source.count)))
      move(to: source.count)
      return
    }
    let raw = rawBegin(at: begin)
    let sign = scalar(at: begin + 2)
    var end = begin
    if sign == "-" {
      while end > position, PythonText.isWhitespace(source[end - 1]) { end -= 1 }
    } else if sign != "+", source[begin + 1] != "{" {
      end = endWithoutIndentation(from: position, to: begin)
    }
    if end > position { append(.text(text(position..<end))) }
    let hasSign = sign == "-" || sign == "+"
    move(to: raw ?? begin + (hasSign ? 3 : 2))
    if raw != nil { return try readRaw() }
    switch source[begin + 1] {
    case "#": try skipComment()
    case "%": try readTag(.statementBegin, end: .statementEnd, closing: "%")
    default: try readTag(.expressionBegin, end: .expressionEnd, closing: "}")
    }
  }

  private func nextDelimiter() -> Int? {
    guard position < source.count - 1 else { return nil }
    return (position..<source.count - 1).first {
      source[$0] == "{" && (source[$0 + 1] == "%" || source[$0 + 1] == "{" || source[$0 + 1] == "#")
    }
  }

  /// Where a text ends without the white space between the beginning of its last line and its end.
  private func endWithoutIndentation(from start: Int, to end: Int) -> Int {
    var lineStart = end
    while lineStart > start, source[lineStart - 1] != "\n" { lineStart -= 1 }
    let isLine = lineStart > start || start == 0 || source[start - 1] == "\n"
    let isBlank = source[lineStart..<end].allSatisfy(PythonText.isWhitespace)
    return isLine && isBlank ? lineStart : end
  }

  private mutating func skipComment() throws {
    // Jinja takes it for closed where nothing follows.
    guard position < source.count else { return }
    guard
      let hash = (position..<source.count).first(where: {
        source[$0] == "#" && scalar(at: $0 + 1) == "}"
      })
    else { throw JinjaFailure.syntax("the comment does not end", line: line) }
    skipEnd(sign: hash > position ? source[hash - 1] : nil, end: hash + 2)
  }

  /// Goes behind a delimiter and the white space that it takes along.
  mutating func skipEnd(sign: Unicode.Scalar?, end: Int) {
    var end = end
    if sign == "-" {
      while let next = scalar(at: end), PythonText.isWhitespace(next) { end += 1 }
    } else if sign != "+", scalar(at: end) == "\n" {
      end += 1
    }
    move(to: end)
  }

  // MARK: - Raw text

  /// Where a `{% raw %}` that begins at `start` ends; nil where none does.
  private func rawBegin(at start: Int) -> Int? {
    guard let (sign, end) = tag("raw", at: start), sign != "+" else { return nil }
    var position = end
    if sign == "-" {
      while let next = scalar(at: position), PythonText.isWhitespace(next) { position += 1 }
    }
    return position
  }

  /// The sign before the end of a tag of one word, and where the tag ends.
  private func tag(_ word: String, at start: Int) -> (sign: Unicode.Scalar?, end: Int)? {
    guard scalar(at: start) == "{", scalar(at: start + 1) == "%" else { return nil }
    var position = start + 2
    if let sign = scalar(at: position), sign == "-" || sign == "+" { position += 1 }
    while let next = scalar(at: position), PythonText.isWhitespace(next) { position += 1 }
    for expected in word.unicodeScalars {
      guard scalar(at: position) == expected else { return nil }
      position += 1
    }
    while let next = scalar(at: position), PythonText.isWhitespace(next) { position += 1 }
    var sign: Unicode.Scalar?
    if let next = scalar(at: position), next == "-" || next == "+" {
      sign = next
      position += 1
    }
    guard scalar(at: position) == "%", scalar(at: position + 1) == "}" else { return nil }
    return (sign, position + 2)
  }

  private mutating func readRaw() throws {
    guard position < source.count else { return }
    for start in position..<source.count {
      guard let (sign, end) = tag("endraw", at: start) else { continue }
      var textEnd = start
      if source[start + 2] == "-" {
        while textEnd > position, PythonText.isWhitespace(source[textEnd - 1]) { textEnd -= 1 }
      } else if source[start + 2] != "+" {
        textEnd = endWithoutIndentation(from: position, to: start)
      }
      if textEnd > position { append(.text(text(position..<textEnd))) }
      skipEnd(sign: sign, end: end)
      return
    }
    throw JinjaFailure.syntax("the raw text does not end", line: line)
  }

  // MARK: - Places

  /// The code point at a place; nil behind the end.
  func scalar(at index: Int) -> Unicode.Scalar? {
    index < source.count ? source[index] : nil
  }

  /// The text of a part.
  func text(_ range: Range<Int>) -> String { source[range].text }

  /// Adds a token that begins here.
  mutating func append(_ kind: JinjaToken.Kind) {
    tokens.append(JinjaToken(kind: kind, line: line))
  }

  /// Goes on behind a part.
  mutating func move(to end: Int) {
    for scalar in source[position..<end] where scalar == "\n" { line += 1 }
    position = end
  }
}
