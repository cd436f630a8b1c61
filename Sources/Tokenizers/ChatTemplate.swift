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

/// The chat templates of the model families, rendered as transformers' `apply_chat_template` does.
package enum ChatTemplate: String, Sendable, CaseIterable {
  /// Gemma 3's: begins with `<bos>`, trims contents, calls the assistant "model", has no system
  /// turn.
  case gemma3
  /// SmolLM2's: ChatML with a default system message.
  case smollm2 = "chatml-smollm2"

  /// The token that ends a turn.
  package var endOfTurn: String {
    switch self {
    case .gemma3: "<end_of_turn>"
    case .smollm2: "<|im_end|>"
    }
  }

  /// The system message that SmolLM2's template puts first when the conversation has none.
  private static let smollm2SystemMessage =
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face"

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: at least one message; for gemma3 user and assistant in turn, beginning with the
  ///     user, after at most
  ///     one system message.
  ///   - addGenerationPrompt: whether the beginning of an assistant's turn is added at the end.
  /// - Returns: the text and where its turns lie.
  /// - Throws: `TokenizerError` when the template does not allow the messages.
  package func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws -> RenderedChat {
    guard let first = messages.first else {
      throw TokenizerError(
        .invalidChat, "The chat template \(rawValue) got a conversation without messages.")
    }
    switch self {
    case .gemma3:
      return try renderGemma3(messages, first: first, addGenerationPrompt: addGenerationPrompt)
    case .smollm2:
      return renderSmolLM2(messages, first: first, addGenerationPrompt: addGenerationPrompt)
    }
  }

  private func renderGemma3(
    _ messages: [ChatMessage], first: ChatMessage, addGenerationPrompt: Bool
  ) throws -> RenderedChat {
    var builder = Builder(endOfTurn: endOfTurn)
    builder.append("<bos>")
    let hasSystemMessage = first.role == "system"
    let turns = messages.dropFirst(hasSystemMessage ? 1 : 0)
    guard !turns.isEmpty else {
      throw TokenizerError(
        .invalidChat,
        "The chat template gemma3 puts the system message into the user's first turn, but the"
          + " conversation has none.")
    }
    for (index, message) in turns.enumerated() {
      let expected = index % 2 == 0 ? "user" : "assistant"
      guard message.role == expected else {
        throw TokenizerError(
          .invalidChat,
          "The chat template gemma3 needs user and assistant in turn after at most one system"
            + " message; message \(index + (hasSystemMessage ? 2 : 1)) is from “\(message.role)”,"
            + " expected “\(expected)”.")
      }
      builder.append("<start_of_turn>" + (message.role == "assistant" ? "model" : "user") + "\n")
      if index == 0 && hasSystemMessage { builder.append(first.content + "\n\n") }
      builder.appendTurn(message, content: PythonText.strip(message.content))
    }
    if addGenerationPrompt { builder.append("<start_of_turn>model\n") }
    return builder.chat
  }

  private func renderSmolLM2(
    _ messages: [ChatMessage], first: ChatMessage, addGenerationPrompt: Bool
  ) -> RenderedChat {
    var builder = Builder(endOfTurn: endOfTurn)
    if first.role != "system" {
      builder.append("<|im_start|>system\n\(Self.smollm2SystemMessage)<|im_end|>\n")
    }
    for message in messages {
      builder.append("<|im_start|>" + message.role + "\n")
      builder.appendTurn(message, content: message.content)
    }
    if addGenerationPrompt { builder.append("<|im_start|>assistant\n") }
    return builder.chat
  }
}

extension ChatTemplate {
  /// Collects text and turns.
  private struct Builder {
    let endOfTurn: String
    private var text = ""
    private var turns: [RenderedChat.Turn] = []

    init(endOfTurn: String) { self.endOfTurn = endOfTurn }

    var chat: RenderedChat { RenderedChat(text: text, turns: turns) }

    mutating func append(_ part: String) { text += part }

    mutating func appendTurn(_ message: ChatMessage, content: String) {
      let start = text.utf8.count
      text += content
      let end = text.utf8.count
      text += endOfTurn
      turns.append(
        RenderedChat.Turn(
          role: message.role, content: start..<end, endOfTurn: end..<text.utf8.count))
      text += "\n"
    }
  }
}

/// Rules of Python's `str` where the reference is written in Python.
enum PythonText {
  /// The text without white space at both ends, as `str.strip()` gives it.
  static func strip(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let start = scalars.firstIndex(where: { !isWhitespace($0) }),
      let end = scalars.lastIndex(where: { !isWhitespace($0) })
    else { return "" }
    return String(scalars[start...end])
  }

  /// What `str.isspace()` says of one code point.
  static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }
}
