import Files

/// Arithmetic, as Python does it.
extension JinjaInterpreter {
  /// A number with a sign before it.
  func signed(_ value: JinjaValue, isNegative: Bool) throws -> JinjaValue {
    if case .undefined(let message) = value { throw failure(message) }
    if case .float(let number) = value { return .float(isNegative ? -number : number) }
    guard let number = value.wholeNumber else {
      throw failure("a value of the type \(value.typeName) has no sign")
    }
    return .integer(isNegative ? try whole(0.subtractingReportingOverflow(number)) : number)
  }

  /// `left operator right`.
  func calculate(
    _ left: JinjaValue, _ name: JinjaOperation.Operator, _ right: JinjaValue
  ) throws -> JinjaValue {
    // A text before `%` is a format, whatever stands behind.
    if name == .modulo, let format = left.text {
      return try self.format(format, isMarkup: left.typeName == "Markup", right)
    }
    for case .undefined(let message) in [left, right] { throw failure(message) }
    if let a = left.wholeNumber, let b = right.wholeNumber {
      return try calculate(a, name, b)
    }
    if let a = left.number, let b = right.number { return .float(try calculate(a, name, b)) }
    switch name {
    case .add: return try join(left, right)
    case .multiply: return try repeated(left, right)
    default: throw mismatch(left, name, right)
    }
  }

  private func mismatch(
    _ left: JinjaValue, _ name: JinjaOperation.Operator, _ right: JinjaValue
  ) -> TokenizerError {
    failure(
      "“\(name.rawValue)” does not go with values of the types \(left.typeName) and \(right.typeName)"
    )
  }

  private func whole(_ result: (partialValue: Int, overflow: Bool)) throws -> Int {
    guard !result.overflow else { throw unsupported("a number of more than 64 bits") }
    return result.partialValue
  }

