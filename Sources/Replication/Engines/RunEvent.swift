package import Assets
package import Records
package import Scoring

/// What a run tells while it works; a terminal turns it into lines and bars.
package enum RunEvent: Sendable {
  /// What will be done, before anything is.
  case planned(RunPlan)
  /// An input is being brought.
  case asset(AssetEvent)
  /// A sentence about what was found, reused or begun, and why.
  case note(String)
  /// A training step is done.
  case trained(TrainingProgress)
  /// Some documents of an evaluation are done.
  case evaluating(EvaluationProgress)
  /// An evaluation is done; the score that stands for it.
  case evaluated(arm: String, task: String, result: MetricResult)
  /// A point was passed that nobody need be told of; tests of resuming kill the run there.
  case reached(RunPoint)
}

/// How far the training of an arm is.
package struct TrainingProgress: Sendable {
  /// The arm that is being trained.
  package let arm: String
  /// Its seed.
  package let seed: UInt64
  /// The step that is done, from 1, and how many there are.
  package let step: Int
  package let totalSteps: Int
  /// This step's weighted loss and its plain cross entropy, in nats.
  package let loss: Double
  package let crossEntropy: Double
  /// Plain cross entropy of the same step in the arms that are trained already, by arm.
  package let others: [(arm: String, crossEntropy: Double)]
  /// Tokens a second since this process began the training.
  package let tokensPerSecond: Double
  /// Estimated seconds until this training is done.
  package let secondsLeft: Double
}

/// How far an evaluation is.
package struct EvaluationProgress: Sendable, Equatable {
  /// The arm that is evaluated.
  package let arm: String
  /// The evaluation's name.
  package let task: String
  /// Documents that are done, and how many there are.
  package let completed: Int
  package let total: Int
  /// Documents a second.
  package let documentsPerSecond: Double
  /// Estimated seconds until this evaluation is done.
  package let secondsLeft: Double
}
