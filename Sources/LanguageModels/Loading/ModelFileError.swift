/// Why a model could not be loaded or saved, as one sentence for a person.
package struct ModelFileError: Error, Equatable, CustomStringConvertible {
  /// Kinds of failure.
  package enum Code: String, Sendable {
    /// A file that is needed is not there.
    case missing
    /// A file ends before its content does.
    case truncated
    /// A file breaks a rule of its format, or contradicts another.
    case malformed
    /// The content is valid, but this package does not compute it.
    case unsupported
    /// Tensors and configuration do not fit each other.
    case mismatched
  }

  /// The kind of failure.
  package let code: Code
  /// What failed, on which file and where, what was expected and what was found.
  package let message: String
  /// The message.
  package var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
