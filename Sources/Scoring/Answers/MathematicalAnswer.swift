import Files

/// Whether a response to an AIME problem holds the right answer.
///
/// Reference: `process_results` and `is_equiv` in lm_eval/tasks/aime/utils.py, quirks included: "033" is not "33",
/// and prose around a number that is neither boxed nor between dollar signs is wrong.
enum MathematicalAnswer {
  /// A text that the normalisation cannot read; the raw texts are compared then.
  private struct Unreadable: Error {}

  /// Whether the response's answer is the target.
  static func isMatch(_ response: String, target: String) -> Bool {
    let answer = boxedContent(of: response) ?? betweenDollars(response)
    do {
      return PythonText.areEqual(try normalized(answer), try normalized(target))
    } catch {
      return PythonText.areEqual(answer, target)
    }
  }

  // MARK: - Extraction

  /// What stands between the first and the last dollar sign, or all of a text with fewer than two.
  private static func betweenDollars(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let dollar = UInt8(ascii: "$")
    guard let first = bytes.firstIndex(of: dollar), let last = bytes.lastIndex(of: dollar),
      first < last
    else { return text }
    return String(decoding: bytes[(first + 1)..<last], as: UTF8.self)
  }

  /// The content of the last `\boxed`, if there is one whose braces close.
  private static func boxedContent(of text: String) -> String? {
    if let last = split(text, at: "\\boxed ").dropFirst().last {
      return PythonText.prefix(of: last, before: "$")
    }
    // Without "\boxed" the reference looks at "\fbox", whose content it cannot take out.
    guard let tail = split(text, at: "\\boxed").dropFirst().last else { return nil }
    var depth = 0
    for (index, byte) in tail.utf8.enumerated() {
      if byte == UInt8(ascii: "{") { depth += 1 }
      guard byte == UInt8(ascii: "}") else { continue }
      depth -= 1
      guard depth == 0 else { continue }
      let group = tail.utf8.prefix(index)
      return group.first == UInt8(ascii: "{") ? String(group.dropFirst()) : nil
    }
    return nil
  }

  // MARK: - Normalisation

  private static func normalized(_ text: String) throws(Unreadable) -> String {
    var text = text
    let replacements = [
      ("\n", ""), ("\\!", ""), ("\\\\", "\\"), ("tfrac", "frac"), ("dfrac", "frac"), ("\\left", ""),
      ("\\right", ""), ("^{\\circ}", ""), ("^\\circ", ""), ("\\$", ""),
    ]
    for (old, new) in replacements { text = PythonText.replacing(old, in: text, with: new) }
    text = try withoutUnits(text)
    for (old, new) in [("\\%", ""), (" .", " 0."), ("{.", "{0.")] {
      text = PythonText.replacing(old, in: text, with: new)
    }
    guard !text.isEmpty else { return text }
    if text.utf8.first == UInt8(ascii: ".") { text = "0" + text }
    let sides = split(text, at: "=")
    if sides.count == 2, sides[0].unicodeScalars.count <= 2 { text = sides[1] }
    text = PythonText.replacing(" ", in: try withBracedRoots(text), with: "")
    text = try withBracedFractions(text)
    return try withFraction(PythonText.areEqual(text, "0.5") ? "\\frac{1}{2}" : text)
  }

  /// The text before a unit, which begins with `\text{ `.
  private static func withoutUnits(_ text: String) throws(Unreadable) -> String {
    let parts = split(text, at: "\\text{ ")
    guard parts.count <= 2 else { throw Unreadable() }
    return parts[0]
  }

  /// `\sqrt3` as `\sqrt{3}`.
  private static func withBracedRoots(_ text: String) throws(Unreadable) -> String {
    let parts = split(text, at: "\\sqrt")
    var result = parts[0]
    for part in parts.dropFirst() {
      guard let first = part.unicodeScalars.first else { throw Unreadable() }
      result +=
        first == "{"
        ? "\\sqrt" + part : "\\sqrt{\(first)}" + String(part.unicodeScalars.dropFirst())
    }
    return result
  }

  /// `\frac12` as `\frac{1}{2}`.
  private static func withBracedFractions(_ text: String) throws(Unreadable) -> String {
    let parts = split(text, at: "\\frac")
    var result = parts[0]
    for part in parts.dropFirst() {
      let scalars = Array(part.unicodeScalars.prefix(2))
      guard let first = scalars.first else { throw Unreadable() }
      result += "\\frac"
      if first == "{" {
        result += part
      } else {
        guard scalars.count == 2 else { return text }
        result += scalars[1] == "{" ? "{\(first)}{" : "{\(first)}{\(scalars[1])}"
        result.unicodeScalars += part.unicodeScalars.dropFirst(2)
      }
    }
    return result
  }

  /// `1/2` as `\frac{1}{2}`; other texts around a single slash cannot be read.
  private static func withFraction(_ text: String) throws(Unreadable) -> String {
    let sides = split(text, at: "/")
    guard sides.count == 2 else { return text }
    guard sides.allSatisfy(PythonText.isInteger) else { throw Unreadable() }
    return sides.allSatisfy(isPlainInteger) ? "\\frac{\(sides[0])}{\(sides[1])}" : text
  }

  /// Whether printing the number gives the same text again.
  private static func isPlainInteger(_ text: String) -> Bool {
    let digits = Array(
      text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...])
    guard let first = digits.first,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return false }
    return first != UInt8(ascii: "0") || text.utf8.count == 1
  }

  private static func split(_ text: String, at separator: String) -> [String] {
    PythonText.components(of: text, separatedBy: separator)
  }
}
