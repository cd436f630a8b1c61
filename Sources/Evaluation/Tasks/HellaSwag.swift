/// HellaSwag: which of four endings continues a description of everyday life (Zellers et al., 2019).
package enum HellaSwag {
  /// The task.
  ///
  /// Few-shot examples exclude the document because the harness compares two split names that are both unset.
  package static let task = EvaluationTask(
    name: "hellaswag", version: "1.0", documentCount: 10042, output: .multipleChoice,
    fewShotRule: .sampleExcludingDocument, metrics: [.accuracy, .normalizedAccuracy])

  /// The document of a row: `label` is the column's text, a number from 0.
  ///
  /// `identity` tells rows apart that are otherwise equal (the data set's `split` and `ind`), since a row is only
  /// excluded from its own few-shot examples when every column is equal.
  ///
  /// - Throws: `invalidDocument` when `label` is not the number of an ending.
  package static func document(
    activityLabel: String, contextA: String, contextB: String, endings: [String], label: String,
    identity: String = ""
  ) throws -> Document {
    guard let goldIndex = Int(label) else {
      throw EvaluationError(
        .invalidDocument,
        "The label \"\(label)\" of the HellaSwag row \"\(contextA.prefix(60))\" is not a number.")
    }
    let context = contextA + " " + PythonText.capitalized(contextB)
    return try Document(
      question: cleaned(activityLabel + ": " + context), choices: endings.map(cleaned),
      goldIndex: goldIndex, identity: identity)
  }

  /// Text without the marks that the WikiHow part of the data set carries.
  ///
  /// Double spaces are replaced once, and nothing is stripped at the end: results may hold double spaces, or end or
  /// begin with one.
  static func cleaned(_ text: String) -> String {
    let titled = PythonText.replacing(" [title]", in: PythonText.stripped(text), with: ". ")
    return PythonText.replacing("  ", in: withoutBrackets(titled), with: " ")
  }

  /// `re.sub("\[.*?\]", "", text)`: the shortest bracketed pieces, none across a line feed.
  private static func withoutBrackets(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    // The first "]" or line feed after `position`; kept while it lies ahead, so that a run of "[" takes linear time.
    var stop = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "[") {
        if stop <= position {
          stop =
            bytes[(position + 1)...].firstIndex {
              $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "\n")
            } ?? bytes.count
        }
        if stop < bytes.count, bytes[stop] == UInt8(ascii: "]") {
          position = stop + 1
          continue
        }
      }
      result.append(bytes[position])
      position += 1
    }
    return String(decoding: result, as: UTF8.self)
  }
}
