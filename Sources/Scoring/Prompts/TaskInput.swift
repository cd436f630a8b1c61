/// The documents of one task.
package struct TaskInput: Sendable {
  /// The task.
  package let task: EvaluationTask
  /// What is asked, in the order of the evaluation split.
  package let documents: [Document]
  /// Position of each document in the full split.
  package let documentIndices: [Int]
  /// Where few-shot examples come from.
  package let fewShotPool: [Document]

  /// Takes documents that stand at the beginning of their split, or at `documentIndices`.
  package init(
    task: EvaluationTask, documents: [Document], documentIndices: [Int]? = nil,
    fewShotPool: [Document]
  ) {
    precondition(
      documentIndices.map { $0.count == documents.count } ?? true,
      "Every document has one position.")
    self.task = task
    self.documents = documents
    self.documentIndices = documentIndices ?? Array(documents.indices)
    self.fewShotPool = fewShotPool
  }
}
