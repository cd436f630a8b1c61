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
  mutating func progress(_ completed: Int, of total: Int) -> EvaluationProgress {
    let before = completedBefore ?? completed
    completedBefore = before
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = Double(completed - before) / max(seconds, 1e-9)
    return EvaluationProgress(
      arm: arm, task: task, completed: completed, total: total,
      documentsPerSecond: rate,
      secondsLeft: Double(total - completed) / max(rate, 1e-9))
  }
}
