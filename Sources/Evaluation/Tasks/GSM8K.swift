/// GSM8K: grade-school word problems whose answer is a number after "#### " (Cobbe et al., 2021).
package enum GSM8K {
  /// The task: five examples, greedy generation, both extractors of the harness.
  package static let task = EvaluationTask(
    name: "gsm8k", version: "3.0", documentCount: 1319,
    output: .generation(
      stopStrings: ["Question:", "</s>", "<|im_end|>"], maximumNewTokens: 256),
    fewShotCount: 5, filters: [.strictMatch, .flexibleExtract], metrics: [.exactMatch])

  /// The document of a row; `answer` is the whole worked solution.
  package static func document(question: String, answer: String) -> Document {
    Document(question: "Question: \(question)\nAnswer:", target: answer)
  }
}
