/// AIME: problems of the American Invitational Mathematics Examination, whose answers are whole numbers below 1000.
package enum AIME {
  /// The problems of 2024.
  package static let year2024 = task(
    "aime24", data: "Maxwell-Jia/AIME_2024", split: "train", documentCount: 30,
    question: "Problem", answer: "Answer")
  /// The problems of 2025.
  package static let year2025 = task(
    "aime25", data: "math-ai/aime25", split: "test", documentCount: 30, question: "problem",
    answer: "answer")
  /// The problems of 1983 to 2024.
  package static let allYears = task(
    "aime", data: "gneubig/aime-1983-2024", split: "train", documentCount: 933,
    question: "Question", answer: "Answer")

  private static func task(
    _ name: String, data: String, split: String, documentCount: Int, question: String,
    answer: String
  ) -> EvaluationTask {
    EvaluationTask(
      name: name, version: "0.0",
      dataSet: EvaluationTask.DataSet(path: data, test: split),
      documentCount: documentCount,
      typicalTokens: EvaluationTask.Length(question: 130, answer: 1000),
      columns: [
        TaskColumn("question", .text, at: question),
        TaskColumn("answer", .textOrInteger, at: answer),
      ],
      question: "Question: {{question}}\nAnswer:", answer: .text("answer"),
      output: .generation(
        stopStrings: ["Question:", "</s>", "<|im_end|>", "<|eot_id|>"], maximumNewTokens: 32_768),
      fewShotRule: .never, metrics: [.exactMatch], comparison: .mathematical,
      harness: EvaluationTask.HarnessDetails(processResults: "process_results"))
  }
}
