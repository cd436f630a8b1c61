package import Files

/// Why nothing can be trained as a configuration says.
package typealias RecipeError = CodedError<RecipeErrorCode>

/// The kind of failure.
package enum RecipeErrorCode: Sendable, Equatable {
  /// A setting is out of its range or contradicts another.
  case outOfRange
}
