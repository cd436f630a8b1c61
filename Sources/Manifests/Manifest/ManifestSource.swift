/// The text of a manifest, checked to be one that is safe to hand to a YAML parser, with its lines for error messages.
struct ManifestSource {
  /// Largest manifest in bytes; the largest of this project have some ten thousand.
  static let largestSize = 1 << 18
  /// How many YAML aliases a manifest may hold; nested ones multiply what they stand for.
  static let largestAliasCount = 32
  /// How many code points of a line an error message shows.
  private static let excerptWidth = 96

  /// What error messages call the file.
  let name: String
  /// The whole text, without a byte-order mark.
  let text: String
  /// The lines as YAML counts them, without their breaks.
  private let lines: [[Unicode.Scalar]]

  /// Checks the bytes of a file.
  ///
  /// - Throws: ``ManifestError`` for more than ``largestSize`` bytes, malformed UTF-8, characters that YAML forbids, and
  ///   more than ``largestAliasCount`` aliases.
  init(bytes: [UInt8], name: String) throws(ManifestError) {
    guard bytes.count <= Self.largestSize else {
      throw ManifestError(
        .unreadable, file: name,
        "the file has \(bytes.count) bytes; a manifest has at most \(Self.largestSize)")
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let (scalars, isComplete) = Self.decode(content)
    lines = Self.lines(of: scalars)
    self.name = name
    text = String(String.UnicodeScalarView(scalars))
    let end = SourcePosition(line: lines.count, column: (lines.last?.count ?? 0) + 1)
    guard isComplete else {
      throw ManifestError([
        problem(.unreadable, at: end, "the file is not UTF-8 text: an invalid byte stands here")
      ])
    }
    for (index, line) in lines.enumerated() {
      guard let column = line.firstIndex(where: { !Self.isAllowed($0) }) else { continue }
      let code = String(line[column].value, radix: 16, uppercase: true)
      throw ManifestError([
        problem(
          .syntax, at: SourcePosition(line: index + 1, column: column + 1),
          "the character U+\(code) is not allowed in YAML")
      ])
    }
    // Counts every asterisk that can begin an alias, wherever it stands: never fewer than there are aliases.
    let aliasCount = zip(scalars, scalars.dropFirst()).count { first, second in
      first == "*" && (second == "_" || second == "-" || second.isASCIILetterOrDigit)
    }
    guard aliasCount <= Self.largestAliasCount else {
      throw ManifestError(
        .syntax, file: name,
        "there are \(aliasCount) YAML aliases (*name); a manifest may hold \(Self.largestAliasCount)"
      )
    }
  }

  /// A problem at a place of the text, with the line and a caret under it.
  ///
  /// `length` code points are underlined.
  func problem(
    _ code: ManifestError.Problem.Code, at position: SourcePosition, length: Int = 1,
    _ message: String
  ) -> ManifestError.Problem {
    ManifestError.Problem(
      code: code, message: message, file: name, line: position.line, column: position.column,
      excerpt: excerpt(at: position, length: length))
  }

  /// The code points of a line, from 1; empty beyond the end.
  func line(_ number: Int) -> [Unicode.Scalar] {
    lines.indices.contains(number - 1) ? lines[number - 1] : []
  }

  /// Number of lines.
  var lineCount: Int { lines.count }

  private func excerpt(at position: SourcePosition, length: Int) -> [String] {
    let line = line(position.line)
    let column = min(max(position.column - 1, 0), line.count)
    // A window around the place, for lines that are longer than a terminal.
    let start = column > Self.excerptWidth * 3 / 4 ? column - Self.excerptWidth / 2 : 0
    let end = min(line.count, start + Self.excerptWidth)
    let prefix = start > 0 ? "…" : ""
    let shown = prefix + String(String.UnicodeScalarView(line[start..<end]))
    // Tabs stay tabs, so that the caret stands where the terminal puts the character.
    let indent = line[start..<column].map { $0 == "\t" ? "\t" : " " }.joined()
    let tail = max(0, min(length, end - column) - 1)
    let marker =
      String(repeating: " ", count: prefix.isEmpty ? 0 : 1) + indent + "^"
      + String(repeating: "~", count: tail)
    return [shown + (end < line.count ? "…" : ""), marker]
  }

  /// The scalars up to the first malformed byte, and whether that is all.
  private static func decode(_ bytes: ArraySlice<UInt8>) -> (
    scalars: [Unicode.Scalar], isComplete: Bool
  ) {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(bytes.count)
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): scalars.append(scalar)
      case .emptyInput: return (scalars, true)
      case .error: return (scalars, false)
      }
    }
  }

  /// Lines end where YAML 1.1 ends them: LF, CR, CR LF, NEL, LS, PS.
  private static func lines(of scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var lines: [[Unicode.Scalar]] = [[]]
    var previous: Unicode.Scalar = " "
    for scalar in scalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
      default: lines[lines.count - 1].append(scalar)
      }
      previous = scalar
    }
    return lines
  }

  /// The printable characters of YAML 1.1, section 5.1; a byte-order mark only where the file begins.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
      true
    default: false
    }
  }
}

/// A place in a text: line and column in code points, both from 1.
struct SourcePosition: Equatable {
  /// The line, from 1.
  var line: Int
  /// The column in code points, from 1.
  var column: Int
}

extension Unicode.Scalar {
  /// Whether this is one of a-z, A-Z and 0-9.
  var isASCIILetterOrDigit: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
