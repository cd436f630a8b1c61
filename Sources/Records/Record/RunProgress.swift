/// How far a run is, as its log tells: what its summary will say once it is sealed, in so far as it is known.
package struct RunProgress: Sendable, Equatable {
  /// A finished evaluation of an arm with a seed.
  package struct Evaluation: Sendable, Equatable {
    package let arm: String
    package let seed: Int?
    package let name: String
  }

  /// The arms that were begun, in that order, with the steps that are done and without metrics.
  private(set) var arms: [RunSummary.Arm] = []
  /// The evaluations that are finished, in that order.
  private(set) var evaluations: [Evaluation] = []

  /// Follows the events of a log; what it does not know is passed over.
  init(_ history: RunHistory) {
    let trainings = TrainingHistory(history)
    for event in history.events {
      switch event.content {
      case .trainingStarted(let arm, _, _), .trainingReused(let arm, _, _, _):
        add(arm, trainings[arm])
      case .evaluationFinished(let arm, let name, _, _):
        add(arm, nil)
        let evaluation = Evaluation(arm: arm.arm, seed: arm.summarySeed, name: name)
        if !evaluations.contains(evaluation) { evaluations.append(evaluation) }
      default: continue
      }
    }
  }

  private mutating func add(_ arm: RecordedEvent.ArmSeed, _ training: TrainingHistory.Training?) {
    guard !arms.contains(where: { $0.name == arm.arm && $0.seed == arm.summarySeed }) else {
      return
    }
    var summary = RunSummary.Arm(name: arm.arm, seed: arm.summarySeed)
    summary.steps = training?.steps ?? []
    summary.digests["weights"] = training?.weights
    arms.append(summary)
  }
}
