/// MedQA: questions of the United States medical licensing examination with four answers (Jin et al., 2020).
package enum MedQA {
  /// The task.
  package static let task = EvaluationTask(
    name: "medqa_4options", version: EvaluationTask.unversioned,
    dataSet: EvaluationTask.DataSet(
      path: "GBaker/MedQA-USMLE-4-options-hf", training: "train", validation: "validation",
      test: "test"),
    documentCount: 1273, typicalTokens: EvaluationTask.Length(question: 220),
    columns: [
      TaskColumn("question", .text, at: "sent1"), TaskColumn("ending0", .text),
      TaskColumn("ending1", .text), TaskColumn("ending2", .text), TaskColumn("ending3", .text),
      TaskColumn("label", .integer),
    ],
    question:
      "Question: {{question}}\nA. {{ending0}}\nB. {{ending1}}\nC. {{ending2}}\nD. {{ending3}}\nAnswer:",
    answer: .letters(["A", "B", "C", "D"], position: "label"), output: .multipleChoice,
    metrics: [.accuracy, .normalizedAccuracy],
    harness: EvaluationTask.HarnessDetails(
      docToText: "doc_to_text", docToTarget: "doc_to_target"))
}
