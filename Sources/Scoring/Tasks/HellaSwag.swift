import Files

/// HellaSwag: which of four endings continues a description of everyday life (Zellers et al., 2019).
package enum HellaSwag {
  /// The task.
  ///
  /// Few-shot examples exclude the document because the harness compares two split names that are both unset.
  package static let task = EvaluationTask(
    name: "hellaswag", version: "1.0",
    dataSet: EvaluationTask.DataSet(
      path: "Rowan/hellaswag", training: "train", validation: "validation"),
    documentCount: 10042, typicalTokens: EvaluationTask.Length(question: 170),
    columns: [
      TaskColumn("activity_label", .text), TaskColumn("ctx_a", .text), TaskColumn("ctx_b", .text),
      TaskColumn("endings", .texts), TaskColumn("label", .text),
      TaskColumn("source_id", .text, isOptional: true),
    ],
    preparation: EvaluationTask.Preparation(
      adding: ["query", "choices", "gold"], with: HellaSwag.prepared),
    question: "{{query}}", answer: .choices("choices", position: "label"),
    sourceColumn: "source_id", output: .multipleChoice, fewShotRule: .sampleExcludingDocument,
    metrics: [.accuracy, .normalizedAccuracy],
    harness: EvaluationTask.HarnessDetails(processDocs: "process_docs"))

  /// The row with the columns that the harness makes: `query`, `choices` and `gold`.
  ///
  /// - Throws: `invalidDocument` when the row lacks a column.
  static func prepared(_ row: TaskRow) throws -> TaskRow {
    let context =
      try row.text("ctx_a") + " " + PythonText.capitalized(try row.text("ctx_b"))
    var result = row
    result["query"] = .text(cleaned(try row.text("activity_label") + ": " + context))
    result["choices"] = .texts(try row.texts("endings").map(cleaned))
    // Whoever reads the answer says what is wrong with a label that is no number.
    result["gold"] = Int(try row.text("label")).map(TaskRow.Value.integer)
    return result
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
