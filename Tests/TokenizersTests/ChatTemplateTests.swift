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
    #expect(chat.turns.map(\.role) == turned.map(\.role))
    let bytes = chat.text.bytes
    for (turn, message) in zip(chat.turns, turned) {
      let isTrimmed = template == .gemma3 || template == .llama3
      let content = isTrimmed ? PythonText.stripped(message.content) : message.content
      #expect(Array(bytes[turn.content]) == content.bytes)
      #expect(Array(bytes[turn.endOfTurn]) == template.endOfTurn.bytes)
      #expect(turn.content.upperBound == turn.endOfTurn.lowerBound)
    }
  }

  @Test(
    "An answer's content lies behind an empty thought, and has a thought that the message says",
    arguments: [
      ("4", "<think>\n\n</think>\n\n", "4"), ("\n4", "<think>\n\n</think>\n\n", "4"),
      ("<think>\nsum\n</think>\n\n4", "<think>\n", "sum\n</think>\n\n4"),
      ("<think>\n\n</think>\n\n4", "<think>\n\n</think>\n\n", "4"),
      ("sum</think>4", "<think>\n", "sum\n</think>\n\n4"),
      ("<think>4", "<think>\n\n</think>\n\n", "<think>4"),
    ])
  func thoughts(content: String, lead: String, learned: String) throws {
    let chat = try ChatTemplate.qwen3.render(
      [
        ChatMessage(role: "user", content: "2+2?"),
        ChatMessage(role: "assistant", content: content),
      ],
      addGenerationPrompt: false)
    let turn = try #require(chat.turns.last)
    let bytes = chat.text.bytes
    #expect(String(decoding: bytes[turn.content], as: UTF8.self).bytes == learned.bytes)
    #expect(bytes[..<turn.content.lowerBound].reversed().starts(with: lead.bytes.reversed()))
  }

  @Test("Templates are found by names of their own, and no Jinja text means two of them")
  func table() {
    let names = ChatTemplate.allCases.map(\.rawValue)
    #expect(Set(names).count == names.count)
    for template in ChatTemplate.allCases {
      #expect(ChatTemplate(rawValue: template.rawValue) == template)
    }
    #expect(ChatTemplate(rawValue: "none") == nil)
    let digests = ChatTemplate.allCases.flatMap(\.digests)
    #expect(Set(digests).count == digests.count)
    #expect(digests.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
  }

  @Test("A role that a template does not know is refused by a sentence")
  func unknownRole() {
    let messages = [
      ChatMessage(role: "user", content: "Q"), ChatMessage(role: "tool", content: "A"),
    ]
    for template in [ChatTemplate.qwen25, .qwen3, .qwen3Instruct] {
      #expect(
        throws: TokenizerError(
          .invalidChat,
          "The chat template \(template.rawValue) knows the roles system, user and assistant; message 2 is"
            + " from “tool”.")
      ) {
        try template.render(messages, addGenerationPrompt: false)
      }
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
    #expect(PythonText.stripped("\u{1C}\u{85}\u{A0} a\u{200B} \u{3000}\u{2029}\t") == "a\u{200B}")
    #expect(PythonText.stripped("\u{FEFF}a\u{180E}") == "\u{FEFF}a\u{180E}")
    #expect(PythonText.stripped(" \r\n") == "")
  }
}
