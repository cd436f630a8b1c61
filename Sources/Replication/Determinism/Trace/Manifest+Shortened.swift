extension Manifest {
  /// Documents of an evaluation, and tokens of an answer, that a shortened manifest keeps.
  private static let shortDocumentCount = 4
  private static let shortAnswerLength = 16

  /// The same work in small: at most `steps` steps of training with a checkpoint after each, few documents, short answers.
  ///
  /// MMLU, whose documents are counted by subject, is left out unless it is the only evaluation.
  func shortened(steps: Int) -> Manifest {
    let duration: Duration
    switch training.duration {
    case .epochs: duration = .steps(steps)
    case .steps(let count): duration = .steps(min(steps, count))
    }
    let others = evaluations.filter { $0.task != .mmlu }
    return Manifest(
      name: name, title: title, description: description, assets: assets, unpinned: unpinned,
      model: model, trainingData: trainingData,
      training: Training(
        seeds: training.seeds, microBatchSize: training.microBatchSize,
        accumulationSteps: training.accumulationSteps, duration: duration, order: training.order,
        optimizer: training.optimizer, learningRate: training.learningRate,
        schedule: training.schedule, warmUp: training.warmUp,
        maximumGradientNorm: training.maximumGradientNorm, reduction: training.reduction,
        checkpointInterval: 1,
        keptCheckpointInterval: training.keptCheckpointInterval.map { _ in 1 }),
      numerics: numerics, declaredArms: declaredArms,
      evaluations: (others.isEmpty ? evaluations : others).map { $0.shortened() },
      expectations: nil
    ).selecting(arms: selectedArms)
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
