package import Files

/// What went wrong while computing, in one sentence.
package typealias EngineError = CodedError<EngineErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum EngineErrorCode: String, Sendable {
  /// Stored weights that are not the model's.
  case damagedWeights
  /// Two arms that did not see the same tokens in the same order.
  case armContract
  /// A program of an engine ended before its work was done, or did other work.
  case engineFailed
  /// The run was asked to stop and has saved what it had.
  case interrupted
}

extension EngineError {
  /// The error of whatever was asked to stop.
  package static var interrupted: EngineError {
    EngineError(.interrupted, "Interrupted; the same command goes on where this one stopped.")
  }
}
