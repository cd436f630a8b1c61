import Files

/// What is taken from a generated text before it is compared with the target.
package enum AnswerFilter: String, Sendable {
  /// All of it.
  case none
  /// The number after the first "#### " that one follows: `#### (\-?[0-9\.\,]+)`.
  case strictMatch = "strict-match"
  /// The last thing that looks like a number: `(-?[$0-9.,]{2,})|(-?[0-9]+)`.
  case flexibleExtract = "flexible-extract"

  /// What the harness puts in the place of a missing answer.
  static let missingAnswer = "[invalid]"

  /// The answer in a response, or "[invalid]" when it holds none.
  func answer(in response: String) -> String {
    let bytes = Array(response.utf8)
    // Both patterns match ASCII only, so that bytes serve as well as code points.
    let match: Range<Int>? =
      switch self {
      case .none: 0..<bytes.count
      case .strictMatch: Self.numberAfterMark(in: bytes)
      case .flexibleExtract: Self.lastNumber(in: bytes)
      }
    return match.map { String(decoding: bytes[$0], as: UTF8.self) } ?? Self.missingAnswer
  }

  private static func numberAfterMark(in bytes: [UInt8]) -> Range<Int>? {
    let mark = Array("#### ".utf8)
    var position = 0
    while let match = PythonText.firstIndex(of: mark, in: bytes, from: position) {
      let start = match + mark.count
      let digits = bytes[start...].first == minus ? start + 1 : start
      let end = endOfRun(in: bytes, from: digits) { isDigit($0) || isSeparator($0) }
      if end > digits { return start..<end }
      position = match + 1
    }
    return nil
  }

  private static func lastNumber(in bytes: [UInt8]) -> Range<Int>? {
    var last: Range<Int>?
    var position = 0
    while position < bytes.count {
      let start = bytes[position] == minus ? position + 1 : position
      let end = endOfRun(in: bytes, from: start) {
        isDigit($0) || isSeparator($0) || $0 == UInt8(ascii: "$")
      }
      // Two or more characters match the first alternative; a single one must be a digit.
      if end - start >= 2 || (end - start == 1 && isDigit(bytes[start])) {
        last = position..<end
        position = end
      } else {
        position += 1
      }
    }
    return last
  }

  private static let minus = UInt8(ascii: "-")

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
  }

  private static func endOfRun(
    in bytes: [UInt8], from start: Int, where belongs: (UInt8) -> Bool
  ) -> Int {
    var end = start
    while end < bytes.count, belongs(bytes[end]) { end += 1 }
    return end
  }
}
