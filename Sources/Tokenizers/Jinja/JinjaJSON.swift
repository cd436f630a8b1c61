import Files

/// Values as `json.dumps` writes them, which is what transformers' `tojson` is.
struct JinjaJSON {
  /// Whether signs outside of ASCII are written as escapes.
  let escapesNonASCII: Bool
  /// What stands before a member, once for each level; nil for one line.
  let indent: String?
  /// What stands between members, and between key and value.
  let separators: (member: String, key: String)
  /// Whether members are ordered by their keys.
  let sortsKeys: Bool
  /// The template's line, for messages.
  let line: Int

  /// The value's text.
  ///
  /// - Throws: for values that JSON does not have.
  func text(of value: JinjaValue) throws -> String {
    var output = ""
    try append(value, depth: 0, to: &output)
    return output
  }

  private func append(_ value: JinjaValue, depth: Int, to output: inout String) throws {
    switch value {
    case .none: output += "null"
    case .boolean(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .float(let value): output += Self.token(value)
    case .string(let text), .markup(let text): output += quoted(text)
    case .list(let sequence), .tuple(let sequence):
      try enclose("[", "]", sequence.elements, depth, &output) { element, output in
        try append(element, depth: depth + 1, to: &output)
      }
    case .dictionary(let dictionary):
      try enclose("{", "}", try members(of: dictionary), depth, &output) { member, output in
        output += quoted(try key(member.key)) + separators.key
        try append(member.value, depth: depth + 1, to: &output)
      }
    default:
      throw JinjaFailure.rendering(
        "JSON has no value of the type \(value.typeName)", line: line)
    }
  }

  private func members(
    of dictionary: JinjaDictionary
  ) throws -> [JinjaMember] {
    guard sortsKeys else { return dictionary.members }
    return try JinjaOrder.sorted(dictionary.members, line: line) { $0.key }
  }

  private func key(_ value: JinjaValue) throws -> String {
    switch value {
    case .string(let text), .markup(let text): return text
    case .none: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .float(let value): return Self.token(value)
    default:
      throw JinjaFailure.rendering(
        "JSON has no key of the type \(value.typeName)", line: line)
    }
  }

  private func enclose<Element>(
    _ open: String, _ close: String, _ elements: [Element], _ depth: Int,
    _ output: inout String, _ body: (Element, inout String) throws -> Void
  ) throws {
    output += open
    for (index, element) in elements.enumerated() {
      if index > 0 { output += separators.member }
      lineBreak(depth + 1, &output)
      try body(element, &output)
    }
    if !elements.isEmpty { lineBreak(depth, &output) }
    output += close
  }

  private func lineBreak(_ depth: Int, _ output: inout String) {
    guard let indent else { return }
    output += "\n" + String(repeating: indent, count: depth)
  }

  private static func token(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    return PythonJSON.text(of: value)
  }

  private func quoted(_ text: String) -> String {
    let quoted = JSONText.quoted(text)
    guard escapesNonASCII else { return quoted }
    var result = ""
    for unit in quoted.utf16 {
      if unit < 0x7F {
        result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return result
  }
}

/// Python's `sorted`.
enum JinjaOrder {
  /// Elements by their keys, those with equal keys in the order that they have.
  ///
  /// - Throws: where two keys cannot be ordered.
  static func sorted<Element>(
    _ elements: [Element], isReversed: Bool = false, line: Int,
    by key: (Element) throws -> JinjaValue
  ) throws -> [Element] {
    let keyed = try elements.enumerated().map { (offset: $0, key: try key($1), element: $1) }
    let sorted = try keyed.sorted { a, b in
      guard let order = a.key.order(b.key) else {
        throw JinjaFailure.rendering(
          "values of the types \(a.key.typeName) and \(b.key.typeName) have no order", line: line)
      }
      if order.isEqual { return a.offset < b.offset }
      return isReversed ? b.key.order(a.key)?.isLess ?? false : order.isLess
    }
    return sorted.map(\.element)
  }
}
