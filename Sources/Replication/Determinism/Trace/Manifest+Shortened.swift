import Training

extension Manifest {
  /// Documents of an evaluation, and tokens of an answer, that a shortened manifest keeps.
  private static let shortDocumentCount = 4
  private static let shortAnswerLength = 16

  /// The same work in small: at most `steps` steps of training with a checkpoint after each, few documents, short answers.
  ///
  /// MMLU, whose documents are counted by subject, is left out unless it is the only evaluation.
  func shortened(steps: Int) -> Manifest {
    var manifest = self
    let maximum = training.settings.maximumSteps
    manifest.training.settings.maximumSteps = min(steps, maximum ?? steps)
    manifest.training.settings.epochs = 1
    manifest.training.checkpointInterval = 1
    manifest.training.keptCheckpointInterval = training.keptCheckpointInterval.map { _ in 1 }
    let others = evaluations.filter { $0.task != .mmlu }
    manifest.evaluations = (others.isEmpty ? evaluations : others).map { $0.shortened() }
    manifest.expectations = nil
    return manifest
  }
}

extension Manifest.Evaluation {
  fileprivate func shortened() -> Manifest.Evaluation {
    Manifest.Evaluation(
      name: name, task: task, documents: documents, examples: examples, format: format,
      columns: columns, oneRowPer: oneRowPer,
      limit: min(limit ?? .max, task == .mmlu ? 1 : Manifest.shortDocumentCount),
      fewShotCount: fewShotCount, usesChatTemplate: usesChatTemplate,
      maximumNewTokens: maximumNewTokens.map { min($0, Manifest.shortAnswerLength) },
      languageData: languageData)
  }
}
