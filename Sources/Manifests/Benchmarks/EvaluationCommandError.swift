package import Files

/// Why a model cannot be evaluated as it was asked, in one sentence.
package typealias EvaluationCommandError = CodedError<EvaluationCommandErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum EvaluationCommandErrorCode: String, Sendable {
  /// Options that contradict each other or the model.
  case options
  /// Data that no pinned source has and that was not passed.
  case missingData
  /// The output folder cannot be written, or holds an evaluation that is not this one.
  case output
}
