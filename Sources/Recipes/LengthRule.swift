/// What becomes of conversations with more tokens than are wanted.
package enum OverlongConversations: String, Sendable, CaseIterable {
  /// They are left out.
  case drop
  /// They lose their last tokens.
  case truncate
  /// They are an error.
  case error
}

/// How many tokens an example may have.
package struct LengthRule: Sendable, Equatable {
  /// Most tokens of an example, at least 1.
  package let maximumLength: Int
  /// What becomes of longer ones.
  package let overlong: OverlongConversations

  /// Gathers the rule.
  package init(maximumLength: Int, overlong: OverlongConversations) {
    precondition(maximumLength > 0, "Examples of \(maximumLength) tokens cannot be made.")
    self.maximumLength = maximumLength
    self.overlong = overlong
  }
}
