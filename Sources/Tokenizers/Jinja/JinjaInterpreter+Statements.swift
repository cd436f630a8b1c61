/// Statements.
extension JinjaInterpreter {
  /// Runs statements in order, up to one that leaves them.
  func run(_ statements: [JinjaStatement]) throws -> JinjaFlow {
    try nested {
      for statement in statements {
        let flow = try run(statement)
        guard flow == .onward else { return flow }
      }
      return .onward
    }
  }

  private func run(_ statement: JinjaStatement) throws -> JinjaFlow {
    try spend()
    switch statement {
    case .text(let text): try write(text)
    case .output(let value, let line):
      self.line = line
      try write(try printed(try evaluate(value)))
    case .conditional(let branches, let otherwise): return try run(branches, otherwise)
    case .loop(let loop): return try run(loop)
    case .assignment(let target, let value, let line):
      self.line = line
      try checkMembers(of: target)
      try assign(try evaluate(value), to: target)
    case .capture(let target, let filters, let block):
      return try capture(block, filters) { try assign($0, to: target) }
    case .filter(let filters, let block):
      return try capture(block, filters) { try write(try printed($0)) }
    case .macro(let macro): try define(macro)
    case .call(let call, let caller): try run(call, caller: caller)
    case .with(let assignments, let block): return try run(assignments, block)
    case .generation(let block): return try scoped(block.scope) { try run(block.body) }
    case .leave: return .leave
    case .next: return .next
    }
    return .onward
  }

  private func run(
    _ branches: [JinjaBranch], _ otherwise: [JinjaStatement]
  ) throws -> JinjaFlow {
    for branch in branches where try evaluate(branch.test).isTrue { return try run(branch.body) }
    return try run(otherwise)
  }

  private func run(
    _ assignments: [JinjaAssignment], _ block: JinjaBlock
  ) throws -> JinjaFlow {
    let outer = frame
    return try scoped(block.scope) {
      let inner = frame
      for assignment in assignments {
        frame = outer
        let value = try evaluate(assignment.value)
        frame = inner
        try assign(value, to: assignment.target)
      }
      return try run(block.body)
    }
  }

  /// Catches what a block gives out, filtered; nothing is done with it where the block is left.
  private func capture(
    _ block: JinjaBlock, _ filters: [JinjaPostfix], _ use: (JinjaValue) throws -> Void
  ) throws -> JinjaFlow {
    var value = JinjaValue.none
    let flow = try scoped(block.scope) {
      let (text, flow) = try captured { try run(block.body) }
      value = .string(text)
      if flow == .onward {
        for filter in filters { value = try apply(filter, to: value) }
      }
      return flow
    }
    if flow == .onward { try use(value) }
    return flow
  }

  // MARK: - Assignments

  /// Jinja looks whether members can be assigned to before it evaluates what is assigned.
  private func checkMembers(of target: JinjaTarget) throws {
    switch target {
    case .name: break
    case .member(let name, _):
      guard case .namespace = try value(of: name) else {
        throw failure("“\(text(of: name))” is no namespace, so its members cannot be assigned to")
      }
    case .tuple(let targets): for target in targets { try checkMembers(of: target) }
    }
  }

  /// Gives a variable, a member of a namespace or several of them a value.
  func assign(_ value: JinjaValue, to target: JinjaTarget) throws {
    switch target {
    case .name(let name):
      try spend(1 + frame.count / 16)
      frame.set(name, value)
    case .member(let name, let member):
      guard case .namespace(let namespace) = try self.value(of: name) else {
        throw failure("“\(text(of: name))” is no namespace, so its members cannot be assigned to")
      }
      try checkMember(member)
      try spend(namespace.members.members.count)
      try namespace.members.set(.string(member), value)
    case .tuple(let targets):
      let elements = try iterator(over: value)
      var values: [JinjaValue] = []
      while values.count <= targets.count, let element = try elements.next() {
        values.append(element)
      }
      guard values.count == targets.count else {
        throw failure(
          "\(values.count > targets.count ? "more" : "only \(values.count)") values are assigned to \(targets.count) names"
        )
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target) }
    }
  }

  // MARK: - Loops

  private func run(_ statement: JinjaLoopStatement) throws -> JinjaFlow {
    line = statement.block.line
    let loop = try loop(over: try evaluate(statement.elements), statement)
    let loopName = name(of: "loop")
    var isEmpty = true
    while let element = try loop.next() {
      let flow = try scoped(statement.block.scope) {
        try assign(element, to: statement.target)
        if let loopName { frame.set(loopName, .loop(loop)) }
        return try run(statement.block.body)
      }
      if flow == .leave { break }
      // Jinja takes a loop for empty of which no body came to its end.
      if flow == .onward { isEmpty = false }
    }
    guard isEmpty, !statement.otherwise.body.isEmpty else { return .onward }
    return try scoped(statement.otherwise.scope) { try run(statement.otherwise.body) }
  }

  private func loop(
    over value: JinjaValue, _ statement: JinjaLoopStatement
  ) throws -> JinjaLoop {
    let elements = try iterator(over: value)
    guard let test = statement.test else {
      return try keep(JinjaLoop(elements, count: value.count))
    }
    let outer = frame
    let tested = try keep(
      JinjaIterator { [unowned self] in
        while let element = try elements.next() {
          var isTaken = false
          let inner = frame
          frame = outer
          defer { frame = inner }
          _ = try scoped(statement.testScope) {
            try assign(element, to: statement.target)
            isTaken = try evaluate(test).isTrue
            return .onward
          }
          if isTaken { return element }
        }
        return nil
      })
    return try keep(JinjaLoop(tested, count: nil))
  }
}
