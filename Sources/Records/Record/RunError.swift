package import Files

/// What went wrong with a run's record, the store of records, the finished steps or the index, in one sentence.
package typealias RunError = CodedError<RunErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum RunErrorCode: String, Sendable {
  /// No record has this id, or begins with it.
  case notFound
  /// Several records begin with this id.
  case ambiguous
  /// A record that does not agree with itself.
  case damaged
  /// Something that was locked before the run and is now otherwise.
  case tampered
  /// A record that is finished and takes nothing more.
  case sealed
  /// A file of a record that exists with other content.
  case differs
  /// A name that a file of a record cannot have.
  case invalidName
  /// A folder that an export would have to write over.
  case occupied
  /// A record that has nothing of what it is asked for.
  case nothing
  /// The index database cannot be used.
  case index
}
