package import Files

/// One message of a conversation.
package struct ChatMessage: Sendable, Equatable, Codable {
  /// Who speaks: "system", "user" or "assistant".
  package var role: String
  /// What is said.
  package var content: String

  /// Creates a message.
  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// A conversation as the text that a model reads.
package struct RenderedChat: Sendable, Equatable {
  /// Where a message's content and the token that ends its turn lie in the text, in UTF-8 bytes.
  package struct Turn: Sendable, Equatable {
    /// The message's role, as given.
    package let role: String
    /// The content, without the white space that the template trims.
    package let content: Range<Int>
    /// The text of the token that ends the turn.
    package let endOfTurn: Range<Int>

    /// Creates a turn.
    package init(role: String, content: Range<Int>, endOfTurn: Range<Int>) {
      self.role = role
      self.content = content
      self.endOfTurn = endOfTurn
    }
  }

  /// The whole text, special tokens included; to be encoded without adding any.
  package let text: String
  /// The turns in order.
  ///
  /// A system message that the template puts into the user's turn has none of its own.
  package let turns: [Turn]

  /// Creates a rendered conversation.
  package init(text: String, turns: [Turn]) {
    self.text = text
    self.turns = turns
  }
}

/// How a model writes conversations, rendered as transformers' `apply_chat_template` does.
///
/// The families' templates are values in `ChatTemplates.swift`, listed there in ``allCases``; any other is a model's own
/// text in Jinja, interpreted.
package struct ChatTemplate: Sendable {
  /// Who renders.
  private enum Form: Sendable {
    case layout(ChatLayout)
    case interpreted(InterpretedChat)
  }

  /// Name in manifests and commands; of an interpreted template the digest of all that its texts depend on.
  package let rawValue: String
  /// SHA-256 of the templates in Jinja that render the same, without the line feeds at their ends.
  package let digests: [String]
  private let form: Form

  /// A family's template.
  init(_ layout: ChatLayout, digests: [String]) {
    (rawValue, self.digests, form) = (layout.name, digests, .layout(layout))
  }

  /// A model's own template.
  ///
  /// - Parameters:
  ///   - jinja: its text.
  ///   - variables: what it may ask for besides messages, tools, documents and whether an answer is to begin; the model's
  ///     special tokens by their names, such as `bos_token`.
  ///   - moment: what `strftime_now` writes; nil refuses templates that ask for it.
  ///   - endOfTurn: the token that ends a turn; nil where none is known.
  /// - Throws: `TokenizerError` for what is no Jinja or not interpreted.
  package init(
    jinja: String, variables: JSON.Object = JSON.Object(), moment: JinjaMoment? = nil,
    endOfTurn: String? = nil
  ) throws {
    let chat = try InterpretedChat(
      template: JinjaTemplate(jinja), variables: variables, moment: moment, endOfTurn: endOfTurn)
    (rawValue, digests, form) = (try chat.name(), [], .interpreted(chat))
  }

  /// The text in Jinja of an interpreted template.
  package var jinja: String? {
    if case .interpreted(let chat) = form { chat.template.source } else { nil }
  }

  /// The token that ends a turn; empty where none is known.
  package var endOfTurn: String {
    switch form {
    case .layout(let layout): layout.endOfTurn
    case .interpreted(let chat): chat.endOfTurn ?? ""
    }
  }

  /// Whether a conversation may begin with a system message.
  package var takesSystemMessages: Bool {
    let messages = [
      ChatMessage(role: "system", content: "S"), ChatMessage(role: "user", content: "Q"),
    ]
    return (try? text(of: messages, addGenerationPrompt: true)) != nil
  }

  /// The text of a conversation.
  ///
  /// - Parameters:
  ///   - messages: at least one message, of the roles and in the order that the template allows.
  ///   - addGenerationPrompt: whether the beginning of an assistant's turn is added at the end.
  /// - Returns: the text, special tokens included; to be encoded without adding any.
  /// - Throws: `TokenizerError` `invalidChat` when the template does not allow the messages, `unsupported` when it asks for
  ///   what is not interpreted.
  package func text(of messages: [ChatMessage], addGenerationPrompt: Bool) throws -> String {
    switch form {
    case .layout(let layout):
      try layout.render(messages, addGenerationPrompt: addGenerationPrompt).text
    case .interpreted(let chat):
      try chat.text(of: messages, addGenerationPrompt: addGenerationPrompt)
    }
  }

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: at least one message, of the roles and in the order that the template allows.
  ///   - addGenerationPrompt: whether the beginning of an assistant's turn is added at the end.
  /// - Returns: the text and where its turns lie.
  /// - Throws: what ``text(of:addGenerationPrompt:)`` throws, and `TokenizerError` `unsupported` where an interpreted
  ///   template does not let it be told where the contents lie.
  package func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws -> RenderedChat {
    switch form {
    case .layout(let layout):
      try layout.render(messages, addGenerationPrompt: addGenerationPrompt)
    case .interpreted(let chat):
      try chat.render(messages, addGenerationPrompt: addGenerationPrompt)
    }
  }
}

extension ChatTemplate: RawRepresentable, CaseIterable, Equatable {
  /// The family's template of that name.
  package init?(rawValue: String) {
    guard let template = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = template
  }

  /// Whether both have the same name.
  package static func == (first: ChatTemplate, second: ChatTemplate) -> Bool {
    first.rawValue == second.rawValue
  }
}
