import Files

/// A model's own chat template in Jinja with all that it may ask for.
struct InterpretedChat: Sendable {
  /// The template.
  let template: JinjaTemplate
  /// The model's special tokens by their names, and whatever else is given to each conversation.
  let variables: JSON.Object
  /// What the template takes for the present.
  let moment: JinjaMoment?
  /// The token that ends a turn; nil where none is known.
  let endOfTurn: String?

  /// A name that no other template, with no other variables, has.
  func name() throws -> String {
    var parts = JSON.Object()
    parts["template"] = .string(template.source)
    parts["variables"] = .object(variables)
    parts["moment"] = moment.map { moment in
      .array(
        [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
          .map { JSON($0) })
    }
    return "jinja-\(try CanonicalJSON.digest(of: .object(parts)).hex)"
  }

  /// The text of a conversation.
  func text(of messages: [ChatMessage], addGenerationPrompt: Bool) throws -> String {
    guard !messages.isEmpty else { throw ChatLayout.noMessages("of the model") }
    var given = variables
    given["messages"] = .array(
      messages.map { ["role": .string($0.role), "content": .string($0.content)] })
    // As transformers gives them where there are none.
    given["tools"] = variables["tools"] ?? .null
    given["documents"] = variables["documents"] ?? .null
    given["add_generation_prompt"] = .bool(addGenerationPrompt)
    return try template.render(given, moment: moment)
  }

  /// The text of a conversation, and where the contents of its messages lie in it.
  ///
  /// A message's content is where a mark comes to lie that is put into its place: what stands before and behind the mark
  /// has to stand, unchanged, before and behind the content. A message that the template leaves out has no turn.
  func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws -> RenderedChat {
    let text = try self.text(of: messages, addGenerationPrompt: addGenerationPrompt)
    let search = ContentSearch(chat: self, messages: messages, text: Array(text.utf8))
    var contents: [(role: String, range: Range<Int>)] = []
    for (index, message) in messages.enumerated() {
      let range = try search.content(of: index, addGenerationPrompt: addGenerationPrompt)
      guard let range else { continue }
      guard range.lowerBound >= contents.last?.range.upperBound ?? 0 else {
        throw search.failure(index, "stands before that of an earlier one")
      }
      contents.append((message.role, range))
    }
    let ends = contents.dropFirst().map(\.range.lowerBound) + [search.text.count]
    let turns = zip(contents, ends).map { content, end in
      RenderedChat.Turn(
        role: content.role, content: content.range,
        endOfTurn: search.endOfTurn(in: content.range.upperBound..<end))
    }
    return RenderedChat(text: text, turns: turns)
  }
}

/// Finds the contents of messages in the text of a conversation.
private struct ContentSearch {
  let chat: InterpretedChat
  let messages: [ChatMessage]
  let text: [UInt8]

  /// Where the content of a message lies; nil where the text does not have it.
  ///
  /// - Throws: where it cannot be told.
  func content(of index: Int, addGenerationPrompt: Bool) throws -> Range<Int>? {
    // Two marks of different lengths, because a template may ask how long a content is.
    let surroundings = try ["Q", "QwErTyUiOpQwErTy"].map {
      try surrounding(index, mark: mark($0), addGenerationPrompt: addGenerationPrompt)
    }
    guard let first = surroundings[0], let second = surroundings[1] else {
      guard surroundings[0] == nil, surroundings[1] == nil else {
        throw failure(index, "is not shown as it is")
      }
      // What is left out can say anything.
      return nil
    }
    guard first == second, text.starts(with: first.before),
      text.reversed().starts(with: first.behind.reversed()),
      text.count >= first.before.count + first.behind.count
    else { throw failure(index, "changes the text around it") }
    let range = first.before.count..<text.count - first.behind.count
    let content = Array(messages[index].content.utf8)
    guard PythonText.firstIndex(of: Array(text[range]), in: content, from: 0) != nil else {
      throw failure(index, "is not shown as it is")
    }
    return range
  }

  private struct Surrounding: Equatable {
    let before, behind: [UInt8]
  }

  /// What stands around a mark in place of a content; nil where the mark is left out.
  private func surrounding(
    _ index: Int, mark: String, addGenerationPrompt: Bool
  ) throws -> Surrounding? {
    var messages = messages
    messages[index].content = mark
    let marked = Array(
      try chat.text(of: messages, addGenerationPrompt: addGenerationPrompt).utf8)
    let pattern = Array(mark.utf8)
    let places = JinjaText.matches(of: pattern, in: marked)
    guard places.count < 2 else { throw failure(index, "stands in it more than once") }
    guard let place = places.first else { return nil }
    return Surrounding(
      before: Array(marked[..<place]), behind: Array(marked[(place + pattern.count)...]))
  }

  /// A word that is neither in the conversation nor in the template.
  private func mark(_ word: String) -> String {
    var mark = "X" + word
    while PythonText.firstIndex(of: Array(mark.utf8), in: text, from: 0) != nil
      || PythonText.contains(mark, in: chat.template.source)
      || messages.contains(where: { PythonText.contains(mark, in: $0.content) })
    {
      mark += word
    }
    return mark
  }

  /// Where the token lies that ends a turn; nowhere where there is none.
  func endOfTurn(in range: Range<Int>) -> Range<Int> {
    let token = Array((chat.endOfTurn ?? "").utf8)
    guard !token.isEmpty,
      let start = PythonText.firstIndex(of: token, in: Array(text[range]), from: 0)
    else { return range.lowerBound..<range.lowerBound }
    let place = range.lowerBound + start
    return place..<place + token.count
  }

  func failure(_ index: Int, _ problem: String) -> TokenizerError {
    TokenizerError(
      .unsupported,
      "The chat template of the model cannot be trained with: it cannot be told where in the text message \(index + 1) stands, whose content \(problem). Evaluation does not need that."
    )
  }
}
