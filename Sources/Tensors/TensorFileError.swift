package import Files

/// Why a file of tensors could not be read or written, as one sentence for a person.
package typealias TensorFileError = CodedError<TensorFileErrorCode>

/// Kinds of failure.
package enum TensorFileErrorCode: String, Sendable {
  /// The file ends before its content does.
  case truncated
  /// The content breaks a rule of its format.
  case malformed
  /// The content is valid, but this package does not compute with it.
  case unsupported
  /// A tensor that was asked for is not there.
  case missing
}
