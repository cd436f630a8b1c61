import Files

/// Parses a template: names, scopes and the stream of tokens; expressions and statements are in its extensions.
struct JinjaParser {
  /// How deep expressions and statements may nest.
  static let maximumNesting = 48
  /// How many names its variables, and the arguments of a call, may have.
  static let maximumNames = 1024

  private let tokens: [JinjaToken]
  private var position = 0
  private var nesting = 0
  private var names: [String] = []
  private var places: [String: JinjaName] = [:]
  private var scopeCount = 1
  /// For each function that is being read, how many loops are open in it.
  var openLoops = [0]

  private init(_ tokens: [JinjaToken]) { self.tokens = tokens }

  /// Parses a template.
  ///
  /// - Throws: `TokenizerError` with the line of what is no Jinja, or is not interpreted.
  static func parse(_ template: String) throws -> JinjaSyntax {
    var parser = JinjaParser(try JinjaLexer.tokens(of: template))
    let body = try parser.statements(until: [])
    let hidden = JinjaScopeAnalysis.hiddenNames(
      of: body, scopeCount: parser.scopeCount, loop: parser.places["loop"])
    return JinjaSyntax(
      body: body, names: parser.names, places: parser.places, hiddenNames: hidden)
  }

  // MARK: - Tokens

  /// The token that is read next.
  var current: JinjaToken { tokens[position] }
  /// The one behind it.
  var following: JinjaToken { tokens[min(position + 1, tokens.count - 1)] }
  /// The line of the next token.
  var line: Int { current.line }

  /// Goes to the next token and gives the one before.
  @discardableResult mutating func advance() -> JinjaToken {
    let token = current
    if position < tokens.count - 1 { position += 1 }
    return token
  }

  /// Whether the next token is that operator.
  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  /// Whether the next token is that word.
  func isWord(_ word: String) -> Bool { current.kind == .name(word) }

  /// Reads an operator if it is there.
  mutating func skip(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  /// Reads a word if it is there.
  mutating func skipWord(_ word: String) -> Bool {
    guard isWord(word) else { return false }
    advance()
    return true
  }

  /// Reads an operator that has to be there.
  mutating func expect(_ symbol: String) throws {
    guard skip(symbol) else { throw unexpected("“\(symbol)”") }
  }

  /// Reads a word that has to be there.
  mutating func expectWord(_ word: String) throws {
    guard skipWord(word) else { throw unexpected("“\(word)”") }
  }

  /// Reads a delimiter that has to be there.
  mutating func expect(_ kind: JinjaToken.Kind, _ description: String) throws {
    guard current.kind == kind else { throw unexpected(description) }
    advance()
  }

  /// Reads a name that has to be there.
  mutating func expectName() throws -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  /// The error for another token than the expected.
  func unexpected(_ expected: String) -> TokenizerError {
    JinjaFailure.syntax("found \(current.description), expected \(expected)", line: line)
  }

  // MARK: - Names, scopes and depth

  /// The place of a variable's name.
  mutating func name(_ text: String) throws -> JinjaName {
    if let place = places[text] { return place }
    guard names.count < Self.maximumNames else {
      throw JinjaFailure.unsupported("more than \(Self.maximumNames) names", line: line)
    }
    names.append(text)
    places[text] = names.count - 1
    return names.count - 1
  }

  /// A new scope.
  mutating func scope() -> JinjaScope {
    scopeCount += 1
    return scopeCount - 1
  }

  /// Reads what nests one deeper.
  mutating func nested<Result>(
    _ read: (inout JinjaParser) throws -> Result
  ) throws -> Result {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.maximumNesting else {
      throw JinjaFailure.unsupported(
        "expressions or statements nested more than \(Self.maximumNesting) deep", line: line)
    }
    return try read(&self)
  }
}
