/// Why output of lm-evaluation-harness, or a record, cannot be written, read or scored, in one sentence.
package struct InterchangeError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// A row of a data set that is missing or not the sample's.
    case invalidRow
    /// A folder without samples or without results.
    case incomplete
    /// A file that is not what the harness writes.
    case damaged
    /// Names that are to stand for other tasks, and cannot.
    case invalidTaskMap
    /// A record without samples that can be scored.
    case noSamples
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
