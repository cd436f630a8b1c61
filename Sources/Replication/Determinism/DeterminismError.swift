package import Files

/// Why determinism could not be verified, in one sentence; that results differ is no error but a result.
package typealias DeterminismError = CodedError<DeterminismErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum DeterminismErrorCode: String, Sendable {
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
