/// Expressions.
extension JinjaInterpreter {
  /// The value of an expression.
  func evaluate(_ expression: JinjaExpression) throws -> JinjaValue {
    try spend()
    switch expression {
    case .none: return .none
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .float(value)
    case .string(let text): return .string(text)
    case .name(let name): return try value(of: name)
    default: return try nested { try evaluateParts(of: expression) }
    }
  }

  private func evaluateParts(of expression: JinjaExpression) throws -> JinjaValue {
    switch expression {
    case .list(let parts): return .list(try sequence(parts.map { try evaluate($0) }))
    case .tuple(let parts): return .tuple(try sequence(parts.map { try evaluate($0) }))
    case .dictionary(let members): return try dictionary(members)
    case .not(let value): return .boolean(!(try evaluate(value).isTrue))
    case .sign(let isNegative, let value):
      return try signed(try evaluate(value), isNegative: isNegative)
    case .and(let operands): return try first(of: operands) { !$0.isTrue }
    case .or(let operands): return try first(of: operands) { $0.isTrue }
    case .comparison(let first, let operations): return try compare(first, operations)
    case .arithmetic(let first, let operations):
      var value = try evaluate(first)
      for operation in operations {
        let operand = try evaluate(operation.operand)
        line = operation.line
        value = try calculate(value, operation.name, operand)
      }
      return value
    case .concatenation(let parts): return try concatenate(parts)
    case .conditional(let value, let test, let otherwise):
      if try evaluate(test).isTrue { return try evaluate(value) }
      return try otherwise.map { try evaluate($0) }
        ?? .undefined("an “if” without “else” came out false")
    case .postfix(let value, let applied):
      return try evaluate(value, applied: applied[...])
    default: preconditionFailure("Constants and names have no parts.")
    }
  }

  /// A value with what stands behind it.
  func evaluate(
    _ expression: JinjaExpression, applied: ArraySlice<JinjaPostfix>
  ) throws -> JinjaValue {
    var value = try evaluate(expression)
    for postfix in applied { value = try apply(postfix, to: value) }
    return value
  }

  /// The first operand that decides, or the last.
  private func first(
    of operands: [JinjaExpression], _ decides: (JinjaValue) -> Bool
  ) throws -> JinjaValue {
    var value = JinjaValue.none
    for operand in operands {
      value = try evaluate(operand)
      if decides(value) { return value }
    }
    return value
  }

  private func dictionary(
    _ members: [JinjaPair]
  ) throws -> JinjaValue {
    var result = JinjaDictionary()
    for member in members {
      let key = try evaluate(member.key)
      try insert(key, try evaluate(member.value), into: &result)
    }
    return .dictionary(result)
  }

  /// Adds a member to a mapping.
  func insert(
    _ key: JinjaValue, _ value: JinjaValue, into dictionary: inout JinjaDictionary
  ) throws {
    if case .view = key { throw unsupported("a view of a mapping as a key") }
    guard key.isHashable else {
      throw failure("a value of the type \(key.typeName) cannot be a key")
    }
    try spend(4 + dictionary.members.count)
    try dictionary.set(key, value)
  }

  private func concatenate(_ parts: [JinjaExpression]) throws -> JinjaValue {
    var result = ""
    for part in parts { result += try printed(try evaluate(part)) }
    try spend(result.utf8.count / 16)
    return .string(result)
  }

  private func compare(
    _ first: JinjaExpression, _ operations: [JinjaOperation]
  ) throws -> JinjaValue {
    var left = try evaluate(first)
    for operation in operations {
      let right = try evaluate(operation.operand)
      line = operation.line
      guard try holds(left, operation.name, right) else { return .boolean(false) }
      left = right
    }
    return .boolean(true)
  }

  /// Whether a comparison holds.
  func holds(
    _ left: JinjaValue, _ name: JinjaOperation.Operator, _ right: JinjaValue
  ) throws -> Bool {
    try spend(min(left.weight, right.weight))
    switch name {
    case .equal: return left.equals(right)
    case .notEqual: return !left.equals(right)
    case .contained: return try contains(right, left)
    case .notContained: return !(try contains(right, left))
    default: break
    }
    for case .undefined(let message) in [left, right] { throw failure(message) }
    guard let order = left.order(right), let reverse = right.order(left) else {
      throw failure(
        "values of the types \(left.typeName) and \(right.typeName) have no order")
    }
    switch name {
    case .less: return order.isLess
    case .lessOrEqual: return order.isLess || order.isEqual
    case .greater: return reverse.isLess
    case .greaterOrEqual: return reverse.isLess || order.isEqual
    default: preconditionFailure("All comparisons are handled.")
    }
  }

  // MARK: - Parts that others share

  /// Values in order, paid for.
  func sequence(_ elements: [JinjaValue]) throws -> JinjaSequence {
    try spend(4 * elements.count)
    return try JinjaSequence(elements)
  }

  /// The text of a value, paid for.
  func printed(_ value: JinjaValue) throws -> String {
    try spend(value.weight)
    return try value.printed()
  }

  /// Runs over the elements of a value.
  func iterator(over value: JinjaValue) throws -> JinjaIterator {
    switch value {
    case .iterator(let iterator): return iterator
    case .range(let range):
      var index = 0
      return try keep(
        JinjaIterator { [unowned self] in
          try spend()
          guard index < range.count else { return nil }
          defer { index += 1 }
          return .integer(range[index])
        })
    default:
      var elements = try elements(of: value)[...]
      return try keep(
        JinjaIterator { [unowned self] in
          try spend()
          return elements.popFirst()
        })
    }
  }

  /// The elements of a value in order, all at once.
  func elements(of value: JinjaValue) throws -> [JinjaValue] {
    switch value {
    case .undefined: return []
    case .list(let sequence), .tuple(let sequence), .view(_, let sequence):
      try spend(sequence.elements.count)
      return sequence.elements
    case .dictionary(let dictionary):
      try spend(4 * dictionary.members.count)
      return dictionary.members.map(\.key)
    case .string(let text), .markup(let text):
      try spend(4 * text.utf8.count)
      return text.unicodeScalars.map { .string(String($0)) }
    case .range(let range):
      try spend(4 * range.count)
      return (0..<range.count).map { .integer(range[$0]) }
    case .iterator(let iterator):
      var elements: [JinjaValue] = []
      while let element = try iterator.next() {
        try spend(4)
        elements.append(element)
      }
      return elements
    default: throw failure("a value of the type \(value.typeName) has no elements")
    }
  }

  /// `element in value`.
  func contains(_ value: JinjaValue, _ element: JinjaValue) throws -> Bool {
    switch value {
    case .string(let text), .markup(let text):
      guard let part = element.text else {
        throw failure("a value of the type \(element.typeName) cannot be looked for in a text")
      }
      try spend(forFinding: part, in: text)
      return JinjaText.contains(part, in: text)
    case .dictionary(let dictionary):
      guard element.isHashable else {
        throw failure("a value of the type \(element.typeName) cannot be a key")
      }
      try spend(dictionary.members.count + element.weight)
      return dictionary.value(of: element) != nil
    case .range(let range):
      guard let number = element.number, let whole = Int(exactly: number) else { return false }
      let (distance, isTooFar) = whole.subtractingReportingOverflow(range.start)
      guard !isTooFar, distance % range.step == 0 else { return false }
      return (0..<range.count).contains(distance / range.step)
    default:
      let elements = try iterator(over: value)
      while let candidate = try elements.next() {
        try spend(min(candidate.weight, element.weight))
        if candidate.equals(element) { return true }
      }
      return false
    }
  }
}
