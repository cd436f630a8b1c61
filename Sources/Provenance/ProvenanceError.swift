package import Files

/// What went wrong with an event log or a git repository, in one sentence.
package typealias ProvenanceError = CodedError<ProvenanceErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum ProvenanceErrorCode: String, Sendable {
  /// An event log whose chain does not add up.
  case brokenChain
  /// A folder that is in no git repository, although one is needed.
  case noRepository
  /// A git repository that cannot be read or written, or does not hold what it should.
  case repository
}
