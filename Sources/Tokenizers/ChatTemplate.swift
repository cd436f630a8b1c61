import Files

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

/// How a model family writes conversations, rendered as transformers' `apply_chat_template` does.
///
/// A template is a value in `ChatTemplates.swift`, listed there in ``allCases``.
package struct ChatTemplate: Sendable {
  /// Which messages a conversation may have, and where they go.
  enum Order: Sendable {
    /// Any roles in any order.
    case free
    /// System, user and assistant in any order.
    case known
    /// User and assistant in turn, beginning with the user, who also says what a system message before that says.
    case alternating
  }

  /// Name in manifests and commands.
  package let rawValue: String
  /// What a text begins with.
  var opening = ""
  /// What stands before the role of a turn, and what between role and content.
  let beforeRole, behindRole: String
  /// The token that ends a turn.
  package let endOfTurn: String
  /// What stands behind that.
  var behindTurn = ""
  /// What the assistant is called.
  var assistant = "assistant"
  /// The system message of a conversation that begins with none.
  var systemMessage: String?
  /// Whether contents lose the white space at both ends.
  var trimsContents = false
  /// Whether an answer to the last question stands behind what was thought, which is nothing where a message does not
  /// say it; what was thought before earlier answers is left out.
  var thinks = false
  /// Which messages a conversation may have.
  var order = Order.free
  /// SHA-256 of the templates in Jinja that render the same, without the line feeds at their ends.
  package let digests: [String]

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: at least one message, of the roles and in the order that the template allows.
  ///   - addGenerationPrompt: whether the beginning of an assistant's turn is added at the end.
  /// - Returns: the text and where its turns lie.
  /// - Throws: `TokenizerError` when the template does not allow the messages.
  package func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws -> RenderedChat {
    guard let first = messages.first else {
      throw TokenizerError(
        .invalidChat, "The chat template \(rawValue) got a conversation without messages.")
    }
    var builder = Builder(template: self)
    builder.append(opening)
    if let systemMessage, first.role != "system" {
      builder.appendTurn(
        role: "system", content: systemMessage, isMessage: false)
    }
    var turns = messages[...]
    var lead = ""
    if order == .alternating, first.role == "system" {
      turns = turns.dropFirst()
      lead = first.content + "\n\n"
    }
    try check(turns, of: messages)
    let question = thinks ? ThoughtfulAnswer.lastQuestion(in: messages) : nil
    for (index, message) in zip(turns.indices, turns) {
      var content = trimsContents ? PythonText.stripped(message.content) : message.content
      if let question, message.role == "assistant" {
        let answer = ThoughtfulAnswer(message.content)
        let isShown =
          index > question
          && (index == messages.count - 1 || !answer.thought.isEmpty)
        lead = isShown ? answer.lead : ""
        content = isShown ? answer.shownContent : answer.content
      }
      builder.appendTurn(role: message.role, lead: lead, content: content)
      lead = ""
    }
    if addGenerationPrompt {
      builder.append(beforeRole + assistant + behindRole + (thinks ? ThoughtfulAnswer.none : ""))
    }
    return builder.chat
  }

  private func check(_ turns: ArraySlice<ChatMessage>, of messages: [ChatMessage]) throws {
    switch order {
    case .free: break
    case .known:
      let roles = ["system", "user", "assistant"]
      for (index, message) in messages.enumerated() where !roles.contains(message.role) {
        throw TokenizerError(
          .invalidChat,
          "The chat template \(rawValue) knows the roles system, user and assistant; message"
            + " \(index + 1) is from “\(message.role)”.")
      }
    case .alternating:
      guard !turns.isEmpty else {
        throw TokenizerError(
          .invalidChat,
          "The chat template \(rawValue) puts the system message into the user's first turn, but the"
            + " conversation has none.")
      }
      for (place, (index, message)) in zip(turns.indices, turns).enumerated() {
        let expected = place % 2 == 0 ? "user" : "assistant"
        guard message.role == expected else {
          throw TokenizerError(
            .invalidChat,
            "The chat template \(rawValue) needs user and assistant in turn after at most one system"
              + " message; message \(index + 1) is from “\(message.role)”,"
              + " expected “\(expected)”.")
        }
      }
    }
  }
}

extension ChatTemplate: RawRepresentable, CaseIterable, Equatable {
  /// The template of that name.
  package init?(rawValue: String) {
    guard let template = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = template
  }

  /// Whether both have the same name.
  package static func == (first: ChatTemplate, second: ChatTemplate) -> Bool {
    first.rawValue == second.rawValue
  }
}

extension ChatTemplate {
  /// Collects text and turns.
  private struct Builder {
    let template: ChatTemplate
    private var text = ""
    private var turns: [RenderedChat.Turn] = []

    init(template: ChatTemplate) { self.template = template }

    var chat: RenderedChat { RenderedChat(text: text, turns: turns) }

    mutating func append(_ part: String) { text += part }

    /// Appends a turn; `lead` stands between its role and its content, and is no part of what the message says.
    mutating func appendTurn(
      role: String, lead: String = "", content: String, isMessage: Bool = true
    ) {
      text += template.beforeRole + (role == "assistant" ? template.assistant : role)
      text += template.behindRole + lead
      let start = text.utf8.count
      text += content
      let end = text.utf8.count
      text += template.endOfTurn
      if isMessage {
        turns.append(
          RenderedChat.Turn(
            role: role, content: start..<end, endOfTurn: end..<text.utf8.count))
      }
      text += template.behindTurn
    }
  }
}
