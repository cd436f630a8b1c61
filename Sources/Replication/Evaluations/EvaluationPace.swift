import Evaluation
import Scoring

/// How fast an evaluation goes, counted from where this process began it.
struct EvaluationPace {
  /// The model and the evaluation as progress names them.
  let arm: String
  let task: String
  private let start = ContinuousClock.now
  private var completedBefore: Int?

  /// Begins to measure.
  init(arm: String, task: String) {
    self.arm = arm
    self.task = task
  }

  /// What to report at this moment; documents of earlier processes count as done, but not as fast.
  mutating func progress(_ progress: Evaluator.Progress) -> EvaluationProgress {
    let before = completedBefore ?? progress.completed
    completedBefore = before
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = Double(progress.completed - before) / max(seconds, 1e-9)
    return EvaluationProgress(
      arm: arm, task: task, completed: progress.completed, total: progress.total,
      documentsPerSecond: rate,
      secondsLeft: Double(progress.total - progress.completed) / max(rate, 1e-9))
  }
}
