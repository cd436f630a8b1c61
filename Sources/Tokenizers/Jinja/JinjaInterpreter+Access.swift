import Files

/// Members, items and slices of values.
extension JinjaInterpreter {
  /// Applies what stands behind a value.
  func apply(_ postfix: JinjaPostfix, to value: JinjaValue) throws -> JinjaValue {
    try spend()
    line = postfix.line
    switch postfix.kind {
    case .attribute(let name): return try attribute(name, of: value) ?? missing(name, of: value)
    case .item(let key): return try item(try evaluate(key), of: value)
    case .slice(let start, let end, let step): return try slice(value, start, end, step)
    case .call(let arguments):
      let call = try evaluate(arguments)
      line = postfix.line
      return try self.call(value, call)
    case .filter(let filter, let arguments):
      let call = try evaluate(arguments)
      line = postfix.line
      return try nested { try self.filter(value, by: filter, call) }
    case .test(let test, let arguments, let isNegated):
      let call = try evaluate(arguments)
      line = postfix.line
      return .boolean(try self.test(value, by: test, call) != isNegated)
    }
  }

  private func missing(_ name: String, of value: JinjaValue) -> JinjaValue {
    .undefined("a value of the type \(value.typeName) has no member “\(name)”")
  }

  /// `value.name`, first as Python's attribute, then as an item; nil where it has none.
  func attribute(_ name: String, of value: JinjaValue) throws -> JinjaValue? {
    if let own = try ownAttribute(name, of: value) { return own }
    guard case .dictionary(let dictionary) = value else { return nil }
    try spend(dictionary.members.count)
    return dictionary.value(of: .string(name))
  }

  /// `getattr(value, name)`; nil where it has none.
  private func ownAttribute(_ name: String, of value: JinjaValue) throws -> JinjaValue? {
    if name.hasPrefix("__") && name.hasSuffix("__") {
      throw unsupported("the attribute “\(name)”")
    }
    switch value {
    case .undefined(let message): throw failure(message)
    case .none: return nil
    case .string, .markup:
      if let method = JinjaTextMethod(rawValue: name) { return .method(.text(method, value)) }
      return try unknown(name, JinjaPython.textMethods, of: value)
    case .list, .tuple:
      if let method = JinjaListMethod(rawValue: name) { return .method(.list(method, value)) }
      if case .tuple = value { return nil }
      return try unknown(name, JinjaPython.listMethods, of: value)
    case .dictionary(let dictionary):
      if let method = JinjaDictionaryMethod(rawValue: name) {
        return .method(.dictionary(method, dictionary))
      }
      return try unknown(name, JinjaPython.dictionaryMethods, of: value)
    case .namespace(let namespace):
      try spend(namespace.members.members.count)
      return namespace.members.value(of: .string(name))
    case .loop(let loop): return try nested { try loop.member(name) }
    case .boolean, .integer, .float:
      return try unknown(name, JinjaPython.numberMembers, of: value)
    case .range: return try unknown(name, JinjaPython.rangeMembers, of: value)
    case .view, .iterator, .macro, .function, .method:
      throw unsupported("members of a value of the type \(value.typeName)")
    }
  }

  /// What a member is that Python's type has and this interpreter does not: nothing where it would change the value,
  /// which Jinja's sandbox forbids.
  private func unknown(
    _ name: String, _ members: Set<String>, of value: JinjaValue
  ) throws -> JinjaValue? {
    if JinjaPython.changingMethods.contains(name), members.contains(name) {
      return .undefined("“\(name)” would change a value of the type \(value.typeName)")
    }
    guard !members.contains(name) else {
      throw unsupported("the member “\(name)” of a value of the type \(value.typeName)")
    }
    return nil
  }

  /// `value[key]`, first as an item, then as Python's attribute.
  func item(_ key: JinjaValue, of value: JinjaValue) throws -> JinjaValue {
    if case .undefined(let message) = value { throw failure(message) }
    if let element = try element(key, of: value) { return element }
    if let name = key.text, let own = try ownAttribute(name, of: value) { return own }
    return .undefined("a value of the type \(value.typeName) has no such element")
  }

