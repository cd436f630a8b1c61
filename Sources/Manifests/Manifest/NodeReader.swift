import Files
import Yams

/// One value of a manifest, read as the type that its key asks for; what does not fit is reported and read as nil.
struct NodeReader {
  /// The YAML node.
  let node: Node
  /// What messages call the value: a key in quotes, or an entry of a list.
  let name: String
  /// Its place in the schema (``ManifestSchema``), such as "training.optimizer.betas".
  let place: String
  /// Where the value stands.
  let position: SourcePosition
  /// Takes problems.
  let decoding: ManifestDecoding

  /// Reports a problem with this value.
  func report(_ code: ManifestError.Problem.Code, _ message: String) {
    decoding.report(code, at: position, length: length, message)
  }

  /// A text: any scalar but an empty one.
  ///
  /// `expected` is what messages call it.
  func text(_ expected: String = "a text") -> String? {
    guard let scalar = scalar(expected) else { return nil }
    guard !scalar.string.unicodeScalars.allSatisfy({ $0 == " " || $0 == "\n" }) else {
      report(.invalidValue, "\(name) is empty")
      return nil
    }
    return scalar.string
  }

  /// A text of any number of lines, without line breaks at its end.
  func paragraph() -> String? {
    guard let text = text("a text of any number of lines") else { return nil }
    return String(text.reversed().drop { $0 == "\n" }.reversed())
  }

  /// A text of one line, at most so many code points long.
  ///
  /// `expected` is what messages call it.
  func line(_ expected: String = "a text of one line", maximum: Int = 200) -> String? {
    guard let text = text(expected) else { return nil }
    let isLine = text.unicodeScalars.count <= maximum && !text.unicodeScalars.contains("\n")
    guard isLine else {
      report(.invalidValue, "\(name) has to be one line of at most \(maximum) characters")
      return nil
    }
    return text
  }

  /// A name: lower-case letters, digits, hyphens, underscores and dots, beginning with a letter or a digit.
  func identifier() -> String? {
    guard let text = text("a name") else { return nil }
    guard Self.isIdentifier(text) else {
      report(
        .invalidValue,
        "\(name) has to be a name of lower-case letters, digits, '-', '_' and '.', but it is '\(Self.shortened(text))'"
      )
      return nil
    }
    return text
  }

