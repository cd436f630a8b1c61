import Files

/// Values as Python prints them.
extension JinjaValue {
  /// `str(value)`.
  ///
  /// - Throws: for values whose text names addresses in memory or inner parts.
  func printed() throws -> String {
    switch self {
    case .undefined: ""
    case .string(let text), .markup(let text): text
    default: try representation()
    }
  }

  /// `repr(value)`.
  func representation() throws -> String {
    switch self {
    case .undefined: return "Undefined"
    case .none: return "None"
    case .boolean(let value): return PythonJSON.text(of: value)
    case .integer(let value): return String(value)
    case .float(let value): return PythonJSON.text(of: value)
    case .string(let text): return Self.quoted(text)
    case .markup(let text): return "Markup(\(Self.quoted(text)))"
    case .list(let sequence): return "[\(try Self.joined(sequence))]"
    case .tuple(let sequence):
      let isSingle = sequence.elements.count == 1
      return "(\(try Self.joined(sequence))\(isSingle ? "," : ""))"
    case .dictionary(let dictionary):
      let members = try dictionary.members.map {
        "\(try $0.key.representation()): \(try $0.value.representation())"
      }
      return "{\(members.joined(separator: ", "))}"
    case .range(let range):
      let step = range.step == 1 ? "" : ", \(range.step)"
      return "range(\(range.start), \(range.end)\(step))"
    case .view(let name, let sequence): return "\(name)([\(try Self.joined(sequence))])"
    case .iterator, .namespace, .loop, .macro, .function, .method:
      throw TokenizerError(
        .unsupported,
        "The chat template prints a value of the type \(typeName), which this program does not do.")
    }
  }

  private static func joined(_ sequence: JinjaSequence) throws -> String {
    try sequence.elements.map { try $0.representation() }.joined(separator: ", ")
  }

  /// `repr(text)`.
  static func quoted(_ text: String) -> String {
    let hasSingle = text.utf8.contains(UInt8(ascii: "'"))
    let mark = hasSingle && !text.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    var result = mark
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "'" where mark == "'": result += "\\'"
      default:
        if isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          result += escape(of: scalar)
        }
      }
    }
    return result + mark
  }

  /// `str.isprintable()` of a code point.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  private static func escape(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) =
      scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
  }

  /// `markupsafe.escape(value)`: the text of what is safe, and any other with its signs of HTML written as entities.
  func escaped() throws -> String {
    if case .markup(let text) = self { return text }
    var result = ""
    for scalar in try printed().unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "'": result += "&#39;"
      case "\"": result += "&#34;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
