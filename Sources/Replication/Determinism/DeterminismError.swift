/// Why determinism could not be verified, in one sentence; that results differ is no error but a result.
package struct DeterminismError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// A ladder of rungs that cannot be read.
    case ladder
    /// A place where results are to be written and cannot be.
    case output
    /// A golden file that is missing, damaged, or of something else.
    case golden
    /// A child process that did not leave what it was started for.
    case child
    /// A file that a child process left is damaged.
    case trace
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String

  /// Creates an error from its kind and its sentence.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
