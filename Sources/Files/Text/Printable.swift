/// Text of strangers (records, manifests, samples, names of files, words of other programs) as a terminal may get it.
package enum Printable {
  /// The text on one line, with everything that is no visible character or space written as an escape like `\u{1b}`.
  ///
  /// Control characters, line ends, overrides of the direction, characters without width and tags neither move the
  /// cursor nor hide or reorder what stands beside them. Escaping twice changes nothing more.
  package static func text(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    // Nearly every text is printed as it is, and lists have thousands of lines.
    guard !scalars.indices.allSatisfy({ isVisible(scalars[$0], at: $0, of: scalars) }) else {
      return text
    }
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      if isVisible(scalar, at: index, of: scalars) {
        result.unicodeScalars.append(scalar)
      } else {
        result += escape(scalar)
      }
    }
    return result
  }

  /// The beginning of a line, whose first character must not be that of a workflow command of GitHub Actions.
  static func beginning(_ text: String) -> String {
    guard let first = text.unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
      text.unicodeScalars[first] == ":"
    else { return text }
    let rest = text.unicodeScalars.index(after: first)
    return String(text.unicodeScalars[..<first]) + escape(":")
      + String(text.unicodeScalars[rest...])
  }

  /// Canonical JSON text with the same content, in which nothing invisible stands as itself.
  package static func json(_ text: String) -> String {
    var result = ""
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      // Line ends outside of strings are the writer's; strings have none.
      if scalar == "\n" || isVisible(scalar, at: index, of: scalars) {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }

  private static func isVisible(
    _ scalar: Unicode.Scalar, at index: Int, of scalars: [Unicode.Scalar]
  ) -> Bool {
    switch scalar {
    case " "..."~":
      // `##[` begins a workflow command anywhere in a line.
      return scalar != "#" || !scalars[(index + 1)...].starts(with: ["#", "["])
    case "\u{200C}", "\u{200D}":
      // Parts of words in some scripts, and of composed emoji.
      return joins(scalars, index - 1) && joins(scalars, index + 1)
    case "\u{FE0E}", "\u{FE0F}": return index > 0
    default:
      return scalar.properties.generalCategory.isPrintable
        && !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// Whether the place beside a joiner has what can be joined: no Latin letter, whose words do not know joiners.
  private static func joins(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    guard scalars.indices.contains(index) else { return false }
    let scalar = scalars[index]
    return scalar.value > 0x36F && scalar.properties.generalCategory.isPrintable
      && !scalar.properties.isWhitespace
      && (scalar == "\u{FE0F}" || !scalar.properties.isDefaultIgnorableCodePoint)
  }
}

extension Unicode.GeneralCategory {
  /// Whether characters of this category are drawn or are spaces.
  fileprivate var isPrintable: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
