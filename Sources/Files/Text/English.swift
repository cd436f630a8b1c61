import Foundation

/// Counts, words and values as a person reads them in a sentence, the same in every locale.
package enum English {
  /// How many characters of a text are shown where it is not the difference itself.
  private static let longest = 80

  /// A distance with two significant digits.
  package static func short(_ value: Double) -> String {
    value == 0 ? "0" : value.isFinite ? String(format: "%.2g", value) : "\(value)"
  }

  /// A count and its noun.
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Numbers from one to another, as "4427", or as "4427 to 4430".
  package static func range(_ numbers: ClosedRange<Int>) -> String {
    numbers.count == 1
      ? "\(numbers.lowerBound)" : "\(numbers.lowerBound) to \(numbers.upperBound)"
  }

  /// A text in quotes on one line, with everything invisible written as an escape.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\"", "\\": result += "\\\(scalar)"
      case " ": result += " "
      default:
        if scalar.properties.generalCategory.isVisible {
          result.unicodeScalars.append(scalar)
        } else {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        }
      }
    }
    return result + "\""
  }

  /// A value in a sentence: numbers in full, texts cut, what is larger by its kind.
  package static func shown(_ value: JSON) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): value.isNaN ? "NaN" : "\(value)"
    case .string(let value): quoted(cut(value))
    case .array(let elements): "an array of \(count(elements.count, "element"))"
    case .object(let object):
      value.largeInteger ?? "an object of \(count(object.members.count, "member"))"
    }
  }

  /// A value as JSON that any reader takes: numbers exactly, texts cut, what is larger by its kind.
  package static func json(_ value: JSON) -> JSON {
    switch value {
    case .null, .bool: value
    case .integer(let integer):
      integer.magnitude < 1 << 53 ? value : .string("\(integer)")
    case .number(let number): .exact(number)
    case .string(let text): .string(cut(text))
    case .array, .object: .string(shown(value))
    }
  }

  /// Words joined by commas, at most `limit` of them.
  package static func list(_ words: [String], limit: Int = 8) -> String {
    let shown = words.prefix(limit).joined(separator: ", ")
    return words.count > limit ? "\(shown) and \(words.count - limit) more" : shown
  }

  private static func cut(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard
      let end = scalars.index(
        scalars.startIndex, offsetBy: longest, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
  }
}

extension Unicode.GeneralCategory {
  /// Whether a character of this category can be told apart from others when it is printed.
  fileprivate var isVisible: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      false
    default: true
    }
  }
}
