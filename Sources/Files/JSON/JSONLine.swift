/// Writes one JSON value on one line, with keys in the order of the calls, so that equal samples give equal bytes.
package struct JSONLine {
  /// What was written so far.
  package private(set) var text = ""
  private var needsComma = false

  /// Creates an empty line.
  package init() {}

  /// Writes an object whose members `body` writes.
  package mutating func object(_ body: (inout JSONLine) -> Void) { enclose("{", "}", body) }

  /// Writes an array, one element for each of `elements`.
  package mutating func array<Element>(
    _ elements: [Element], _ body: (inout JSONLine, Element) -> Void
  ) {
    enclose("[", "]") { line in
      for element in elements { body(&line, element) }
    }
  }

  /// Writes the key of the next value.
  package mutating func key(_ name: String) {
    string(name)
    text += ":"
    needsComma = false
  }

  /// Writes a string; everything but quotes, backslashes and control characters stands as it is.
  package mutating func string(_ value: String) {
    separate()
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// Writes a finite number in the fewest digits that parse back to the same bits.
  package mutating func number(_ value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value).")
    separate()
    text += value.description
  }

  /// Writes an integer.
  package mutating func number(_ value: Int) {
    separate()
    text += value.description
  }

  /// Writes true or false.
  package mutating func bool(_ value: Bool) {
    separate()
    text += value ? "true" : "false"
  }

  private mutating func enclose(_ open: String, _ close: String, _ body: (inout JSONLine) -> Void) {
    separate()
    text += open
    needsComma = false
    body(&self)
    text += close
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text += "," }
    needsComma = true
  }
}
