package import Files

/// Why a model could not be loaded or saved, as one sentence for a person.
package typealias ModelFileError = CodedError<ModelFileErrorCode>

/// Kinds of failure.
package enum ModelFileErrorCode: String, Sendable {
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
