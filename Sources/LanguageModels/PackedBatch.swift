/// Sequences of different lengths side by side, without padding; each attends only to itself.
package struct PackedBatch: Sendable, Equatable {
  /// Marks a position at which nothing is to be predicted.
  package static let ignored: Int32 = -100

  /// Token ids of all sequences, one after the other.
  package private(set) var tokens: [Int32] = []
  /// Index of each sequence's first token, and after them the number of tokens.
  package private(set) var sequenceStarts: [Int] = [0]
  /// For each token the id that follows it and is to be predicted, or ``ignored``.
  package private(set) var targets: [Int32] = []

  /// An empty batch.
  package init() {}

  /// Adds a sequence; `labels` are unshifted, as Hugging Face models take them: `labels[i]` is predicted at i - 1.
  package mutating func append(tokens: [Int32], labels: [Int32]) {
    precondition(tokens.count == labels.count, "A sequence needs one label a token.")
    guard !tokens.isEmpty else { return }
    self.tokens += tokens
    targets += labels.dropFirst()
    targets.append(Self.ignored)
    sequenceStarts.append(self.tokens.count)
  }
}

/// Logits of some of a batch's supervised positions, to be replaced by the gradient of the loss.
package struct LogitsBlock {
  /// Indices, in the batch's tokens, of the rows.
  package let positions: ArraySlice<Int>
  /// The id to be predicted in each row.
  package let targets: [Int32]
  /// Rows times `vocabularySize` logits; the loss's gradient with respect to them when the callback returns.
  package let logits: UnsafeMutablePointer<Float>
  /// Columns of `logits`.
  package let vocabularySize: Int
  /// Threads that the callback may use.
  package let threads: Int
}
