import Files

/// The keyword arguments of one instruction, as a row of the data set gives them.
///
/// The harness drops every argument that Python counts as false, draws at random what is then missing, and fails on
/// names that it does not know. Here a missing argument is an error, since a random check can't be repeated.
struct InstructionArguments {
  /// The value of a keyword argument.
  enum Value: Sendable {
    /// What Python counts as false: null, false, 0, an empty text or list.
    case missing
    case number(Int)
    case text(String)
    case texts([String])
    /// Anything else.
    case other
  }

  private let id: String
  private var values: [String: Value]

  /// Takes the arguments of the instruction with this name.
  init(id: String, values: [String: Value]) {
    self.id = id
    self.values = values.filter { _, value in if case .missing = value { false } else { true } }
  }

  /// Takes out a number of things, 1 or more.
  mutating func number(_ name: String) throws -> Int {
    guard case .number(let number) = try take(name), number > 0 else {
      throw wrongKind(name, expected: "a whole number above 0")
    }
    return number
  }

  /// Takes out a count and its relation.
  mutating func threshold(count: String, relation: String) throws -> Instruction.Threshold {
    let number = try number(count)
    let text = try text(relation)
    guard let relation = Instruction.Threshold.Relation(rawValue: text) else {
      throw EvaluationError(
        .invalidDocument,
        "The instruction \"\(id)\" has the \(relation) \"\(text)\", expected \"less than\" or \"at least\"."
      )
    }
    return .init(relation: relation, count: number)
  }

  /// Takes out a text as it stands.
  mutating func text(_ name: String) throws -> String {
    guard case .text(let text) = try take(name) else {
      throw wrongKind(name, expected: "a text")
    }
    return text
  }

  /// Takes out a text without the whitespace around it; it must not be blank.
  mutating func strippedText(_ name: String) throws -> String {
    let text = PythonText.stripped(try text(name))
    guard !text.isEmpty else { throw wrongKind(name, expected: "a text that is not blank") }
    return text
  }

  /// Takes out a text without the whitespace around it, that means itself when read as a regular expression.
  mutating func literal(_ name: String) throws -> String {
    let text = try strippedText(name)
    try requireLiteral(text, name)
    return text
  }

  /// Takes out texts that mean themselves when read as regular expressions.
  mutating func literals(_ name: String) throws -> [String] {
    guard case .texts(let texts) = try take(name) else {
      throw wrongKind(name, expected: "a list of texts")
    }
    for text in texts {
      guard !text.isEmpty else { throw wrongKind(name, expected: "a list without empty texts") }
      try requireLiteral(text, name)
    }
    return texts
  }

  /// Takes out the code of a language that IFEval knows.
  mutating func languageCode(_ name: String) throws -> String {
    let code = try text(name)
    guard Self.languageCodes.contains(code) else {
      throw wrongKind(name, expected: "one of \(Self.languageCodes.joined(separator: ", "))")
    }
    return code
  }

  /// Takes out what starts a postscript: "P.S.", "P.P.S" or a text that means itself as a regular expression.
  mutating func postscriptMarker(_ name: String) throws -> String {
    let marker = try strippedText(name)
    if !PostscriptRule.markers.contains(marker) { try requireLiteral(marker, name) }
    return marker
  }

  /// Makes sure that every argument was taken out.
  func requireNoMore() throws {
    guard let name = values.keys.min() else { return }
    throw EvaluationError(
      .invalidDocument,
      "The instruction \"\(id)\" has an argument \"\(name)\" that it does not know.")
  }

  private mutating func take(_ name: String) throws -> Value {
    guard let value = values.removeValue(forKey: name) else {
      throw EvaluationError(
        .invalidDocument, "The instruction \"\(id)\" lacks the argument \"\(name)\".")
    }
    return value
  }

  /// The harness compiles these texts to patterns; the texts of the data set are letters and spaces, so that no
  /// regular expressions are needed here.
  private func requireLiteral(_ text: String, _ name: String) throws {
    guard let character = text.unicodeScalars.first(where: Self.metacharacters.contains) else {
      return
    }
    throw EvaluationError(
      .invalidDocument,
      "The argument \"\(name)\" of the instruction \"\(id)\" contains \"\(character)\", which has a meaning of its own in a regular expression; only plain text is supported."
    )
  }

  private func wrongKind(_ name: String, expected: String) -> EvaluationError {
    EvaluationError(
      .invalidDocument,
      "The argument \"\(name)\" of the instruction \"\(id)\" is wrong, expected \(expected).")
  }

  /// `LANGUAGE_CODES` of `instructions_util.py`.
  private static let languageCodes = [
    "en", "es", "pt", "ar", "hi", "fr", "ru", "de", "ja", "it", "bn", "uk", "th", "ur", "ta", "te",
    "bg", "ko", "pl", "he", "fa", "vi", "ne", "sw", "kn", "mr", "gu", "pa", "ml", "fi",
  ]

  private static let metacharacters: [Unicode.Scalar] = [
    ".", "^", "$", "*", "+", "?", "{", "}", "[", "]", "\\", "|", "(", ")",
  ]
}
