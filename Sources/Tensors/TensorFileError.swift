/// Why a file of tensors could not be read or written, as one sentence for a person.
package struct TensorFileError: Error, Equatable, CustomStringConvertible {
  /// Kinds of failure.
  package enum Code: String, Sendable {
    /// The file ends before its content does.
    case truncated
    /// The content breaks a rule of its format.
    case malformed
    /// The content is valid, but this package does not compute with it.
    case unsupported
    /// A tensor that was asked for is not there.
    case missing
  }

  /// The kind of failure.
  package let code: Code
  /// What failed, on which file and where, what was expected and what was found.
  package let message: String
  /// The message.
  package var description: String { message }

  /// Creates an error from its kind and its sentence.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
