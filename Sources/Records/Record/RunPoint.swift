/// A point that a run passes, at which a test of resuming may kill it.
package struct RunPoint: Sendable, Equatable, Codable {
  /// The kinds of points, in the order in which an arm passes them.
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// The run knows what it will do.
    case begun
    /// The optimizer has changed the weights; the step is not recorded yet.
    case updated
    /// A training step is recorded.
    case trained
    /// Half of a checkpoint's tensors are written.
    case savingCheckpoint
    /// A checkpoint is complete and durable, but not kept yet.
    case savedCheckpoint
    /// A checkpoint is kept, and the log says so.
    case keptCheckpoint
    /// The trained weights are in the store, but the training does not count as finished yet.
    case storedWeights
    /// Some documents of an evaluation are done.
    case evaluating
    /// The samples of an evaluation are in the store, but it does not count as finished yet.
    case storedSamples
    /// All files of the record are checked; nothing says yet that it is sealed.
    case sealing
    /// The log ends with the seal; there is no summary yet.
    case sealedLog
    /// The record is sealed, but not indexed.
    case sealed
  }

  /// What kind of point it is.
  var kind: Kind
  /// The arm that is trained or evaluated; nil while sealing.
  var arm: String?
  /// The step that is done, from 1; nil outside of training.
  var step: Int?
  /// The evaluation; nil outside of one.
  var evaluation: String?
  /// How much later than there a run is killed, in milliseconds; 0 for points that are passed.
  package var delay = 0

  /// Creates a point.
  package init(
    kind: Kind, arm: String? = nil, step: Int? = nil, evaluation: String? = nil, delay: Int = 0
  ) {
    self.kind = kind
    self.arm = arm
    self.step = step
    self.evaluation = evaluation
    self.delay = delay
  }

  /// The point in words.
  package var text: String {
    let ofArm = arm.map { " of \($0)" } ?? ""
    let step = step.map { " step \($0)\(ofArm)" } ?? ofArm
    let evaluation = "evaluation\(ofArm) on \(evaluation ?? "")"
    let place =
      switch kind {
      case .begun: "after the beginning"
      case .updated: "between the optimizer and the log in\(step)"
      case .trained: "after\(step)"
      case .savingCheckpoint: "inside the checkpoint after\(step)"
      case .savedCheckpoint: "between saving and keeping the checkpoint after\(step)"
      case .keptCheckpoint: "after keeping the checkpoint after\(step)"
      case .storedWeights: "between storing the weights\(ofArm) and noting it"
      case .evaluating: "during the \(evaluation)"
      case .storedSamples: "between storing the samples of the \(evaluation) and noting it"
      case .sealing: "before sealing"
      case .sealedLog: "between the seal of the log and the summary"
      case .sealed: "between sealing and indexing"
      }
    return delay == 0 ? place : "\(delay) ms \(place)"
  }
}
