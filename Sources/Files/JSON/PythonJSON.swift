/// JSON as Python's `json.dumps(value, ensure_ascii=False)` writes it, which is what the harness's digests are taken of.
///
/// Members keep their order. Floats are `float.__repr__`; NaN and infinities are written as Python's tokens for them.
package enum PythonJSON {
  /// The value on one line, with `", "` and `": "` between its parts.
  package static func line(_ value: JSON) -> String { text(value, indent: nil) }

  /// The value as `json.dumps(value, indent=2, ensure_ascii=False)` writes it.
  package static func indented(_ value: JSON) -> String { text(value, indent: 2) }

  /// `repr(value)` of a float: the fewest digits that read back as the same bits.
  ///
  /// The digits are those of Swift's description; exponents are written from 1e16 on and below 1e-4.
  package static func text(of value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    guard value != 0 else { return sign + "0.0" }
    let (digits, exponent) = decimal(value.magnitude.description)
    let zeros = { (count: Int) in String(repeating: "0", count: count) }
    switch exponent {
    case -4..<0: return "\(sign)0.\(zeros(-exponent - 1))\(digits)"
    case 0..<16:
      let whole = digits.prefix(exponent + 1) + zeros(max(0, exponent + 1 - digits.count))
      let fraction = digits.dropFirst(exponent + 1)
      return "\(sign)\(whole).\(fraction.isEmpty ? "0" : fraction)"
    default:
      let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
      let power = String(exponent.magnitude)
      return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")"
        + zeros(max(0, 2 - power.count)) + power
    }
  }

  /// `str(value)`.
  package static func text(of value: Bool) -> String { value ? "True" : "False" }

  /// The significant digits of a positive number's description, and the power of ten of the first one.
  private static func decimal(_ description: String) -> (digits: String, exponent: Int) {
    let parts = description.split(separator: "e")
    let written = parts[0].split(separator: ".")
    let all = written.joined()
    let leading = all.prefix { $0 == "0" }.count
    var digits = String(all.dropFirst(leading))
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    return (digits, power + written[0].count - 1 - leading)
  }

  private static func text(_ value: JSON, indent: Int?) -> String {
    var output = ""
    append(value, depth: 0, indent, to: &output)
    return output
  }

  private static func append(
    _ value: JSON, depth: Int, _ indent: Int?, to output: inout String
  ) {
    switch value {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += token(value)
    case .string(let text): output += JSONText.quoted(text)
    case .array(let elements):
      enclose("[", "]", elements, depth, indent, &output) { element, output in
        append(element, depth: depth + 1, indent, to: &output)
      }
    case .object(let object):
      if let digits = value.largeInteger {
        output += digits
        return
      }
      enclose("{", "}", object.members, depth, indent, &output) { member, output in
        output += JSONText.quoted(member.key)
        output += ": "
        append(member.value, depth: depth + 1, indent, to: &output)
      }
    }
  }

  private static func enclose<Element>(
    _ open: String, _ close: String, _ elements: [Element], _ depth: Int, _ indent: Int?,
    _ output: inout String, _ body: (Element, inout String) -> Void
  ) {
    output += open
    for (index, element) in elements.enumerated() {
      if index > 0 { output += indent == nil ? ", " : "," }
      lineBreak(depth + 1, indent, &output)
      body(element, &output)
    }
    if !elements.isEmpty { lineBreak(depth, indent, &output) }
    output += close
  }

  private static func lineBreak(_ depth: Int, _ indent: Int?, _ output: inout String) {
    guard let indent else { return }
    output += "\n" + String(repeating: " ", count: depth * indent)
  }

  private static func token(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    return text(of: value)
  }
}