  private func element(_ key: JinjaValue, of value: JinjaValue) throws -> JinjaValue? {
    if case .dictionary(let dictionary) = value {
      try spend(dictionary.members.count + key.weight)
      return key.isHashable ? dictionary.value(of: key) : nil
    }
    guard let number = key.wholeNumber, let count = value.count else { return nil }
    let index = number < 0 ? number &+ count : number
    guard index >= 0, index < count else { return nil }
    switch value {
    case .list(let sequence), .tuple(let sequence): return sequence.elements[index]
    case .range(let range): return .integer(range[index])
    case .string(let text), .markup(let text):
      try spend(1 + text.utf8.count / 8)
      let scalars = text.unicodeScalars
      let part = String(scalars[scalars.index(scalars.startIndex, offsetBy: index)])
      return value.typeName == "Markup" ? .markup(part) : .string(part)
    default: return nil
    }
  }

  private func slice(
    _ value: JinjaValue, _ start: JinjaExpression?, _ end: JinjaExpression?,
    _ step: JinjaExpression?
  ) throws -> JinjaValue {
    let bounds = try [start, end, step].map { try $0.map { try evaluate($0) } }
    if case .undefined(let message) = value { throw failure(message) }
    var numbers: [Int?] = []
    for bound in bounds {
      switch bound {
      case nil, .some(.none): numbers.append(nil)
      default:
        // Of a constant Jinja's optimiser makes nothing of it, where a variable's fails.
        guard let number = bound?.wholeNumber else {
          throw unsupported("a slice with a place that is no whole number")
        }
        numbers.append(number)
      }
    }
    guard numbers[2] != 0 else { throw failure("a slice needs a step other than zero") }
    guard let count = value.count else { throw noSlices(of: value) }
    try spend(4 * count)
    let indices = Self.indices(numbers[0], numbers[1], step: numbers[2] ?? 1, count: count)
    switch value {
    case .list(let sequence): return .list(try self.sequence(indices.map { sequence.elements[$0] }))
    case .tuple(let sequence):
      return .tuple(try self.sequence(indices.map { sequence.elements[$0] }))
    case .string(let text): return .string(Self.part(of: text, indices))
    case .markup(let text): return .markup(Self.part(of: text, indices))
    default: throw noSlices(of: value)
    }
  }

  /// Jinja's optimiser makes nothing of a slice of a constant that has none, where the same value of a variable fails.
  private func noSlices(of value: JinjaValue) -> TokenizerError {
    unsupported("a slice of a value of the type \(value.typeName)")
  }

  private static func part(of text: String, _ indices: [Int]) -> String {
    let scalars = Array(text.unicodeScalars)
    return indices.map { scalars[$0] }.text
  }

  /// The places that a slice takes, as `slice.indices` counts them.
  private static func indices(_ start: Int?, _ end: Int?, step: Int, count: Int) -> [Int] {
    func clamped(_ bound: Int?, _ other: Int) -> Int {
      guard let bound else { return other }
      let (low, high) = step > 0 ? (0, count) : (-1, count - 1)
      return min(max(bound < 0 ? bound &+ count : bound, low), high)
    }
    let first = clamped(start, step > 0 ? 0 : count - 1)
    let last = clamped(end, step > 0 ? count : -1)
    // No step leads further than over all elements.
    let stride = min(max(step, -(count + 1)), count + 1)
    return Array(Swift.stride(from: first, to: last, by: stride))
  }
}

/// What Python's types have, so that what is missing here is told from what never was there.
enum JinjaPython {
  static let changingMethods: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
    "sort", "update",
  ]
  static let listMethods: Set<String> = [
    "append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort",
  ]
  static let dictionaryMethods: Set<String> = [
    "clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update",
  ]
  static let textMethods: Set<String> = [
    "casefold", "center", "encode", "expandtabs", "format", "format_map", "index", "isalnum",
    "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "ljust", "maketrans", "partition", "rindex",
    "rjust", "rpartition", "splitlines", "swapcase", "title", "translate", "zfill", "unescape",
    "striptags", "escape",
  ]
  static let rangeMembers: Set<String> = ["count", "index", "start", "step", "stop"]
  static let numberMembers: Set<String> = [
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes",
    "fromhex", "hex", "imag", "is_integer", "numerator", "real", "to_bytes",
  ]
}
