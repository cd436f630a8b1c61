/// Statements.
extension JinjaParser {
  /// Statements up to a tag of one of the words, which is not read; of none, up to the end of the template.
  mutating func statements(until words: [String]) throws -> [JinjaStatement] {
    try nested { parser in
      var result: [JinjaStatement] = []
      while true {
        let token = parser.advance()
        switch token.kind {
        case .text(let text): result.append(.text(text))
        case .expressionBegin:
          let value = try parser.expressions()
          try parser.expect(.expressionEnd, "“}}”")
          result.append(.output(value, line: token.line))
        case .statementBegin:
          if case .name(let word) = parser.current.kind, words.contains(word) { return result }
          result.append(contentsOf: try parser.statement())
          try parser.expect(.statementEnd, "“%}”")
        default:
          guard words.isEmpty else {
            throw JinjaFailure.syntax(
              "the template ends where \(words.map { "“\($0)”" }.joined(separator: " or ")) is missing",
              line: token.line)
          }
          return result
        }
      }
    }
  }

  /// The statements behind a tag's words, up to a tag of one of the words.
  private mutating func body(until words: [String]) throws -> [JinjaStatement] {
    _ = skip(":")
    try expect(.statementEnd, "“%}”")
    return try statements(until: words)
  }

  private mutating func block(until word: String) throws -> JinjaBlock {
    let (scope, line) = (scope(), line)
    let body = try body(until: [word])
    try expectWord(word)
    return JinjaBlock(scope: scope, body: body, line: line)
  }

  private mutating func statement() throws -> [JinjaStatement] {
    let line = line
    let word = try expectName()
    switch word {
    case "if": return [try conditional()]
    case "for": return [try loop()]
    case "set": return [try assignment(line)]
    case "macro": return [try macro(line)]
    case "call": return [try call(line)]
    case "filter":
      let filters = [try filter()] + (try filters())
      return [.filter(filters, try block(until: "endfilter"))]
    case "with": return [try with()]
    case "generation":
      openLoops.append(0)
      defer { openLoops.removeLast() }
      return [.generation(try block(until: "endgeneration"))]
    case "print": return try printed(line)
    case "break", "continue":
      guard openLoops.last != 0 else {
        throw JinjaFailure.syntax("“\(word)” stands in no loop", line: line)
      }
      return [word == "break" ? .leave : .next]
    case "include", "import", "from", "extends", "block", "autoescape":
      throw JinjaFailure.unsupported("the statement “\(word)”", line: line)
    default: throw JinjaFailure.syntax("there is no statement “\(word)” here", line: line)
    }
  }

  private mutating func conditional() throws -> JinjaStatement {
    var branches: [JinjaBranch] = []
    while true {
      let test = try expressions(withConditions: false)
      let statements = try body(until: ["elif", "else", "endif"])
      branches.append(JinjaBranch(test: test, body: statements))
      if skipWord("elif") { continue }
      var otherwise: [JinjaStatement] = []
      if skipWord("else") { otherwise = try body(until: ["endif"]) }
      try expectWord("endif")
      return .conditional(branches, otherwise: otherwise)
    }
  }

  private mutating func loop() throws -> JinjaStatement {
    let target = try target(withMembers: false, until: ["in"])
    try expectWord("in")
    let elements = try expressions(withConditions: false, until: ["recursive"])
    let test = skipWord("if") ? try expression() : nil
    guard !isWord("recursive") else {
      throw JinjaFailure.unsupported("a recursive loop", line: line)
    }
    let (scope, testScope, line) = (scope(), scope(), line)
    openLoops[openLoops.count - 1] += 1
    let body = try body(until: ["endfor", "else"])
    openLoops[openLoops.count - 1] -= 1
    let (elseScope, elseLine) = (self.scope(), self.line)
    var otherwise: [JinjaStatement] = []
    if skipWord("else") { otherwise = try self.body(until: ["endfor"]) }
    try expectWord("endfor")
    return .loop(
      JinjaLoopStatement(
        target: target, elements: elements, test: test, testScope: testScope,
        block: JinjaBlock(scope: scope, body: body, line: line),
        otherwise: JinjaBlock(scope: elseScope, body: otherwise, line: elseLine)))
  }

