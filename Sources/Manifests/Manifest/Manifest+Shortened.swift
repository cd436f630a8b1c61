import Recipes
import Scoring

extension Manifest {
  /// Documents of an evaluation, answers to each, and tokens of an answer, that a shortened manifest keeps.
  private static let shortDocumentCount = 4
  private static let shortAnswerCount = 2
  private static let shortAnswerLength = 16

  /// The same work in small: at most `steps` steps of training with a checkpoint after each, few documents, short answers.
  ///
  /// Benchmarks whose documents are counted by subject are left out unless there are no others.
  package func shortened(steps: Int) -> Manifest {
    var manifest = self
    let maximum = training.settings.maximumSteps
    manifest.training.settings.maximumSteps = min(steps, maximum ?? steps)
    manifest.training.settings.epochs = 1
    manifest.training.checkpointInterval = 1
    manifest.training.keptCheckpointInterval = training.keptCheckpointInterval.map { _ in 1 }
    let others = evaluations.filter { $0.benchmark.subjectColumn == nil }
    manifest.evaluations = (others.isEmpty ? evaluations : others).map { $0.shortened() }
    manifest.expectations = nil
    return manifest
  }
}

extension Manifest.Evaluation {
  fileprivate func shortened() -> Manifest.Evaluation {
    Manifest.Evaluation(
      name: name, benchmark: benchmark, documents: documents, examples: examples, format: format,
      columns: columns, oneRowPer: oneRowPer,
      limit: min(limit ?? .max, benchmark.subjectColumn == nil ? Manifest.shortDocumentCount : 1),
      fewShotCount: fewShotCount, usesChatTemplate: usesChatTemplate,
      maximumNewTokens: maximumNewTokens.map { min($0, Manifest.shortAnswerLength) },
      sampling: sampling?.limited(to: Manifest.shortAnswerCount),
      languageData: languageData)
  }
}
