/// What went wrong with an event log or a git repository, in one sentence.
package struct ProvenanceError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// An event log whose chain does not add up.
    case brokenChain
    /// A folder that is in no git repository, although one is needed.
    case noRepository
    /// A git repository that cannot be read or written, or does not hold what it should.
    case repository
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String

  /// Creates an error from its kind and its sentence.
  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
