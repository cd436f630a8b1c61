import Files

/// Methods of texts.
enum JinjaTextMethod: String {
  case capitalize, count, endswith, find, join, lower, lstrip, removeprefix, removesuffix, replace,
    rfind, rsplit, rstrip, split, startswith, strip, upper
}

/// Methods of lists and tuples.
enum JinjaListMethod: String {
  case count, index
}

/// Methods of mappings.
enum JinjaDictionaryMethod: String {
  case get, items, keys, values
}

extension JinjaInterpreter {
  /// Calls a method of a text.
  func call(
    _ method: JinjaTextMethod, of value: JinjaValue, _ call: JinjaCall
  ) throws -> JinjaValue {
    let text = value.text ?? ""
    try spend(1 + text.utf8.count / 4)
    let what = "“\(method.rawValue)”"
    let isMarkup = value.typeName == "Markup"
    func made(_ text: String) -> JinjaValue { isMarkup ? .markup(text) : .string(text) }
    guard method == .split || method == .rsplit || call.named.isEmpty else {
      throw failure("\(what) takes no arguments by name")
    }
    switch method {
    case .strip, .lstrip, .rstrip:
      let signs = try bind(call, ["chars"], of: what)[0]
      return made(
        JinjaText.stripped(
          text, of: try signs?.isNone ?? true ? nil : self.text(signs, of: what),
          atStart: method != .rstrip, atEnd: method != .lstrip))
    case .split, .rsplit: return try split(text, fromEnd: method == .rsplit, made, call, of: what)
    case .startswith, .endswith: return try affix(method, of: text, call)
    case .find, .rfind, .count: return try find(method, in: text, call)
    case .replace:
      let values = try bind(call, ["old", "new", "count"], required: 2, of: what)
      guard !isMarkup else { throw unsupported("\(what) of a text that is marked as safe") }
      return .string(
        try replaced(
          text, try self.text(values[0], of: what), try self.text(values[1], of: what),
          limit: try wholeNumber(values[2], default: -1, of: what)))
    case .removeprefix, .removesuffix:
      let part = try self.text(try bind(call, ["part"], required: 1, of: what)[0], of: what)
      let isPrefix = method == .removeprefix
      return made(JinjaText.removing(part, from: text, isPrefix: isPrefix))
    case .join:
      guard !isMarkup else { throw unsupported("\(what) of a text that is marked as safe") }
      let parts = try bind(call, ["parts"], required: 1, of: what)[0] ?? .none
      return .string(
        try joined(try elements(of: parts).map { try self.text($0, of: what) }, by: text))
    case .capitalize, .lower, .upper:
      _ = try bind(call, [], of: what)
      return made(
        method == .lower
          ? PythonText.lowercased(text)
          : method == .upper ? JinjaText.uppercased(text) : PythonText.capitalized(text))
    }
  }

  /// Pays for looking for a part of a text, which in the worst case compares it at each place.
  func spend(forFinding part: String, in text: String) throws {
    try spend(1 + text.utf8.count / 4 + product(text.utf8.count, part.utf8.count) / 64)
  }

  /// Texts one behind the other, paid for.
  func joined(_ parts: [String], by separator: String) throws -> String {
    try spend(product(parts.count, 1 + separator.utf8.count / 16))
    let result = parts.joined(separator: separator)
    try spend(result.utf8.count / 16)
    return result
  }

  /// `text.replace(old, new, limit)`, paid for.
  func replaced(_ text: String, _ old: String, _ new: String, limit: Int) throws -> String {
    // As often as it occurs at most.
    let count = text.utf8.count / max(old.utf8.count, 1) + 1
    try spend(forFinding: old, in: text)
    try spend(product(count, new.utf8.count) / 16)
    return JinjaText.replacing(old, in: text, with: new, limit: limit)
  }

  private func split(
    _ text: String, fromEnd: Bool, _ made: (String) -> JinjaValue, _ call: JinjaCall,
    of what: String
  ) throws -> JinjaValue {
    let values = try bind(call, ["sep", "maxsplit"], of: what)
    let limit = try wholeNumber(values[1], default: -1, of: what)
    guard let separator = values[0], !separator.isNone else {
      try spend(2 * text.utf8.count)
      return .list(
        try sequence(
          JinjaText.words(of: text, limit: limit < 0 ? -1 : limit, fromEnd: fromEnd).map(made)))
    }
    let pattern = try self.text(separator, of: what)
    guard !pattern.isEmpty else { throw failure("\(what) needs a separator that is not empty") }
    try spend(forFinding: pattern, in: text)
    try spend(4 * text.utf8.count / pattern.utf8.count)
    return .list(
      try sequence(
        JinjaText.split(text, by: pattern, limit: limit < 0 ? -1 : limit, fromEnd: fromEnd)
          .map(made)))
  }

