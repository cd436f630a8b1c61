/// Why a tokenizer could not be made or a chat could not be rendered.
package struct TokenizerError: Error, Equatable, CustomStringConvertible {
  /// What kind of thing is wrong.
  package enum Code: String, Sendable {
    /// The file is not what its format says: broken JSON, missing or contradicting values.
    case malformed
    /// The file is sound, but asks for a component that this package does not have.
    case unsupported
    /// The messages cannot be rendered by the chosen chat template.
    case invalidChat
  }

  /// What kind of thing is wrong.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found.
  package let message: String

  /// The message.
  package var description: String { message }

  /// Creates an error.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
