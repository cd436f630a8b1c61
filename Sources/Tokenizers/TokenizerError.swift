package import Files

/// Why a tokenizer could not be made or a chat could not be rendered.
package typealias TokenizerError = CodedError<TokenizerErrorCode>

/// What kind of thing is wrong.
package enum TokenizerErrorCode: String, Sendable {
  /// The file is not what its format says: broken JSON, missing or contradicting values.
  case malformed
  /// The file is sound, but asks for a component that this package does not have.
  case unsupported
  /// The messages cannot be rendered by the chosen chat template.
  case invalidChat
}
