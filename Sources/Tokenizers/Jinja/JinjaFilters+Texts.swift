import Files

/// Filters that give texts.
extension JinjaInterpreter {
  /// A value as a text, filtered.
  func textual(
    _ value: JinjaValue, by filter: JinjaFilter, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    let isMarkup = value.typeName == "Markup"
    func made(_ text: String) -> JinjaValue { isMarkup ? .markup(text) : .string(text) }
    if filter == .indent { return try indented(value, call, of: what) }
    if filter == .truncate { return try truncated(value, call, of: what) }
    let text = try printed(value)
    try spend(1 + text.utf8.count / 4)
    switch filter {
    case .trim:
      let signs = try bind(call, ["chars"], of: what)[0]
      return made(
        JinjaText.stripped(
          text, of: try signs?.isNone ?? true ? nil : self.text(signs, of: what)))
    case .replace:
      let values = try bind(call, ["old", "new", "count"], required: 2, of: what)
      let limit = values[2].map { $0.isNone ? .integer(-1) : $0 }
      return .string(
        try replaced(
          text, try printed(values[0] ?? .none), try printed(values[1] ?? .none),
          limit: try wholeNumber(limit, default: -1, of: what)))
    case .format:
      guard call.named.isEmpty else { throw unsupported("\(what) with arguments by name") }
      return try calculate(.string(text), .modulo, .tuple(try sequence(call.positional)))
    default: break
    }
    _ = try bind(call, [], of: what)
    switch filter {
    case .lower: return made(PythonText.lowercased(text))
    case .upper: return made(JinjaText.uppercased(text))
    case .capitalize: return made(PythonText.capitalized(text))
    case .title: return .string(JinjaText.titled(text))
    case .safe: return .markup(text)
    case .escape, .e: return .markup(try value.escaped())
    case .forceescape: return .markup(try JinjaValue.string(text).escaped())
    case .wordcount:
      return .integer(
        text.unicodeScalars.split { !PythonText.isWordCharacter($0) }.count)
    default: return made(text)
    }
  }

  private func indented(
    _ value: JinjaValue, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    let values = try bind(call, ["width", "first", "blank"], of: what)
    guard case .string(let text) = value else {
      if case .undefined(let message) = value { throw failure(message) }
      throw value.text == nil
        ? failure("\(what) needs a text, not a value of the type \(value.typeName)")
        : unsupported("\(what) of a text that is marked as safe")
    }
    let width = values[0] ?? .integer(4)
    let count = try width.text == nil ? Swift.max(0, wholeNumber(width, default: 4, of: what)) : 0
    let size = width.text?.utf8.count ?? count
    var lines = JinjaText.lines(of: text + "\n")
    try spend(product(lines.count, 1 + size / 16) + text.utf8.count / 4)
    let indention = width.text ?? String(repeating: " ", count: count)
    let indentsBlank = values[2]?.isTrue ?? false
    for index in lines.indices.dropFirst() where indentsBlank || !lines[index].isEmpty {
      lines[index] = indention + lines[index]
    }
    let result = lines.joined(separator: "\n")
    return .string(values[1]?.isTrue ?? false ? indention + result : result)
  }

  private func truncated(
    _ value: JinjaValue, _ call: JinjaCall, of what: String
  ) throws -> JinjaValue {
    let values = try bind(call, ["length", "killwords", "end", "leeway"], of: what)
    let length = try wholeNumber(values[0], default: 255, of: what)
    let end = try values[2].map { try self.text($0, of: what) } ?? "..."
    let leeway = values[3].map { $0.isNone ? .integer(5) : $0 }
    let slack = try wholeNumber(leeway, default: 5, of: what)
    guard length >= end.unicodeScalars.count, slack >= 0 else {
      throw failure("\(what) has a length or leeway that is too small")
    }
    guard let count = value.count else {
      throw failure("a value of the type \(value.typeName) has no length")
    }
    guard count - slack > length else { return value }
    guard case .string(let text) = value else {
      throw value.text == nil
        ? failure("\(what) needs a text, not a value of the type \(value.typeName)")
        : unsupported("\(what) of a text that is marked as safe")
    }
    let scalars = text.unicodeScalars
    let kept = scalars.prefix(length - end.unicodeScalars.count)
    if values[1]?.isTrue ?? false { return .string(String(kept) + end) }
    return .string(
      JinjaText.split(String(kept), by: " ", limit: 1, fromEnd: true)[0] + end)
  }
}
