/// What is computed from one document's response, as 0 or 1.
package enum Metric: String, Sendable, CaseIterable, Codable {
  /// Whether the right choice is the likeliest; on ties the first choice wins.
  case accuracy = "acc"
  /// As `accuracy`, with each log-likelihood divided by the number of code points of its choice.
  case normalizedAccuracy = "acc_norm"
  /// Whether answer and target are equal once both are normalised as GSM8K's task says.
  case exactMatch = "exact_match"

  /// Position of the largest value; the first one of several.
  static func indexOfLargest(_ values: [Double]) -> Int? {
    guard var best = values.indices.first else { return nil }
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }

  /// A text as `exact_match` compares it.
  ///
  /// In this order: no commas, no dollar signs, nothing up to the last "#### ", no final period (also none before
  /// a final line feed), lower case.
  static func normalizedForExactMatch(_ text: String) -> String {
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
