/// What went wrong while computing, in one sentence.
package struct EngineError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// Stored weights that are not the model's.
    case damagedWeights
    /// Two arms that did not see the same tokens in the same order.
    case armContract
    /// The run was asked to stop and has saved what it had.
    case interrupted
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error of whatever was asked to stop.
  package static let interrupted = EngineError(
    .interrupted, "Interrupted; the same command goes on where this one stopped.")

  package var description: String { message }
}
