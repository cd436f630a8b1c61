/// Expressions, by falling strength: what stands behind a value, signs, `**`, `* / // %`, `~`, `+ -`, comparisons, `not`,
/// `and`, `or`, `if`.
extension JinjaParser {
  /// One expression, or a tuple of several with commas between them.
  mutating func expressions(
    withConditions: Bool = true, until words: [String] = []
  ) throws -> JinjaExpression {
    let first = try expression(withConditions: withConditions)
    guard isSymbol(",") else { return first }
    var elements = [first]
    while skip(",") {
      if isEndOfTuple(words) { break }
      elements.append(try expression(withConditions: withConditions))
    }
    return .tuple(elements)
  }

  /// Whether a comma was the last of a tuple.
  func isEndOfTuple(_ words: [String]) -> Bool {
    switch current.kind {
    case .expressionEnd, .statementEnd, .symbol(")"): true
    case .name(let word): words.contains(word)
    default: false
    }
  }

  /// One expression, with or without `if`.
  mutating func expression(withConditions: Bool = true) throws -> JinjaExpression {
    try nested { parser in
      var result = try parser.disjunction()
      while withConditions, parser.skipWord("if") {
        let test = try parser.disjunction()
        let otherwise = parser.skipWord("else") ? try parser.expression() : nil
        result = .conditional(result, test: test, otherwise: otherwise)
      }
      return result
    }
  }

  private mutating func disjunction() throws -> JinjaExpression {
    var operands = [try conjunction()]
    while skipWord("or") { operands.append(try conjunction()) }
    return operands.count == 1 ? operands[0] : .or(operands)
  }

  private mutating func conjunction() throws -> JinjaExpression {
    var operands = [try negation()]
    while skipWord("and") { operands.append(try negation()) }
    return operands.count == 1 ? operands[0] : .and(operands)
  }

  private mutating func negation() throws -> JinjaExpression {
    var count = 0
    while skipWord("not") { count += 1 }
    let value = try comparison()
    if count == 0 { return value }
    return count % 2 == 1 ? .not(value) : .not(.not(value))
  }

  private mutating func comparison() throws -> JinjaExpression {
    let first = try sum()
    var operations: [JinjaOperation] = []
    while let name = comparisonOperator() {
      let line = line
      advance()
      if name == .notContained { advance() }
      operations.append(JinjaOperation(name: name, operand: try sum(), line: line))
    }
    return operations.isEmpty ? first : .comparison(first, operations)
  }

  private func comparisonOperator() -> JinjaOperation.Operator? {
    switch current.kind {
    case .name("in"): .contained
    case .name("not") where following.kind == .name("in"): .notContained
    case .symbol(let symbol) where ["==", "!=", "<", "<=", ">", ">="].contains(symbol):
      JinjaOperation.Operator(rawValue: symbol)
    default: nil
    }
  }

  private mutating func sum() throws -> JinjaExpression {
    try operations(["+", "-"]) { try $0.concatenation() }
  }

  private mutating func concatenation() throws -> JinjaExpression {
    var operands = [try product()]
    while skip("~") { operands.append(try product()) }
    return operands.count == 1 ? operands[0] : .concatenation(operands)
  }

  private mutating func product() throws -> JinjaExpression {
    try operations(["*", "/", "//", "%"]) {
      try $0.operations(["**"]) { try $0.unary(withFilters: true) }
    }
  }

  private mutating func operations(
    _ symbols: [String], _ operand: (inout JinjaParser) throws -> JinjaExpression
  ) throws -> JinjaExpression {
    let first = try operand(&self)
    var operations: [JinjaOperation] = []
    while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
      let name = JinjaOperation.Operator(rawValue: symbol)
    {
      let line = advance().line
      operations.append(JinjaOperation(name: name, operand: try operand(&self), line: line))
    }
    return operations.isEmpty ? first : .arithmetic(first, operations)
  }

  /// A value with its sign and what stands behind it.
  private mutating func unary(withFilters: Bool) throws -> JinjaExpression {
    let value: JinjaExpression
    if isSymbol("-") || isSymbol("+") {
      let isNegative = advance().kind == .symbol("-")
      let operand = try nested { try $0.unary(withFilters: false) }
      value = .sign(isNegative: isNegative, operand)
    } else {
      value = try primary()
    }
    var applied = try members()
    if withFilters { applied += try filtersAndTests() }
    return applied.isEmpty ? value : .postfix(value, applied)
  }

  /// A name, a literal, or something in brackets.
  mutating func primary() throws -> JinjaExpression {
    let token = advance()
    switch token.kind {
    case .name("true"), .name("True"): return .boolean(true)
    case .name("false"), .name("False"): return .boolean(false)
    case .name("none"), .name("None"): return .none
    case .name(let text): return .name(try name(text))
    case .integer(let number): return .integer(number)
    case .float(let number): return .float(number)
    case .string(var text):
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return .string(text)
    case .symbol("("): return try parenthesised()
    case .symbol("["): return .list(try elements())
    case .symbol("{"): return .dictionary(try members(of: token.line))
    default:
      throw JinjaFailure.syntax("found \(token.description), expected a value", line: token.line)
    }
  }

  private mutating func parenthesised() throws -> JinjaExpression {
    if skip(")") { return .tuple([]) }
    let value = try expressions()
    try expect(")")
    return value
  }

  private mutating func elements() throws -> [JinjaExpression] {
    var elements: [JinjaExpression] = []
    while !isSymbol("]") {
      if !elements.isEmpty { try expect(",") }
      if isSymbol("]") { break }
      elements.append(try expression())
    }
    try expect("]")
    return elements
  }

  private mutating func members(
    of line: Int
  ) throws -> [JinjaPair] {
    var members: [JinjaPair] = []
    while !isSymbol("}") {
      if !members.isEmpty { try expect(",") }
      if isSymbol("}") { break }
      let key = try expression()
      try expect(":")
      members.append(JinjaPair(key: key, value: try expression()))
    }
    try expect("}")
    return members
  }
}