  /// A whole number in decimal digits.
  func integer(in range: ClosedRange<Int>) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let scalar = scalar(expected) else { return nil }
    let digits = scalar.string.utf8.drop { $0 == UInt8(ascii: "-") }
    let isNumber =
      scalar.style == .plain && (1...18).contains(digits.count)
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isNumber, let value = Int(scalar.string) else {
      report(.wrongType, "\(name) has to be \(expected), but it is \(kind)")
      return nil
    }
    guard range.contains(value) else {
      report(.invalidValue, "\(name) has to be \(expected), but it is \(value)")
      return nil
    }
    return value
  }

  /// A number, in decimal or scientific notation, for which `isValid` holds.
  ///
  /// `expected` is what messages call the valid ones, such as "above 0".
  func number(_ expected: String, _ isValid: (Double) -> Bool) -> Double? {
    guard let scalar = scalar("a number \(expected)") else { return nil }
    let isDecimal = scalar.string.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
    guard scalar.style == .plain, isDecimal, scalar.string.utf8.count <= 64,
      let value = Double(scalar.string), value.isFinite
    else {
      report(.wrongType, "\(name) has to be a number \(expected), but it is \(kind)")
      return nil
    }
    guard isValid(value) else {
      report(.invalidValue, "\(name) has to be a number \(expected), but it is \(scalar.string)")
      return nil
    }
    // No negative zero: it would have the same canonical text as zero.
    return value == 0 ? 0 : value
  }

  /// The words `true` and `false`.
  func boolean() -> Bool? {
    guard let scalar = scalar("true or false") else { return nil }
    switch (scalar.style, scalar.string) {
    case (.plain, "true"): return true
    case (.plain, "false"): return false
    default:
      report(.wrongType, "\(name) has to be true or false, but it is \(kind)")
      return nil
    }
  }

  /// One of the raw values of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    choice(among: Choice.allCases.map(\.rawValue)).flatMap(Choice.init)
  }

  /// One of some words; `others` are read too, but not proposed.
  func choice(among words: [String], orRetired others: [String] = []) -> String? {
    let expected = words.map { "'\($0)'" }.joined(separator: ", ")
    guard let scalar = scalar("one of \(expected)") else { return nil }
    // `==` also equates different spellings.
    if let word = (words + others).first(where: { $0.utf8.elementsEqual(scalar.string.utf8) }) {
      return word
    }
    let near = NearestWord.nearest(to: scalar.string, among: words)
    report(
      .invalidValue,
      "\(name) has to be one of \(expected), but it is '\(Self.shortened(scalar.string))'"
        + (near.map { "; did you mean '\($0)'?" } ?? ""))
    return nil
  }

  /// A SHA-256 value in 64 lower-case hexadecimal digits.
  func digest() -> Digest? {
    guard let scalar = scalar("a SHA-256 of 64 lower-case hexadecimal digits") else { return nil }
    guard let digest = Digest(hex: scalar.string) else {
      report(
        .invalidValue,
        "\(name) has to be a SHA-256 of 64 lower-case hexadecimal digits, but it is '\(Self.shortened(scalar.string))', \(scalar.string.unicodeScalars.count) characters long"
      )
      return nil
    }
    return digest
  }

  /// A mapping.
  ///
  /// `path` is what messages call its keys' place, such as "training.optimizer"; empty at the top.
  func mapping(path: String) -> MappingReader? {
    decoding.schema?.expected("a mapping", at: place)
    guard case .mapping(let mapping) = node else {
      report(.wrongType, "\(name) has to be a mapping, but it is \(kind)")
      return nil
    }
    return MappingReader(
      mapping, path: path, schemaPlace: place, position: position, decoding: decoding)
  }

  /// The entries of a list with at least one and at most `limit` entries.
  func list(limit: Int = 1024) -> [NodeReader]? {
    decoding.schema?.expected("a list", at: place)
    guard case .sequence(let sequence) = node else {
      report(.wrongType, "\(name) has to be a list, but it is \(kind)")
      return nil
    }
    guard (1...limit).contains(sequence.count) else {
      report(
        .invalidValue, "\(name) has to have 1 to \(limit) entries, but it has \(sequence.count)")
      return nil
    }
    return sequence.enumerated().map { index, node in
      NodeReader(
        node: node, name: "entry \(index + 1) of \(name)", place: "\(place)[]",
        position: node.mark.map(SourcePosition.init) ?? position, decoding: decoding)
    }
  }

  /// Whether this is exactly this word, without quotes.
  func isWord(_ word: String) -> Bool {
    guard case .scalar(let scalar) = node else { return false }
    return scalar.style == .plain && scalar.string == word
  }

  /// Whether this is a mapping.
  var isMapping: Bool { node.mapping != nil }

  /// Whether this is a list.
  var isList: Bool { node.sequence != nil }

  /// Whether a text is a name as ``identifier()`` wants it.
  static func isIdentifier(_ text: String) -> Bool {
    text.utf8.count <= 100 && text.wholeMatch(of: /[a-z0-9][a-z0-9._-]*/) != nil
  }

  /// A text as a message quotes it: one line, not long.
  static func shortened(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { $0 == "\n" ? " " : $0 }
    let shown = String(String.UnicodeScalarView(scalars.prefix(60)))
    return scalars.count > 60 ? shown + "…" : shown
  }

  private func scalar(_ expected: String) -> Node.Scalar? {
    decoding.schema?.expected(expected, at: place)
    guard case .scalar(let scalar) = node, !isNull else {
      report(.wrongType, "\(name) has to be \(expected), but it is \(kind)")
      return nil
    }
    return scalar
  }

  private var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// What the value is, as messages say it.
  private var kind: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar where isNull: "empty"
    case .scalar(let scalar) where scalar.style == .plain: "'\(Self.shortened(scalar.string))'"
    case .scalar(let scalar): "the text \"\(Self.shortened(scalar.string))\""
    case .alias: "an alias"
    }
  }

  /// Number of code points to underline.
  private var length: Int {
    guard case .scalar(let scalar) = node else { return 1 }
    switch scalar.style {
    case .singleQuoted, .doubleQuoted: return scalar.string.unicodeScalars.count + 2
    case .literal, .folded: return 1
    case .plain, .any: return max(1, scalar.string.unicodeScalars.count)
    }
  }
}
