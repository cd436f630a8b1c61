/// What Python's `json.loads` accepts.
///
/// Any value may stand at the top, NaN and the infinities included, and keys may repeat. What it does not share with
/// Python is the limit on nesting, at which the harness breaks off with an error.
struct PythonJSONSyntax {
  private enum Container { case array, object }

  private let text: ArraySlice<Unicode.Scalar>
  private var position: Int

  /// Whether `json.loads(text)` returns something.
  static func accepts(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
    var parser = PythonJSONSyntax(text: text, position: text.startIndex)
    return parser.skipDocument()
  }

  private mutating func skipDocument() -> Bool {
    // Open containers are kept on a stack of their own, so that no text can exhaust the call stack.
    var open: [Container] = []
    skipWhitespace()
    while true {
      guard let opened = skipValueStart() else { return false }
      skipWhitespace()
      switch opened {
      case .some(.array) where skip("]"), .some(.object) where skip("}"): break
      case .some(.array):
        open.append(.array)
        continue
      case .some(.object):
        guard skipKey() else { return false }
        open.append(.object)
        continue
      case .none: break
      }
      // A value has ended: close what ends with it, up to a comma or the end of the text.
      closing: while true {
        skipWhitespace()
        guard let container = open.last else { return position == text.endIndex }
        switch container {
        case .array where skip("]"), .object where skip("}"): open.removeLast()
        default: break closing
        }
      }
      guard skip(",") else { return false }
      skipWhitespace()
      if open.last == .object, !skipKey() { return false }
    }
  }

  /// Skips a scalar value, or the bracket that opens a container, which it returns; nil where no value starts.
  private mutating func skipValueStart() -> Container?? {
    guard position < text.endIndex else { return nil }
    switch text[position] {
    case "[":
      position += 1
      return .some(.array)
    case "{":
      position += 1
      return .some(.object)
    case "\"": return skipString() ? .some(nil) : nil
    default:
      let isSkipped =
        ["null", "true", "false", "NaN", "Infinity", "-Infinity"].contains { skip($0) }
        || skipNumber()
      return isSkipped ? .some(nil) : nil
    }
  }

  /// Skips the key of a member, its colon and the whitespace up to the value.
  private mutating func skipKey() -> Bool {
    guard position < text.endIndex, text[position] == "\"", skipString() else { return false }
    skipWhitespace()
    guard skip(":") else { return false }
    skipWhitespace()
    return true
  }

  private mutating func skipString() -> Bool {
    position += 1
    while position < text.endIndex {
      let scalar = text[position]
      position += 1
      switch scalar {
      case "\"": return true
      case "\\": guard skipEscape() else { return false }
      case "\u{0}"..."\u{1F}": return false
      default: break
      }
    }
    return false
  }

  /// Skips what follows a backslash; surrogates need no partner.
  private mutating func skipEscape() -> Bool {
    guard position < text.endIndex else { return false }
    let scalar = text[position]
    position += 1
    switch scalar {
    case "\"", "\\", "/", "b", "f", "n", "r", "t": return true
    case "u":
      let digits = text[position...].prefix(4)
      guard digits.count == 4, digits.allSatisfy(Self.isHexadecimalDigit) else { return false }
      position += 4
      return true
    default: return false
    }
  }

  /// Skips `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`; an integer may have 4300 digits.
  private mutating func skipNumber() -> Bool {
    skip("-")
    let start = position
    guard skipDigits(), text[start] != "0" || position == start + 1 else { return false }
    let digits = position - start
    var isInteger = true
    for mark: [Unicode.Scalar] in [["."], ["e", "E"]] {
      let end = position
      guard position < text.endIndex, mark.contains(text[position]) else { continue }
      position += 1
      if mark.count > 1, !skip("-") { skip("+") }
      if skipDigits() { isInteger = false } else { position = end }
    }
    return !isInteger || digits <= 4300
  }

  private mutating func skipDigits() -> Bool {
    let start = position
    while position < text.endIndex, text[position] >= "0", text[position] <= "9" { position += 1 }
    return position > start
  }

  @discardableResult
  private mutating func skip(_ word: String) -> Bool {
    guard text[position...].starts(with: word.unicodeScalars) else { return false }
    position += word.unicodeScalars.count
    return true
  }

  private mutating func skipWhitespace() {
    while position < text.endIndex, Self.whitespace.contains(text[position]) { position += 1 }
  }

  private static let whitespace: [Unicode.Scalar] = [" ", "\t", "\n", "\r"]

  private static func isHexadecimalDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "0"..."9", "a"..."f", "A"..."F": true
    default: false
    }
  }
}
