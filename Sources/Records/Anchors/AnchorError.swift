/// What went wrong with anchors in git, in one sentence.
package struct AnchorError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// A signature that was asked for and could not be made.
    case signing
    /// A remote repository that git could not read or write.
    case transport
    /// A repository that may have come with the records that it would vouch for.
    case foreign
    /// A time stamp that could not be had, or that does not hold.
    case timeStamp
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
