import Files

/// Rules on how a text starts and ends, and on what it is as a whole.
enum WholeTextRules {
  /// Whether one of the three answers stands anywhere in the text.
  static func isConstrained(_ text: [Unicode.Scalar]) -> Bool {
    ["My answer is yes.", "My answer is no.", "My answer is maybe."].contains {
      let answer = Array($0.unicodeScalars)
      return text.indices.contains { text[$0...].starts(with: answer) }
    }
  }

  /// Whether the text starts with a prompt, regardless of case and of the whitespace around both.
  static func starts(with prompt: String, _ text: [Unicode.Scalar]) -> Bool {
    let start = lowercased(Array(prompt.unicodeScalars)[...].stripped)
    return lowercased(text[...].stripped).starts(with: start)
  }

  /// Whether the text ends with a phrase, regardless of case; whitespace and then straight quotes around it are dropped.
  static func ends(with phrase: String, _ text: [Unicode.Scalar]) -> Bool {
    let stripped = text[...].stripped.drop { $0 == "\"" }
    let end = stripped.lastIndex { $0 != "\"" }.map { $0 + 1 } ?? stripped.startIndex
    let ending = lowercased(Array(phrase.unicodeScalars)[...].stripped)
    return lowercased(stripped[..<end]).suffix(ending.count).elementsEqual(ending)
  }

  /// Whether the text stands between straight double quotes.
  static func isQuoted(_ text: [Unicode.Scalar]) -> Bool {
    let text = text[...].stripped
    return text.count > 1 && text.first == "\"" && text.last == "\""
  }

  /// Whether the text is one JSON value, with or without the fence of a Markdown code block around it.
  static func isJSON(_ text: [Unicode.Scalar]) -> Bool {
    var text = text[...].stripped
    for fence in ["```json", "```Json", "```JSON", "```"].map(\.unicodeScalars)
    where text.starts(with: fence) {
      text.removeFirst(fence.count)
    }
    if text.suffix(3).elementsEqual("```".unicodeScalars) { text.removeLast(3) }
    return PythonJSONSyntax.accepts(text.stripped)
  }

  private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    Array(PythonText.lowercased(ResponseText(text).text).unicodeScalars)
  }
}
