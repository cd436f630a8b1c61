/// The one encoding of JSON values that digests are taken of: the JSON Canonicalization Scheme, RFC 8785.
///
/// No white space, members sorted by the UTF-16 code units of their keys, numbers as ECMAScript prints them, and only
/// the escapes that the grammar demands. Foundation's encoders order keys differently from each other and from the
/// standard, so nothing that is hashed goes through them.
package enum CanonicalJSON {
  /// The largest whole number that every reader of JSON keeps exactly: 2^53 - 1 (RFC 7493, section 2.2).
  package static let largestInteger: Int64 = (1 << 53) - 1

  /// The canonical bytes of a value, without a line break at the end.
  ///
  /// - Throws: ``ProvenanceError`` `unrepresentable` for NaN, infinities and integers beyond 2^53 - 1, which other
  ///   readers would change silently; such integers are stored as strings.
  package static func encode(_ value: JSON) throws(ProvenanceError) -> [UInt8] {
    var output: [UInt8] = []
    try append(value, to: &output)
    return output
  }

  /// The digest of a value's canonical bytes.
  package static func digest(of value: JSON) throws(ProvenanceError) -> Digest {
    SHA256.digest(of: try encode(value))
  }

  private static func append(_ value: JSON, to output: inout [UInt8]) throws(ProvenanceError) {
    switch value {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value):
      guard value.magnitude <= largestInteger.magnitude else {
        throw ProvenanceError(
          code: .unrepresentable,
          message:
            "The integer \(value) is beyond 2^53 - 1 and would not survive other JSON readers; store it as a string."
        )
      }
      output.append(contentsOf: String(value).utf8)
    case .number(let value):
      guard value.isFinite else {
        throw ProvenanceError(
          code: .unrepresentable,
          message: "JSON has no way to write \(value); store it with its bits (JSON.exact).")
      }
      output.append(contentsOf: text(of: value).utf8)
    case .string(let text): append(text, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        try append(element, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      let members = object.members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        append(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        try append(member.value, to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func append(_ text: String, to output: inout [UInt8]) {
    let hexDigits = Array("0123456789abcdef".utf8)
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(contentsOf: [0x5C, byte])
      case 0x08: output.append(contentsOf: "\\b".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0x0A: output.append(contentsOf: "\\n".utf8)
      case 0x0C: output.append(contentsOf: "\\f".utf8)
      case 0x0D: output.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        output.append(contentsOf: "\\u00".utf8)
        output.append(hexDigits[Int(byte >> 4)])
        output.append(hexDigits[Int(byte & 15)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}

// MARK: - Numbers

extension CanonicalJSON {
  /// The shortest decimal text that reads back as the same double, laid out as ECMAScript's Number::toString does.
  ///
  /// Zero is "0" whatever its sign. The digits are those of Swift's `description`, which is shortest and closest too.
  ///
  /// - Precondition: The value is finite.
  package static func text(of value: Double) -> String {
    precondition(value.isFinite, "Only a finite number has a JSON text.")
    guard value != 0 else { return "0" }
    let sign = value < 0 ? "-" : ""
    let (digits, point) = decimal(of: value.magnitude)
    let count = digits.utf8.count
    switch point {
    case count...21 where point >= count:
      return sign + digits + String(repeating: "0", count: point - count)
    case 1...21:
      return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    case -5...0:
      return sign + "0." + String(repeating: "0", count: -point) + digits
    default:
      let exponent = point - 1
      let fraction = count > 1 ? "." + digits.dropFirst() : ""
      return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+")
        + String(exponent.magnitude)
    }
  }

  /// The significant digits, and the place of the point: the value is 0.digits times 10 to that power.
  private static func decimal(of magnitude: Double) -> (digits: String, point: Int) {
    let parts = magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let all = whole + fraction
    let leadingZeros = all.prefix { $0 == "0" }.count
    var digits = all.dropFirst(leadingZeros)
    while digits.last == "0" { digits.removeLast() }
    return (String(digits), whole.count - leadingZeros + exponent)
  }
}
