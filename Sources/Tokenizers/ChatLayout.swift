import Files

/// How a model family writes conversations, as this program does it without a template in Jinja.
struct ChatLayout: Sendable {
  /// Which messages a conversation may have, and where they go.
  enum Order: Sendable {
    /// Any roles in any order.
    case free
    /// System, user and assistant in any order.
    case known
    /// User and assistant in turn, beginning with the user, who also says what a system message before that says.
    case alternating
  }

  /// What messages call it.
  let name: String
  /// What a text begins with.
  var opening = ""
  /// What stands before the role of a turn, and what between role and content.
  let beforeRole, behindRole: String
  /// The token that ends a turn.
  let endOfTurn: String
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

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: at least one message, of the roles and in the order that the template allows.
  ///   - addGenerationPrompt: whether the beginning of an assistant's turn is added at the end.
  /// - Returns: the text and where its turns lie.
  /// - Throws: `TokenizerError` when the template does not allow the messages.
  func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws -> RenderedChat {
    guard let first = messages.first else { throw Self.noMessages(name) }
    var builder = Builder(layout: self)
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
          "The chat template \(name) knows the roles system, user and assistant; message"
            + " \(index + 1) is from “\(message.role)”.")
      }
    case .alternating:
      guard !turns.isEmpty else {
        throw TokenizerError(
          .invalidChat,
          "The chat template \(name) puts the system message into the user's first turn, but the"
            + " conversation has none.")
      }
      for (place, (index, message)) in zip(turns.indices, turns).enumerated() {
        let expected = place % 2 == 0 ? "user" : "assistant"
        guard message.role == expected else {
          throw TokenizerError(
            .invalidChat,
            "The chat template \(name) needs user and assistant in turn after at most one system"
              + " message; message \(index + 1) is from “\(message.role)”,"
              + " expected “\(expected)”.")
        }
      }
    }
  }

  /// The error for an empty conversation.
  static func noMessages(_ name: String) -> TokenizerError {
    TokenizerError(
      .invalidChat, "The chat template \(name) got a conversation without messages.")
  }
}

extension ChatLayout {
  /// Collects text and turns.
  private struct Builder {
    let layout: ChatLayout
    private var text = ""
    private var turns: [RenderedChat.Turn] = []

    init(layout: ChatLayout) { self.layout = layout }

    var chat: RenderedChat { RenderedChat(text: text, turns: turns) }

    mutating func append(_ part: String) { text += part }

    /// Appends a turn; `lead` stands between its role and its content, and is no part of what the message says.
    mutating func appendTurn(
      role: String, lead: String = "", content: String, isMessage: Bool = true
    ) {
      text += layout.beforeRole + (role == "assistant" ? layout.assistant : role)
      text += layout.behindRole + lead
      let start = text.utf8.count
      text += content
      let end = text.utf8.count
      text += layout.endOfTurn
      if isMessage {
        turns.append(
          RenderedChat.Turn(
            role: role, content: start..<end, endOfTurn: end..<text.utf8.count))
      }
      text += layout.behindTurn
    }
  }
}
