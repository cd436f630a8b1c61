import Files

/// The tests behind `is`.
enum JinjaTest: String {
  case odd, even, divisibleby, defined, undefined, none, boolean, integer, float, lower, upper,
    string, mapping, number, sequence, iterable, callable, sameas, escaped, eq, equalto, ne, gt,
    greaterthan, ge, lt, lessthan, le, filter, test
  case isFalse = "false"
  case isTrue = "true"
  case contained = "in"
  case doubleEqual = "=="
  case notEqual = "!="
  case greater = ">"
  case greaterOrEqual = ">="
  case less = "<"
  case lessOrEqual = "<="

  /// The comparison that it is, if it is one.
  var comparison: JinjaOperation.Operator? {
    switch self {
    case .eq, .equalto, .doubleEqual: .equal
    case .ne, .notEqual: .notEqual
    case .gt, .greaterthan, .greater: .greater
    case .ge, .greaterOrEqual: .greaterOrEqual
    case .lt, .lessthan, .less: .less
    case .le, .lessOrEqual: .lessOrEqual
    case .contained: .contained
    default: nil
    }
  }
}

extension JinjaInterpreter {
  /// Whether a test holds.
  func test(_ value: JinjaValue, by test: JinjaTest, _ call: JinjaCall) throws -> Bool {
    let what = "the test “\(test.rawValue)”"
    if let comparison = test.comparison {
      let other = try bind(call, ["other"], required: 1, of: what)[0] ?? .none
      return try holds(value, comparison, other)
    }
    switch test {
    case .divisibleby:
      let divisor = try bind(call, ["num"], required: 1, of: what)[0] ?? .none
      return try calculate(value, .modulo, divisor).equals(.integer(0))
    case .sameas:
      return try isSame(value, try bind(call, ["other"], required: 1, of: what)[0] ?? .none)
    default: break
    }
    _ = try bind(call, [], of: what)
    switch test {
    case .odd: return try calculate(value, .modulo, .integer(2)).equals(.integer(1))
    case .even: return try calculate(value, .modulo, .integer(2)).equals(.integer(0))
    case .lower: return PythonText.isLowercase(try printed(value).unicodeScalars)
    case .upper: return PythonText.isUppercase(try printed(value).unicodeScalars)
    case .filter: return value.text.map { JinjaFilter(rawValue: $0) != nil } ?? false
    case .test: return value.text.map { JinjaTest(rawValue: $0) != nil } ?? false
    default: return isOfType(value, test)
    }
  }

  private func isOfType(_ value: JinjaValue, _ test: JinjaTest) -> Bool {
    switch (test, value) {
    case (.defined, _): !value.isUndefined
    case (.undefined, _): value.isUndefined
    case (.none, .none): true
    case (.boolean, .boolean), (.isTrue, .boolean(true)), (.isFalse, .boolean(false)): true
    case (.integer, .integer), (.float, .float): true
    case (.string, .string), (.string, .markup), (.escaped, .markup): true
    case (.mapping, .dictionary): true
    case (.number, _): value.number != nil
    case (.sequence, .view), (.iterable, .namespace): false
    case (.sequence, _): value.count != nil
    case (.iterable, .iterator), (.iterable, .loop): true
    case (.iterable, _): value.count != nil
    case (.callable, .undefined), (.callable, .macro), (.callable, .function),
      (.callable, .method), (.callable, .loop):
      true
    default: false
    }
  }

  /// `value is other`, which Python says of constants; of texts and numbers it depends on how it stores them.
  private func isSame(_ value: JinjaValue, _ other: JinjaValue) throws -> Bool {
    switch (value, other) {
    case (.none, .none): return true
    case (.boolean(let a), .boolean(let b)): return a == b
    case (.none, _), (_, .none), (.boolean, _), (_, .boolean): return false
    default: throw unsupported("the test “sameas” of values other than constants")
    }
  }
}
