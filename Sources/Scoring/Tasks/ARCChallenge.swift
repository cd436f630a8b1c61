/// ARC-Challenge: grade-school science questions with three to five answers (Clark et al., 2018).
package enum ARCChallenge {
  /// The task.
  package static let task = EvaluationTask(
    name: "arc_challenge", version: "1.0",
    dataSet: EvaluationTask.DataSet(
      path: "allenai/ai2_arc", configuration: "ARC-Challenge", training: "train", test: "test"),
    documentCount: 1172, typicalTokens: EvaluationTask.Length(question: 70),
    columns: [
      TaskColumn("question", .text), TaskColumn("choices", .texts, at: "choices.text"),
      TaskColumn("labels", .texts, at: "choices.label"),
      TaskColumn("answer_key", .text, at: "answerKey"), TaskColumn(added: "answer_index", .integer),
    ],
    question: "Question: {{question}}\nAnswer:",
    answer: .labelledChoices(
      "choices", labels: "labels", key: "answer_key", position: "answer_index"),
    output: .multipleChoice, metrics: [.accuracy, .normalizedAccuracy])
}
