/// PubMedQA: questions that an abstract answers with yes, no or maybe (Jin et al., 2019).
package enum PubMedQA {
  /// The task.
  package static let task = EvaluationTask(
    name: "pubmedqa", version: "1.0",
    dataSet: EvaluationTask.DataSet(
      path: "bigbio/pubmed_qa", configuration: "pubmed_qa_labeled_fold0_source", training: "train",
      validation: "validation", test: "test"),
    documentCount: 500, typicalTokens: EvaluationTask.Length(question: 340),
    columns: [
      TaskColumn("contexts", .texts, at: "CONTEXTS"), TaskColumn("question", .text, at: "QUESTION"),
      TaskColumn("final_decision", .text),
    ],
    question: "Abstract: {{contexts|join(\"\n\")}}\nQuestion: {{question}}\nAnswer:",
    answer: .words(["yes", "no", "maybe"], right: "final_decision"), output: .multipleChoice,
    metrics: [.accuracy], harness: EvaluationTask.HarnessDetails(docToText: "doc_to_text"))
}