  private mutating func assignment(_ line: Int) throws -> JinjaStatement {
    let target = try target(withMembers: true)
    if skip("=") { return .assignment(target, try expressions(), line: line) }
    let filters = try filters()
    return .capture(target, filters: filters, try block(until: "endset"))
  }

  private mutating func with() throws -> JinjaStatement {
    var assignments: [JinjaAssignment] = []
    while current.kind != .statementEnd {
      if !assignments.isEmpty { try expect(",") }
      let target = try target(withMembers: false)
      try expect("=")
      assignments.append(JinjaAssignment(target: target, value: try expression()))
    }
    return .with(assignments, try block(until: "endwith"))
  }

  private mutating func printed(_ line: Int) throws -> [JinjaStatement] {
    var result: [JinjaStatement] = []
    while current.kind != .statementEnd {
      if !result.isEmpty { try expect(",") }
      result.append(.output(try expression(), line: line))
    }
    return result
  }

  // MARK: - Macros

  private mutating func macro(_ line: Int) throws -> JinjaStatement {
    let macroName = try assignable(try expectName(), line)
    return .macro(try macro(named: macroName, until: "endmacro", line))
  }

  private mutating func call(_ line: Int) throws -> JinjaStatement {
    let signature = isSymbol("(") ? try signature() : ([], [])
    let call = try expression()
    guard case .postfix(_, let applied) = call, case .call = applied.last?.kind else {
      throw JinjaFailure.syntax("“call” needs a call", line: line)
    }
    return .call(
      call, caller: try macro(named: nil, signature: signature, until: "endcall", line))
  }

  private mutating func macro(
    named name: JinjaName?, signature: ([JinjaName], [JinjaExpression])? = nil,
    until word: String, _ line: Int
  ) throws -> JinjaMacroStatement {
    let (parameters, defaults) = try signature ?? self.signature()
    openLoops.append(0)
    let block = try block(until: word)
    openLoops.removeLast()
    let special = try ["caller", "kwargs", "varargs"].map { try self.name($0) }
    let free = JinjaScopeAnalysis.freeNames(of: block.body)
    if parameters.contains(special[0]), free.contains(special[0]) {
      throw JinjaFailure.unsupported("a parameter named “caller”", line: line)
    }
    let uses = special.map { free.contains($0) && !parameters.contains($0) }
    return JinjaMacroStatement(
      name: name, parameters: parameters, defaults: defaults, block: block, usesCaller: uses[0],
      usesNamed: uses[1], usesRest: uses[2])
  }

  private mutating func signature() throws -> ([JinjaName], [JinjaExpression]) {
    try expect("(")
    var (parameters, defaults): ([JinjaName], [JinjaExpression]) = ([], [])
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(",") }
      let parameter = try assignable(try expectName(), line)
      guard !parameters.contains(parameter) else {
        throw JinjaFailure.syntax("a macro has two parameters of one name", line: line)
      }
      parameters.append(parameter)
      if skip("=") {
        defaults.append(try expression())
      } else if !defaults.isEmpty {
        throw JinjaFailure.syntax("a parameter without default stands behind one with", line: line)
      }
    }
    try expect(")")
    return (parameters, defaults)
  }

  // MARK: - Targets

  /// What is assigned to, one or several with commas between them.
  private mutating func target(
    withMembers: Bool, until words: [String] = []
  ) throws -> JinjaTarget {
    var targets = [try singleTarget(withMembers: withMembers)]
    guard isSymbol(",") else { return targets[0] }
    while skip(",") {
      if isEndOfTuple(words) { break }
      targets.append(try singleTarget(withMembers: withMembers))
    }
    return .tuple(targets)
  }

  private mutating func singleTarget(withMembers: Bool) throws -> JinjaTarget {
    let line = line
    if skip("(") {
      let inner = try nested { try $0.target(withMembers: withMembers) }
      try expect(")")
      return inner
    }
    let text = try expectName()
    if withMembers, skip(".") { return .member(try name(text), try expectName()) }
    return .name(try assignable(text, line))
  }

  private mutating func assignable(_ text: String, _ line: Int) throws -> JinjaName {
    let constants = ["true", "false", "none", "True", "False", "None", "loop"]
    guard !constants.contains(text) else {
      throw JinjaFailure.syntax("nothing can be assigned to “\(text)”", line: line)
    }
    return try name(text)
  }
}
