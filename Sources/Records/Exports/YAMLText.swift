import Files

/// Values as YAML, which reads JSON's scalars.
enum YAMLText {
  /// A text in double quotes, with everything invisible written as an escape.
  static func scalar(_ text: String) -> String { json(.string(text)) }

  /// A number; a text where JSON has none.
  static func number(_ value: Double) -> String {
    value.isFinite ? json(.number(value)) : scalar("\(value)")
  }

  private static func json(_ value: JSON) -> String {
    // Only numbers that are not finite cannot be encoded.
    Printable.json(String(decoding: (try? CanonicalJSON.encode(value)) ?? [], as: UTF8.self))
  }
}
