/// Texts that are given, not answered: how likely a model finds them, and how far it has moved from the base model on them.
///
/// Accuracies of a few hundred questions do not tell two trainings of one model apart; the distributions of a few thousand
/// tokens do. The harness has no such tasks. Values of documents are pooled over their tokens or bytes, as perplexities are.
package enum GivenText {
  /// General text, which nobody was trained on: what fine-tuning changed besides what it was for.
  ///
  /// `kl_from_base` is what a fine-tuned model has moved; it cannot be negative. `nats_per_token` alone is no measure of
  /// forgetting, since general text may become likelier by fine-tuning too.
  package static let general = EvaluationTask(
    name: "general_text", version: version,
    dataSet: EvaluationTask.DataSet(path: "general_text", test: "test"), documentCount: nil,
    typicalTokens: EvaluationTask.Length(question: 120), columns: [TaskColumn("text", .text)],
    question: "", answer: .passage("text"), output: .passage, targetDelimiter: "",
    fewShotRule: .never, metrics: metrics)

  /// Answers of the kind that was trained on, held out: what fine-tuning was for.
  package static let target = EvaluationTask(
    name: "target_text", version: version,
    dataSet: EvaluationTask.DataSet(path: "target_text", test: "test"), documentCount: nil,
    typicalTokens: EvaluationTask.Length(question: 120),
    columns: [TaskColumn("user", .text), TaskColumn("assistant", .text)], question: "user",
    answer: .passage("assistant"), output: .passage, fewShotRule: .never, metrics: metrics,
    headline: .natsPerToken)

  /// GSM8K's reference solutions after their questions, as its few-shot examples show them.
  ///
  /// What a right answer costs moves with every token; which share of answers is right moves with few of them.
  package static let gsm8kSolutions = solutions(
    of: GSM8K.task, question: TaskColumn("question", .text), solution: TaskColumn("answer", .text))

  /// The reference solutions of AIME 2024, likewise; the other years' data have none.
  package static let aime24Solutions = solutions(
    of: AIME.year2024, question: TaskColumn("question", .text, at: "Problem"),
    solution: TaskColumn("solution", .text, at: "Solution"))

  private static func solutions(
    of task: EvaluationTask, question: TaskColumn, solution: TaskColumn
  ) -> EvaluationTask {
    EvaluationTask(
      name: "\(task.name)_solutions", version: version, dataSet: task.dataSet,
      documentCount: task.documentCount,
      typicalTokens: EvaluationTask.Length(
        question: task.typicalTokens.question + task.typicalTokens.answer),
      columns: [question, solution], question: "Question: {{question}}\nAnswer:",
      answer: .passage(solution.name), output: .passage, fewShotRule: .never, metrics: metrics,
      headline: .bitsPerByte)
  }

  private static let version = "replicate 1"
  private static let metrics: [Metric] = [.natsPerToken, .bitsPerByte, .divergenceFromBase]
}
