/// The types of the events that a run leaves in its record, besides those of ``RunRecord`` itself.
enum RecordedEvent {
  /// Name, digest and size of every input file.
  static let inputs = "inputs"
  /// The lock was made public before the run: its digest and the commits that hold it.
  static let intent = "intent"
  /// A process begins with the training of an arm with a seed, or goes on with it.
  static let trainingStarted = "training-started"
  /// An optimizer step was made.
  static let trainingStep = "training-step"
  /// A training goes on from a checkpoint.
  static let trainingResumed = "training-resumed"
  /// A checkpoint was kept, for audits.
  static let checkpointKept = "checkpoint-kept"
  /// The training of an arm is done.
  static let trainingFinished = "training-finished"
  /// An earlier training with the same inputs stands in for one of this run.
  static let trainingReused = "training-reused"
  /// The samples of an evaluation of an arm are in the record.
  static let evaluationFinished = "evaluation-finished"

  /// Those that are about work of the arms: what is fixed before a run is fixed before the first of them.
  static let work: Set = [
    trainingStarted, trainingStep, trainingResumed, checkpointKept, trainingFinished,
    trainingReused, evaluationFinished,
  ]
}
