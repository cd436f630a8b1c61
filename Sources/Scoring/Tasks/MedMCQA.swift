/// MedMCQA: questions of Indian medical entrance examinations with four answers (Pal et al., 2022).
package enum MedMCQA {
  /// The task, on the validation split: the test split has no answers.
  package static let task = EvaluationTask(
    name: "medmcqa", version: EvaluationTask.unversioned,
    dataSet: EvaluationTask.DataSet(
      path: "openlifescienceai/medmcqa", training: "train", validation: "validation",
      test: "validation"),
    documentCount: 4183, typicalTokens: EvaluationTask.Length(question: 60),
    columns: [
      TaskColumn("question", .text), TaskColumn("opa", .text), TaskColumn("opb", .text),
      TaskColumn("opc", .text), TaskColumn("opd", .text), TaskColumn("cop", .integer),
    ],
    question:
      "Question: {{question}}\nChoices:\nA. {{opa}}\nB. {{opb}}\nC. {{opc}}\nD. {{opd}}\nAnswer:",
    answer: .letters(["A", "B", "C", "D"], position: "cop"), output: .multipleChoice,
    metrics: [.accuracy, .normalizedAccuracy],
    harness: EvaluationTask.HarnessDetails(
      docToText: "doc_to_text", decontaminationQuery: "{{question}}"))
}
