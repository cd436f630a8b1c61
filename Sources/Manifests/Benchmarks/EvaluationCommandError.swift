/// Why a model cannot be evaluated as it was asked, in one sentence.
package struct EvaluationCommandError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// Options that contradict each other or the model.
    case options
    /// Data that no pinned source has and that was not passed.
    case missingData
    /// The output folder cannot be written, or holds an evaluation that is not this one.
    case output
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
