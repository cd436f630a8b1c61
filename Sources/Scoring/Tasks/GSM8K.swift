/// GSM8K: grade-school word problems whose answer is a number after "#### " (Cobbe et al., 2021).
package enum GSM8K {
  /// The task: five examples, greedy generation, both extractors of the harness.
  ///
  /// The target is the whole worked solution.
  package static let task = EvaluationTask(
    name: "gsm8k", version: "3.0",
    dataSet: EvaluationTask.DataSet(
      path: "openai/gsm8k", configuration: "main", training: "train", test: "test",
      fewShot: "train"),
    documentCount: 1319, typicalTokens: EvaluationTask.Length(question: 130, answer: 160),
    columns: [TaskColumn("question", .text), TaskColumn("answer", .text)],
    question: "Question: {{question}}\nAnswer:", answer: .text("answer"),
    output: .generation(stopStrings: ["Question:", "</s>", "<|im_end|>"], maximumNewTokens: 256),
    fewShotCount: 5, filters: [.strictMatch, .flexibleExtract], metrics: [.exactMatch])
}
