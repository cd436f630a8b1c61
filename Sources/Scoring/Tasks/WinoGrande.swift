import Files

/// WinoGrande: which of two names belongs into the blank of a sentence (Sakaguchi et al., 2019).
///
/// Scored by what follows the blank after each name, as Trinh & Le (2018) do ("partial evaluation").
package enum WinoGrande {
  /// The task.
  ///
  /// Few-shot examples exclude the document because the harness compares two split names that are both unset.
  package static let task = EvaluationTask(
    name: "winogrande", version: "1.0",
    dataSet: EvaluationTask.DataSet(
      path: "allenai/winogrande", configuration: "winogrande_xl", training: "train",
      validation: "validation"),
    documentCount: 1267, typicalTokens: EvaluationTask.Length(question: 40),
    columns: [
      TaskColumn("sentence", .text), TaskColumn("option1", .text), TaskColumn("option2", .text),
      TaskColumn("answer", .text),
    ],
    preparation: EvaluationTask.Preparation(
      adding: ["beginning", "choices", "rest", "position"], with: WinoGrande.prepared),
    question: "beginning", answer: .blank("choices", position: "position", rest: "rest"),
    output: .multipleChoice, fewShotRule: .sampleExcludingDocument, metrics: [.accuracy],
    harness: EvaluationTask.HarnessDetails(
      docToText: "doc_to_text", docToTarget: "doc_to_target", docToChoice: "doc_to_choice",
      decontaminationQuery: "sentence"))

  /// The row with what stands before the blank, by itself and with each option, and what stands behind it.
  ///
  /// The blank is the first underscore, whatever stands before it.
  ///
  /// - Throws: `invalidDocument` when a column is missing, the sentence has no blank or the answer is neither 1 nor 2.
  static func prepared(_ row: TaskRow) throws -> TaskRow {
    let sentence = try row.text("sentence")
    let beginning = PythonText.prefix(of: sentence, before: "_")
    guard beginning.utf8.count < sentence.utf8.count else {
      throw EvaluationError(
        .invalidDocument, "The sentence \"\(sentence.prefix(60))\" of a row has no blank (\"_\").")
    }
    let answer = try row.text("answer")
    guard let position = ["1", "2"].firstIndex(of: answer) else {
      throw EvaluationError(
        .invalidDocument, "The answer \"\(answer)\" of a row is neither \"1\" nor \"2\".")
    }
    let options = try ["option1", "option2"].map { try row.text($0) }
    let rest = String(decoding: sentence.utf8.dropFirst(beginning.utf8.count + 1), as: UTF8.self)
    var result = row
    result["beginning"] = .text(beginning)
    result["choices"] = .texts(options.map { beginning + $0 })
    result["rest"] = .text(PythonText.stripped(rest))
    result["position"] = .integer(position)
    return result
  }
}
