import Files
import Testing

@testable import Tokenizers

/// Rendered conversations, against the real templates in transformers (`make_chats.py`).
@Suite struct ChatTemplateTests {
  struct File: Decodable {
    struct Chat: Decodable {
      var template: String
      var messages: [ChatMessage]
      var addGenerationPrompt: Bool
      var text: String?
    }
    var chats: [Chat]
  }

  @Test("Every conversation reads as transformers renders it, and what it refuses is refused")
  func rendering() throws {
    for chat in try Fixtures.value(File.self, "chats.json").chats {
      let template = try #require(ChatTemplate(rawValue: chat.template))
      guard let text = chat.text else {
        #expect(throws: TokenizerError.self) {
          try template.render(chat.messages, addGenerationPrompt: chat.addGenerationPrompt)
        }
        continue
      }
      let rendered = try template.render(
        chat.messages, addGenerationPrompt: chat.addGenerationPrompt)
      #expect(rendered.text.bytes == text.bytes)
    }
  }

  @Test("Turns say where content and end of turn lie", arguments: ChatTemplate.allCases)
  func turns(_ template: ChatTemplate) throws {
    let messages = [
      ChatMessage(role: "system", content: " Be brief."),
      ChatMessage(role: "user", content: " e\u{301}? \n"),
      ChatMessage(role: "assistant", content: "\u{301}👍🏽"),
      ChatMessage(role: "user", content: ""),
      ChatMessage(role: "assistant", content: "<end_of_turn>"),
    ]
    let chat = try template.render(messages, addGenerationPrompt: true)
    let turned = template == .gemma3 ? Array(messages.dropFirst()) : messages
    let end = template == .gemma3 ? "<end_of_turn>" : "<|im_end|>"
    #expect(chat.turns.map(\.role) == turned.map(\.role))
    let bytes = chat.text.bytes
    for (turn, message) in zip(chat.turns, turned) {
      let content = template == .gemma3 ? PythonText.strip(message.content) : message.content
      #expect(Array(bytes[turn.content]) == content.bytes)
      #expect(Array(bytes[turn.endOfTurn]) == end.bytes)
      #expect(turn.content.upperBound == turn.endOfTurn.lowerBound)
    }
  }

  @Test("A conversation that gemma3 cannot render is refused by a sentence")
  func refusals() {
    let cases: [([ChatMessage], String)] = [
      ([], "The chat template gemma3 got a conversation without messages."),
      (
        [ChatMessage(role: "system", content: "S")],
        "The chat template gemma3 puts the system message into the user's first turn, but the"
          + " conversation has none."
      ),
      (
        [
          ChatMessage(role: "user", content: "Q"), ChatMessage(role: "system", content: "S"),
        ],
        "The chat template gemma3 needs user and assistant in turn after at most one system message;"
          + " message 2 is from “system”, expected “assistant”."
      ),
    ]
    for (messages, sentence) in cases {
      #expect(throws: TokenizerError(.invalidChat, sentence)) {
        try ChatTemplate.gemma3.render(messages, addGenerationPrompt: false)
      }
    }
  }

  @Test("White space is stripped as Python's str.strip does")
  func stripping() {
    #expect(PythonText.strip("\u{1C}\u{85}\u{A0} a\u{200B} \u{3000}\u{2029}\t") == "a\u{200B}")
    #expect(PythonText.strip("\u{FEFF}a\u{180E}") == "\u{FEFF}a\u{180E}")
    #expect(PythonText.strip(" \r\n") == "")
  }
}
