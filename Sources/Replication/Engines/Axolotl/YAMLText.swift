import Files

/// Writes values as YAML that every version of it reads alike: texts always in quotes, numbers always with a point where
/// they have an exponent (for YAML 1.1, `1e-5` is a text).
enum YAMLText {
  /// A mapping, one key a line.
  static func mapping(_ members: [(key: String, value: JSON)]) -> String {
    lines(of: members, indent: "").joined(separator: "\n") + "\n"
  }

  private static func lines(of members: [(key: String, value: JSON)], indent: String) -> [String] {
    members.flatMap { key, value -> [String] in
      switch value {
      case .object(let object):
        ["\(indent)\(key):"] + lines(of: object.members, indent: indent + "  ")
      case .array(let elements) where elements.allSatisfy({ $0.objectValue != nil }):
        ["\(indent)\(key):"]
          + elements.flatMap { element -> [String] in
            let inner = lines(of: element.objectValue?.members ?? [], indent: indent + "    ")
            return ["\(indent)  - " + inner[0].drop { $0 == " " }] + inner.dropFirst()
          }
      case .array(let elements):
        ["\(indent)\(key): [\(elements.map(scalar).joined(separator: ", "))]"]
      default: ["\(indent)\(key): \(scalar(value))"]
      }
    }
  }

  private static func scalar(_ value: JSON) -> String {
    switch value {
    case .number(let number): decimal(number)
    case .integer(let integer): String(integer)
    case .bool(let flag): flag ? "true" : "false"
    case .string(let text): JSONText.quoted(text)
    default: "null"
    }
  }

  private static func decimal(_ number: Double) -> String {
    let text = "\(number)"
    guard let exponent = text.firstIndex(of: "e") else { return text }
    let mantissa = text[..<exponent]
    let power = text[text.index(after: exponent)...]
    return (mantissa.contains(".") ? mantissa : mantissa + ".0")
      + (power.hasPrefix("-") || power.hasPrefix("+") ? "e" + power : "e+" + power)
  }
}
