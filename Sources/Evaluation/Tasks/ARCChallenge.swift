/// ARC-Challenge: grade-school science questions with three to five answers (Clark et al., 2018).
package enum ARCChallenge {
  /// The task.
  package static let task = EvaluationTask(
    name: "arc_challenge", version: "1.0", documentCount: 1172, output: .multipleChoice,
    metrics: [.accuracy, .normalizedAccuracy])

  /// The document of a row: `choices.text`, `choices.label` and `answerKey` are columns of the data set.
  ///
  /// - Throws: `invalidDocument` when `answerKey` is not among the labels, or texts and labels differ in number.
  package static func document(
    question: String, choices: [String], labels: [String], answerKey: String
  ) throws -> Document {
    guard choices.count == labels.count else {
      throw EvaluationError(
        .invalidDocument,
        "The ARC question \"\(question.prefix(60))\" has \(choices.count) answers but \(labels.count) labels."
      )
    }
    guard let goldIndex = labels.firstIndex(where: { PythonText.areEqual($0, answerKey) }) else {
      throw EvaluationError(
        .invalidDocument,
        "The answer key \"\(answerKey)\" of the ARC question \"\(question.prefix(60))\" is not one of its labels (\(labels.joined(separator: ", ")))."
      )
    }
    return try Document(
      question: "Question: \(question)\nAnswer:", choices: choices, goldIndex: goldIndex)
  }
}
