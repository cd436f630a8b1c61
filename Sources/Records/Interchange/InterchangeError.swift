package import Files

/// Why output of lm-evaluation-harness, or a record, cannot be written, read or scored, in one sentence.
package typealias InterchangeError = CodedError<InterchangeErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum InterchangeErrorCode: String, Sendable {
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
