/// The one encoding of JSON values that digests are taken of: the JSON Canonicalization Scheme, RFC 8785.
///
/// No white space, members sorted by the UTF-16 code units of their keys, numbers as ECMAScript prints them, and only
/// the escapes that the grammar demands. Foundation's encoders order keys differently from each other and from the
/// standard, so nothing that is hashed goes through them.
///
/// ```swift
/// let value = try JSONParser.parse(Array(#"{"b": 1.0, "a": "\u00e9"}"#.utf8), source: "a literal")
/// let text = String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)  // {"a":"é","b":1}
/// ```
package enum CanonicalJSON {
  /// The canonical bytes of a value, without a line break at the end.
  ///
  /// - Throws: ``FileError`` `unrepresentable` for NaN, infinities and integers beyond 2^53 - 1, which other
  ///   readers would change silently; such integers are stored as strings.
  package static func encode(_ value: JSON) throws(FileError) -> [UInt8] {
    var output: [UInt8] = []
    try append(value, to: &output)
    return output
  }

  /// The digest of a value's canonical bytes.
  package static func digest(of value: JSON) throws(FileError) -> Digest {
    SHA256.digest(of: try encode(value))
  }

  private static func append(_ value: JSON, to output: inout [UInt8]) throws(FileError) {
    switch value {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value):
      let text = String(value)
      guard text == CanonicalJSON.text(of: Double(value)) else {
        throw FileError(
          .unrepresentable,

          "The integer \(value) would not survive other JSON readers; store it as a string.")
      }
      output.append(contentsOf: text.utf8)
    case .number(let value):
      guard value.isFinite else {
        throw FileError(
          .unrepresentable,
          "JSON has no way to write \(value); store it with its bits (JSON.exact).")
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
      let members = object.members.sorted { precedes($0.key, $1.key) }
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

  /// Whether a key comes first in the order of UTF-16 code units.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    for (a, b) in zip(left.utf8, right.utf8) where a != b {
      // Among ASCII characters, bytes and code units have the same order.
      return a < 0x80 && b < 0x80 ? a < b : left.utf16.lexicographicallyPrecedes(right.utf16)
    }
    return left.utf8.count < right.utf8.count
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
    let (digits, point) = decimal(of: value.magnitude)
    let zero = UInt8(ascii: "0")
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    switch point {
    case digits.count...21 where point >= digits.count:
      text += digits
      text += repeatElement(zero, count: point - digits.count)
    case 1...21:
      text += digits[..<point]
      text.append(UInt8(ascii: "."))
      text += digits[point...]
    case -5...0:
      text += [zero, UInt8(ascii: ".")]
      text += repeatElement(zero, count: -point)
      text += digits
    default:
      text.append(digits[0])
      if digits.count > 1 {
        text.append(UInt8(ascii: "."))
        text += digits[1...]
      }
      text += [UInt8(ascii: "e"), UInt8(ascii: point > 0 ? "+" : "-")]
      text += String((point - 1).magnitude).utf8
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The significant digits, and the place of the point: the value is 0.digits times 10 to that power.
  private static func decimal(of magnitude: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    digits.reserveCapacity(24)
    var point: Int?
    var exponent = 0
    let text = Array(magnitude.description.utf8)
    for (index, byte) in text.enumerated() {
      if byte == UInt8(ascii: ".") {
        point = digits.count
      } else if byte == UInt8(ascii: "e") {
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
        break
      } else {
        digits.append(byte)
      }
    }
    let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    let place = (point ?? digits.count) - leadingZeros + exponent
    digits.removeFirst(leadingZeros)
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, place)
  }
}
