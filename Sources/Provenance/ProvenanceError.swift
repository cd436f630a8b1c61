/// What went wrong with a digest, a JSON text, an event log, a file or a repository, in one sentence.
package struct ProvenanceError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// A JSON text that the grammar or a limit forbids.
    case invalidJSON
    /// A value that canonical JSON cannot hold exactly.
    case unrepresentable
    /// An event log whose chain does not add up.
    case brokenChain
    /// A call of the operating system on a file or folder that failed.
    case file
    /// A file or folder that does not exist.
    case notFound
    /// A link where a file or folder has to be: whoever made it may have led it anywhere.
    case link
    /// Another process holds the lock.
    case locked
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
