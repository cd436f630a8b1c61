import Files

/// The filters behind `|`.
enum JinjaFilter: String {
  case abs, attr, batch, capitalize, count, d, `default`, dictsort, e, escape, first, float,
    forceescape, format, groupby, indent, int, items, join, last, length, list, lower, map, max,
    min,
    reject, rejectattr, replace, reverse, round, safe, select, selectattr, slice, sort, string,
    sum, title, tojson, trim, truncate, unique, upper, wordcount
}

extension JinjaInterpreter {
  /// A value, filtered.
  func filter(
    _ value: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall
  ) throws -> JinjaValue {
    try spend()
    let what = "the filter “\(filter.rawValue)”"
    switch filter {
    case .default, .d:
      let values = try bind(call, ["default_value", "boolean"], of: what)
      let isReplaced = value.isUndefined || (values[1]?.isTrue ?? false) && !value.isTrue
      return isReplaced ? values[0] ?? .string("") : value
    case .length, .count:
      _ = try bind(call, [], of: what)
      if case .loop(let loop) = value { return try loop.member("length") ?? .none }
      guard let count = value.count else {
        throw failure("a value of the type \(value.typeName) has no length")
      }
      if value.text != nil { try spend(value.weight) }
      return .integer(count)
    case .tojson: return try json(value, call, of: what)
    case .abs, .int, .float, .round: return try numeric(value, by: filter, call, of: what)
    case .string, .lower, .upper, .capitalize, .title, .trim, .replace, .indent, .escape, .e,
      .forceescape, .safe, .format, .truncate, .wordcount:
      return try textual(value, by: filter, call, of: what)
    case .map, .select, .reject, .selectattr, .rejectattr, .unique, .items, .batch, .slice:
      return .iterator(try lazy(value, by: filter, call, of: what))
    case .attr:
      let name = try text(try bind(call, ["name"], required: 1, of: what)[0], of: what)
      if case .dictionary = value, JinjaDictionaryMethod(rawValue: name) == nil {
        return .undefined("a mapping has no attribute “\(name)”")
      }
      return try attribute(name, of: value)
        ?? .undefined("a value of the type \(value.typeName) has no attribute “\(name)”")
    case .first, .last, .list, .reverse, .join, .sum, .sort, .dictsort, .min, .max, .groupby:
      return try collected(value, by: filter, call, of: what)
    }
  }

  // MARK: - Numbers

  private func numeric(
    _ value: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    switch filter {
    case .abs:
      _ = try bind(call, [], of: what)
      if case .float(let number) = value { return .float(number.magnitude) }
      let number = try wholeNumber(value, default: 0, of: what)
      return number < 0 ? try signed(.integer(number), isNegative: true) : .integer(number)
    case .int:
      let values = try bind(call, ["default", "base"], of: what)
      guard try wholeNumber(values[1], default: 10, of: what) == 10 else {
        throw unsupported("\(what) with a base")
      }
      if case .undefined(let message) = value { throw failure(message) }
      return try whole(value) ?? values[0] ?? .integer(0)
    case .float:
      let values = try bind(call, ["default"], of: what)
      if case .undefined(let message) = value { throw failure(message) }
      if let number = value.number { return .float(number) }
      return try value.text.flatMap { try parsed($0) }.map { .float($0) } ?? values[0] ?? .float(0)
    default:
      let values = try bind(call, ["precision", "method"], of: what)
      return try rounded(value, values, of: what)
    }
  }

  private func whole(_ value: JinjaValue) throws -> JinjaValue? {
    if let number = value.wholeNumber { return .integer(number) }
    var number = value.number
    if let text = value.text {
      let digits = PythonText.stripped(text)
      if PythonText.isInteger(digits) {
        guard let number = Int(digits.filter { $0 != "_" }) else {
          throw unsupported("a number of more than 64 bits or in other digits than 0 to 9")
        }
        return .integer(number)
      }
      number = try parsed(text)
    }
    guard let number, number.isFinite else { return nil }
    guard let whole = Int(exactly: number.rounded(.towardZero)) else {
      throw unsupported("a number of more than 64 bits")
    }
    return .integer(whole)
  }

  /// `float(text)`; nil where that fails.
  private func parsed(_ text: String) throws -> Double? {
    let digits = PythonText.stripped(text)
    guard digits.unicodeScalars.allSatisfy({ $0.isASCII || !PythonText.isDecimalDigit($0) }) else {
      throw unsupported("a number in other digits than 0 to 9")
    }
    switch PythonText.lowercased(digits).drop(while: { $0 == "+" || $0 == "-" }) {
    case "inf", "infinity", "nan": throw unsupported("a number that is not finite")
    default: break
    }
    let signs = "0123456789+-.eE_".unicodeScalars
    guard digits.unicodeScalars.allSatisfy({ signs.contains($0) }) else { return nil }
    guard !digits.contains("_") else { throw unsupported("a number with underscores") }
    return Double(digits)
  }

  private func rounded(
    _ value: JinjaValue, _ values: [JinjaValue?], of what: String
  ) throws -> JinjaValue {
    if case .undefined(let message) = value { throw failure(message) }
    let precision = try wholeNumber(values[0], default: 0, of: what)
    let method = try values[1].map { try text($0, of: what) } ?? "common"
    guard ["common", "ceil", "floor"].contains(method) else {
      throw failure("\(what) knows the methods common, ceil and floor")
    }
    guard let number = value.number else {
      throw failure("a value of the type \(value.typeName) cannot be rounded")
    }
    guard precision == 0 else { throw unsupported("\(what) with a precision") }
    if method == "common" {
      return value.wholeNumber.map { .integer($0) } ?? .float(number.rounded(.toNearestOrEven))
    }
    return .float(number.rounded(method == "ceil" ? .up : .down))
  }

  // MARK: - JSON

  private func json(
    _ value: JinjaValue, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    let values = try bind(
      call, ["ensure_ascii", "indent", "separators", "sort_keys"], of: what)
    var indent: String?
    if let given = values[1], !given.isNone {
      let width = given.wholeNumber.map { Swift.max(0, $0) }
      try spend((width ?? 0) / 16)
      indent = try width.map { String(repeating: " ", count: $0) } ?? text(given, of: what)
    }
    var separators = (member: indent == nil ? ", " : ",", key: ": ")
    if let given = values[2], !given.isNone {
      let pair = try elements(of: given).map { try text($0, of: what) }
      guard pair.count == 2 else { throw failure("\(what) needs two separators") }
      separators = (pair[0], pair[1])
    }
    let part = (indent?.utf8.count ?? 0) * JinjaSequence.maximumDepth
    let width = part + separators.member.utf8.count + separators.key.utf8.count
    try spend(product(value.weight, 1 + width / 16))
    let writer = JinjaJSON(
      escapesNonASCII: values[0]?.isTrue ?? false, indent: indent, separators: separators,
      sortsKeys: values[3]?.isTrue ?? false, line: line)
    return .string(try writer.text(of: value))
  }
}