  private func affix(
    _ method: JinjaTextMethod, of text: String, _ call: JinjaCall
  ) throws -> JinjaValue {
    let what = "“\(method.rawValue)”"
    guard call.positional.count == 1 else { throw unsupported("\(what) with a place") }
    var parts = [call.positional[0]]
    if case .tuple(let tuple) = parts[0] { parts = tuple.elements }
    for part in parts {
      let part = try self.text(part, of: what).utf8
      let isFound =
        method == .startswith
        ? text.utf8.starts(with: part) : text.utf8.reversed().starts(with: part.reversed())
      if isFound { return .boolean(true) }
    }
    return .boolean(false)
  }

  private func find(
    _ method: JinjaTextMethod, in text: String, _ call: JinjaCall
  ) throws -> JinjaValue {
    let what = "“\(method.rawValue)”"
    guard call.positional.count == 1 else { throw unsupported("\(what) with a place") }
    let pattern = try self.text(call.positional[0], of: what)
    try spend(forFinding: pattern, in: text)
    let (part, bytes) = (Array(pattern.utf8), Array(text.utf8))
    guard !part.isEmpty else {
      return .integer(method == .find ? 0 : text.unicodeScalars.count + (method == .count ? 1 : 0))
    }
    switch method {
    case .count: return .integer(JinjaText.matches(of: part, in: bytes).count)
    default:
      let place = JinjaText.matches(of: part, in: bytes, limit: 1, fromEnd: method == .rfind).first
      return .integer(
        place.map { String(decoding: bytes[..<$0], as: UTF8.self).unicodeScalars.count } ?? -1)
    }
  }

  /// Calls a method of a list or tuple.
  func call(
    _ method: JinjaListMethod, of value: JinjaValue, _ call: JinjaCall
  ) throws -> JinjaValue {
    guard call.positional.count == 1, call.named.isEmpty else {
      throw unsupported("“\(method.rawValue)” with a place")
    }
    try spend(value.weight)
    let elements = try elements(of: value)
    let wanted = call.positional[0]
    if method == .count { return .integer(elements.count { $0.equals(wanted) }) }
    guard let index = elements.firstIndex(where: { $0.equals(wanted) }) else {
      throw failure("“index” finds no such element")
    }
    return .integer(index)
  }

  /// Calls a method of a mapping.
  func call(
    _ method: JinjaDictionaryMethod, of dictionary: JinjaDictionary, _ call: JinjaCall
  ) throws -> JinjaValue {
    let what = "“\(method.rawValue)”"
    try spend(1 + 4 * dictionary.members.count)
    guard call.named.isEmpty else { throw failure("\(what) takes no arguments by name") }
    if method == .get {
      let values = try bind(call, ["key", "default"], required: 1, of: what)
      guard let key = values[0], key.isHashable else {
        throw failure("a value of the type \(values[0]?.typeName ?? "None") cannot be a key")
      }
      try spend(key.weight)
      return dictionary.value(of: key) ?? values[1] ?? .none
    }
    _ = try bind(call, [], of: what)
    let elements: [JinjaValue] =
      switch method {
      case .keys: dictionary.members.map(\.key)
      case .values: dictionary.members.map(\.value)
      default: try pairs(of: dictionary)
      }
    return .view("dict_\(method.rawValue)", try sequence(elements))
  }

  /// Keys and values as tuples.
  func pairs(of dictionary: JinjaDictionary) throws -> [JinjaValue] {
    try dictionary.members.map { .tuple(try sequence([$0.key, $0.value])) }
  }
}

extension JinjaValue {
  /// Whether this is `none`.
  var isNone: Bool {
    if case .none = self { true } else { false }
  }
}

extension JinjaText {
  /// `text.removeprefix(part)`, or `removesuffix`.
  static func removing(_ part: String, from text: String, isPrefix: Bool) -> String {
    if isPrefix {
      guard text.utf8.starts(with: part.utf8) else { return text }
      return String(decoding: text.utf8.dropFirst(part.utf8.count), as: UTF8.self)
    }
    guard text.utf8.reversed().starts(with: part.utf8.reversed()) else { return text }
    return String(decoding: text.utf8.dropLast(part.utf8.count), as: UTF8.self)
  }
}
