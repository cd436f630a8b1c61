/// A conversation as token ids, and which of them are to be learned.
package struct TrainingExample: Sendable, Equatable {
  /// Marks a token that is not to be predicted.
  package static let masked: Int32 = -100

  /// The whole conversation.
  package let inputIDs: [Int32]
  /// For each token its own id if it is to be predicted from those before it, else ``masked``.
  package let labels: [Int32]

  /// Pairs ids with labels, which must be as many.
  package init(inputIDs: [Int32], labels: [Int32]) {
    precondition(inputIDs.count == labels.count, "An example needs one label a token.")
    self.inputIDs = inputIDs
    self.labels = labels
  }

  /// Number of tokens that are predicted; the first never is.
  package var trainableCount: Int { labels.dropFirst().count { $0 != Self.masked } }
}
