import Files

/// When a generated answer counts as the target.
package enum AnswerComparison: String, Sendable {
  /// When both are the same text without commas, dollar signs and what GSM8K's task says besides.
  case normalizedText
  /// When both write the same formula, as AIME's tasks compare them.
  case mathematical

  /// Whether an answer counts as the target.
  func isMatch(_ answer: String, target: String) -> Bool {
    switch self {
    case .normalizedText:
      PythonText.areEqual(Self.normalizedText(answer), Self.normalizedText(target))
    case .mathematical: MathematicalAnswer.isMatch(answer, target: target)
    }
  }

  /// A text as GSM8K's `exact_match` compares it.
  ///
  /// In this order: no commas, no dollar signs, nothing up to the last "#### ", no final period (also none before
  /// a final line feed), lower case.
  static func normalizedText(_ text: String) -> String {
    var bytes = text.utf8.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "$") }
    let mark = Array("#### ".utf8)
    if let start = bytes.indices.last(where: { bytes[$0...].starts(with: mark) }) {
      bytes.removeFirst(start + mark.count)
    }
    let lineFeed = UInt8(ascii: "\n")
    let end = bytes.last == lineFeed ? bytes.count - 1 : bytes.count
    if end > 0, bytes[end - 1] == UInt8(ascii: ".") { bytes.remove(at: end - 1) }
    return PythonText.lowercased(String(decoding: bytes, as: UTF8.self))
  }
}
