package import Tokenizers

/// What becomes of conversations with more tokens than are wanted.
package enum OverlongConversations: String, Sendable, CaseIterable {
  /// They are left out.
  case drop
  /// They lose their last tokens.
  case truncate
  /// They are an error.
  case error
}

/// The examples of a training, in the order in which epochs number them.
package struct PreparedExamples: Sendable, Equatable {
  /// The examples.
  package private(set) var examples: [TrainingExample] = []
  /// For each example the position of its conversation in the input.
  package private(set) var sources: [Int] = []
  /// Conversations left out because they have more tokens than wanted.
  package private(set) var droppedOverlong = 0
  /// Conversations left out because no token of theirs, after truncation, is to be learned.
  package private(set) var droppedUntrainable = 0
  /// Conversations that lost tokens and were kept.
  package private(set) var truncated = 0

  /// Builds examples as Axolotl prepares a data set: tokenise, shuffle, then drop.
  ///
  /// With a `shuffleSeed` the order is `numpy.random.default_rng(seed).permutation` of all conversations, before any is
  /// dropped; nil keeps their order. An example has at most `maximumLength` tokens. With a `limit` the first examples
  /// are kept, and the conversations behind them are not looked at.
  /// Throws ``TrainingError`` for a conversation that the template refuses, or that is too long where that is an error.
  package init(
    _ conversations: [[ChatMessage]], builder: ExampleBuilder, shuffleSeed: UInt64?,
    maximumLength: Int, overlong: OverlongConversations, limit: Int? = nil
  ) throws {
    precondition(maximumLength > 0, "Examples of \(maximumLength) tokens cannot be made.")
    let order =
      shuffleSeed.map {
        PermutedCongruentialGenerator.permutation(count: conversations.count, seed: $0)
      } ?? Array(conversations.indices)
    for source in order where examples.count < limit ?? .max {
      try append(
        Self.example(conversations[source], at: source, builder: builder), source: source,
        maximumLength: maximumLength, overlong: overlong)
    }
  }

  private static func example(
    _ conversation: [ChatMessage], at index: Int, builder: ExampleBuilder
  ) throws -> TrainingExample {
    do {
      return try builder.example(conversation)
    } catch {
      throw TrainingError(
        .unusableConversation(index: index),
        "Conversation \(index), counted from 0, cannot be rendered: \(error)")
    }
  }

  private mutating func append(
    _ example: TrainingExample, source: Int, maximumLength: Int, overlong: OverlongConversations
  ) throws {
    var example = example
    let isOverlong = example.inputIDs.count > maximumLength
    if isOverlong {
      switch overlong {
      case .drop:
        droppedOverlong += 1
        return
      case .truncate:
        example = TrainingExample(
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
    guard example.trainableCount > 0 else {
      droppedUntrainable += 1
      return
    }
    truncated += isOverlong ? 1 : 0
    examples.append(example)
    sources.append(source)
  }
}
