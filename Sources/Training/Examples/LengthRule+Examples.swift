import Files
package import Recipes

extension LengthRule {
  /// Whether a conversation of `count` tokens is left out for its length.
  func drops(_ count: Int) -> Bool { overlong == .drop && count > maximumLength }

  /// What is kept of the conversation at position `source` of the data: all, its beginning, or nothing, also when no
  /// token that is left is to be learned.
  ///
  /// - Throws: ``TrainingError`` `unusableConversation` if it is too long where that is an error.
  package func kept(_ example: TrainingExample, at source: Int) throws -> TrainingExample? {
    var kept = example
    if example.inputIDs.count > maximumLength {
      switch overlong {
      case .drop: return nil
      case .truncate:
        kept = TrainingExample(
          inputIDs: Array(example.inputIDs.prefix(maximumLength)),
          labels: Array(example.labels.prefix(maximumLength)))
      case .error:
        throw TrainingError(
          .unusableConversation(index: source),
          """
          Conversation \(source), counted from 0, has \(example.inputIDs.count) tokens; at most \
          \(maximumLength) are allowed. Raise the limit, or choose to drop or truncate.
          """)
      }
    }
    return kept.trainableCount > 0 ? kept : nil
  }
}
