/// What stands behind a value: members, calls, filters and tests.
extension JinjaParser {
  /// Members and calls.
  mutating func members() throws -> [JinjaPostfix] {
    var result: [JinjaPostfix] = []
    while case .symbol(let symbol) = current.kind, [".", "[", "("].contains(symbol) {
      let line = line
      let kind: JinjaPostfix.Kind =
        switch symbol {
        case ".": try member()
        case "[": try item()
        default: .call(try arguments())
        }
      result.append(JinjaPostfix(kind: kind, line: line))
    }
    return result
  }

  private mutating func member() throws -> JinjaPostfix.Kind {
    try expect(".")
    let token = advance()
    switch token.kind {
    case .name(let name): return .attribute(name)
    case .integer(let index): return .item(.integer(index))
    default:
      throw JinjaFailure.syntax(
        "found \(token.description), expected a name or a number", line: token.line)
    }
  }

  private mutating func item() throws -> JinjaPostfix.Kind {
    try expect("[")
    guard !isSymbol("]") else {
      throw JinjaFailure.unsupported("a pair of brackets without an index", line: line)
    }
    let first = isSymbol(":") ? nil : try expression()
    if let first, !isSymbol(":") {
      guard !isSymbol(",") else {
        throw JinjaFailure.unsupported("several indices in one pair of brackets", line: line)
      }
      try expect("]")
      return .item(first)
    }
    try expect(":")
    let end = isSymbol(":") || isSymbol("]") ? nil : try expression()
    let step = skip(":") && !isSymbol("]") ? try expression() : nil
    try expect("]")
    return .slice(first, end, step)
  }

  /// Filters, tests, and calls behind them.
  mutating func filtersAndTests() throws -> [JinjaPostfix] {
    var result: [JinjaPostfix] = []
    while true {
      if isSymbol("|") {
        result += try filters()
      } else if isWord("is") {
        result.append(try test())
      } else if isSymbol("(") {
        let line = line
        result.append(JinjaPostfix(kind: .call(try arguments()), line: line))
      } else {
        return result
      }
    }
  }

  /// Filters, each behind a `|`.
  mutating func filters() throws -> [JinjaPostfix] {
    var result: [JinjaPostfix] = []
    while skip("|") { result.append(try filter()) }
    return result
  }

  /// A filter's name and arguments.
  mutating func filter() throws -> JinjaPostfix {
    let line = line
    let name = try dottedName()
    guard let filter = JinjaFilter(rawValue: name) else {
      throw JinjaFailure.unsupported("the filter “\(name)”", line: line)
    }
    let arguments = isSymbol("(") ? try arguments() : JinjaArguments()
    return JinjaPostfix(kind: .filter(filter, arguments), line: line)
  }

  private mutating func dottedName() throws -> String {
    var name = try expectName()
    while skip(".") { name += "." + (try expectName()) }
    return name
  }

  private mutating func test() throws -> JinjaPostfix {
    let line = line
    try expectWord("is")
    let isNegated = skipWord("not")
    let name = try dottedName()
    guard let test = JinjaTest(rawValue: name) else {
      throw JinjaFailure.unsupported("the test “\(name)”", line: line)
    }
    var arguments = JinjaArguments()
    if isSymbol("(") {
      arguments = try self.arguments()
    } else if beginsArgument() {
      guard !isWord("is") else {
        throw JinjaFailure.syntax("tests cannot be chained with “is”", line: line)
      }
      let value = try nested { try $0.primary() }
      let members = try members()
      arguments.positional = [members.isEmpty ? value : .postfix(value, members)]
    }
    return JinjaPostfix(kind: .test(test, arguments, isNegated: isNegated), line: line)
  }

  private func beginsArgument() -> Bool {
    switch current.kind {
    case .name(let word): !["else", "or", "and"].contains(word)
    case .string, .integer, .float, .symbol("["), .symbol("{"): true
    default: false
    }
  }

  /// Arguments in parentheses.
  mutating func arguments() throws -> JinjaArguments {
    try expect("(")
    var result = JinjaArguments()
    var isFirst = true
    while !isSymbol(")") {
      if !isFirst { try expect(",") }
      if isSymbol(")") { break }
      isFirst = false
      guard !isSymbol("**") else {
        throw JinjaFailure.unsupported("arguments out of a mapping", line: line)
      }
      if isSymbol("*"), result.rest == nil {
        advance()
        result.rest = try expression()
      } else if case .name(let name) = current.kind, following.kind == .symbol("=") {
        advance()
        advance()
        guard result.named.count < Self.maximumNames else {
          throw JinjaFailure.unsupported("more than \(Self.maximumNames) names", line: line)
        }
        guard !result.named.contains(where: { $0.name == name }) else {
          throw JinjaFailure.syntax("the argument “\(name)” is given twice", line: line)
        }
        result.named.append(JinjaNamedArgument(name: name, value: try expression()))
      } else {
        guard result.named.isEmpty, result.rest == nil else {
          throw JinjaFailure.syntax("an argument without name stands behind others", line: line)
        }
        result.positional.append(try expression())
      }
    }
    try expect(")")
    return result
  }
}