  private func calculate(
    _ a: Int, _ name: JinjaOperation.Operator, _ b: Int
  ) throws -> JinjaValue {
    switch name {
    case .add: return .integer(try whole(a.addingReportingOverflow(b)))
    case .subtract: return .integer(try whole(a.subtractingReportingOverflow(b)))
    case .multiply: return .integer(try whole(a.multipliedReportingOverflow(by: b)))
    case .divide:
      guard let x = Double(exactly: a), let y = Double(exactly: b) else {
        throw unsupported("a quotient of numbers of more than 53 bits")
      }
      return .float(try calculate(x, .divide, y))
    case .floorDivide:
      try checkDivisor(b != 0)
      let quotient = try whole(a.dividedReportingOverflow(by: b))
      return .integer(a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient)
    case .modulo:
      try checkDivisor(b != 0)
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      return .integer(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
    default: return try power(a, b)
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws -> JinjaValue {
    guard exponent >= 0 else { throw unsupported("a power with a negative exponent") }
    if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
    if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
    var result = 1
    // From 2^63 on no power fits.
    for _ in 0..<min(exponent, 64) {
      result = try whole(result.multipliedReportingOverflow(by: base))
    }
    return .integer(result)
  }

  private func checkDivisor(_ isValid: Bool) throws {
    guard isValid else { throw failure("a number is divided by zero") }
  }

  private func calculate(
    _ a: Double, _ name: JinjaOperation.Operator, _ b: Double
  ) throws -> Double {
    switch name {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide:
      try checkDivisor(b != 0)
      return a / b
    case .floorDivide, .modulo:
      try checkDivisor(b != 0)
      let (quotient, rest) = Self.floorDivided(a, b)
      return name == .modulo ? rest : quotient
    default: throw unsupported("a power of numbers with fractions")
    }
  }

  /// Python's `divmod` of floats.
  private static func floorDivided(_ a: Double, _ b: Double) -> (quotient: Double, rest: Double) {
    var rest = a.truncatingRemainder(dividingBy: b)
    var quotient = (a - rest) / b
    if rest != 0 {
      if (b < 0) != (rest < 0) {
        rest += b
        quotient -= 1
      }
    } else {
      rest = Double(signOf: b, magnitudeOf: 0)
    }
    if quotient != 0 {
      let floor = quotient.rounded(.down)
      quotient = quotient - floor > 0.5 ? floor + 1 : floor
    } else {
      quotient = Double(signOf: a / b, magnitudeOf: 0)
    }
    return (quotient, rest)
  }

  /// Two texts or lists, one behind the other.
  private func join(_ left: JinjaValue, _ right: JinjaValue) throws -> JinjaValue {
    if let a = left.text, let b = right.text {
      try spend((a.utf8.count + b.utf8.count) / 16)
      switch (left, right) {
      case (.string, .string): return .string(a + b)
      default: return .markup(try left.escaped() + (try right.escaped()))
      }
    }
    switch (left, right) {
    case (.list(let a), .list(let b)): return .list(try sequence(a.elements + b.elements))
    case (.tuple(let a), .tuple(let b)): return .tuple(try sequence(a.elements + b.elements))
    default: throw mismatch(left, .add, right)
    }
  }

  private func repeated(_ left: JinjaValue, _ right: JinjaValue) throws -> JinjaValue {
    if left.wholeNumber != nil, right.wholeNumber == nil { return try repeated(right, left) }
    guard let count = right.wholeNumber.map({ max(0, $0) }) else {
      throw mismatch(left, .multiply, right)
    }
    switch left {
    case .string(let text), .markup(let text):
      try spend(product(count, 1 + text.utf8.count / 16))
      let result = text.isEmpty ? "" : String(repeating: text, count: count)
      return left.typeName == "Markup" ? .markup(result) : .string(result)
    case .list(let list):
      try spend(product(count, 4 * list.elements.count))
      return .list(try sequence(Self.repeated(list.elements, count)))
    case .tuple(let list):
      try spend(product(count, 4 * list.elements.count))
      return .tuple(try sequence(Self.repeated(list.elements, count)))
    default: throw mismatch(left, .multiply, right)
    }
  }

  private static func repeated(_ elements: [JinjaValue], _ count: Int) -> [JinjaValue] {
    elements.isEmpty ? [] : Array(repeatElement(elements, count: count).joined())
  }

  /// A product of counts, or a number of steps that nobody has.
  func product(_ a: Int, _ b: Int) -> Int {
    let (product, isTooLarge) = a.multipliedReportingOverflow(by: b)
    return isTooLarge ? Int.max / 2 : min(product, Int.max / 2)
  }

  /// `format % values`, for the conversions that chat templates use.
  private func format(
    _ format: String, isMarkup: Bool, _ value: JinjaValue
  ) throws -> JinjaValue {
    guard !isMarkup else { throw unsupported("a format that is marked as safe") }
    var values: ArraySlice<JinjaValue> = [value]
    if case .tuple(let sequence) = value { values = sequence.elements[...] }
    try spend(format.utf8.count)
    var result = ""
    var isConversion = false
    for scalar in format.unicodeScalars {
      if !isConversion {
        if scalar == "%" { isConversion = true } else { result.unicodeScalars.append(scalar) }
        continue
      }
      isConversion = false
      if scalar == "%" {
        result += "%"
        continue
      }
      guard ["s", "d", "i", "r"].contains(scalar) else {
        throw unsupported("the conversion “%\(scalar)”")
      }
      guard let value = values.popFirst() else { throw failure("a format has too few values") }
      try spend(value.weight)
      switch scalar {
      case "s": result += try value.printed()
      case "r": result += try value.representation()
      default:
        guard let number = value.wholeNumber else {
          throw unsupported("the conversion “%\(scalar)” of a value of the type \(value.typeName)")
        }
        result += String(number)
      }
    }
    guard !isConversion else { throw failure("a format ends with “%”") }
    guard values.isEmpty || Self.isMapping(value) else {
      throw failure("a format has too many values")
    }
    return .string(result)
  }
}

extension JinjaInterpreter {
  /// Whether Python takes a value for a mapping, of which a format may leave members out.
  private static func isMapping(_ value: JinjaValue) -> Bool {
    switch value {
    case .dictionary, .list, .range, .undefined: true
    default: false
    }
  }
}
