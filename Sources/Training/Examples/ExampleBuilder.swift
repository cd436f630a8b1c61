import Files
package import Recipes
internal import Tensors
package import Tokenizers

/// Turns conversations into token ids and labels, as Axolotl's `chat_template` data sets do.
package struct ExampleBuilder: Sendable {
  /// Most tokens between a turn's content and the end-of-turn token that belongs to it; Axolotl's limit.
  private static let endOfTurnReach = 3

  private let tokenizer: Tokenizer
  private let template: ChatTemplate
  private let rule: LabelRule

  /// Gathers what decides ids and labels.
  package init(tokenizer: Tokenizer, template: ChatTemplate, rule: LabelRule = LabelRule()) {
    self.tokenizer = tokenizer
    self.template = template
    self.rule = rule
  }

  /// Renders, tokenises and labels a conversation.
  ///
  /// The template writes the beginning-of-sequence token; none is added. Every token that shares a byte with a learned
  /// turn's content is learned, also one that begins before it or ends after it. A turn without content teaches
  /// nothing, not even its end-of-turn token. Throws what ``ChatTemplate/render(_:addGenerationPrompt:)`` throws.
  package func example(_ conversation: [ChatMessage]) throws -> TrainingExample {
    let chat = try template.render(conversation, addGenerationPrompt: false)
    let (ids, ranges) = tokenizer.encodeWithOffsets(chat.text)
    var labels = [Int32](repeating: TrainingExample.masked, count: ids.count)
    for turn in chat.turns {
      let isTrained = rule.trainsOnInputs || rule.trainedRoles.contains(turn.role)
      let content = turn.content
      guard isTrained || rule.endOfTurn == .all, !content.isEmpty else { continue }
      let start = ranges.firstIndex { $0.upperBound > content.lowerBound } ?? ids.count
      let end = ranges[start...].firstIndex { $0.lowerBound >= content.upperBound } ?? ids.count
      guard start < end else { continue }
      if isTrained { labels.replaceSubrange(start..<end, with: ids[start..<end]) }
      let trainsEnd = rule.endOfTurn == .all || (rule.endOfTurn == .turn && isTrained)
      if trainsEnd, let index = endOfTurn(of: turn, after: end, in: ranges) {
        labels[index] = ids[index]
      }
    }
    return TrainingExample(inputIDs: ids, labels: labels)
  }

  /// The examples of conversations, in their order, made on up to `threads` threads.
  ///
  /// - Parameters:
  ///   - conversations: Some that follow one another in the data.
  ///   - first: Position of the first of them in the data, for errors.
  ///   - threads: Threads to use, which change nothing but the time.
  /// - Returns: One example for each conversation.
  /// - Throws: ``TrainingError`` `unusableConversation` for the first that the template refuses.
  package func examples(
    _ conversations: [[ChatMessage]], from first: Int, threads: Int
  ) throws -> [TrainingExample] {
    var results = [Result<TrainingExample, any Error>?](repeating: nil, count: conversations.count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      Parallel.perform(tiles: conversations.count, threads: threads) { index in
        results[index] = Result { try example(conversations[index]) }
      }
    }
    return try results.enumerated().map { index, result in
      do {
        guard let example = try result?.get() else { preconditionFailure("Every tile is done.") }
        return example
      } catch {
        throw TrainingError(
          .unusableConversation(index: first + index),
          "Conversation \(first + index), counted from 0, cannot be rendered: \(error)")
      }
    }
  }

  /// The token that ends a turn, if it is one token and near enough.
  private func endOfTurn(
    of turn: RenderedChat.Turn, after end: Int, in ranges: [Range<Int>]
  ) -> Int? {
    guard !turn.endOfTurn.isEmpty else { return nil }
    let reach = ranges[end..<min(end + Self.endOfTurnReach + 1, ranges.count)]
    return reach.firstIndex(of: turn.endOfTurn)
  }
}
