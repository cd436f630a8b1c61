import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Models' own templates: their texts, where turns lie in them, and that they agree with the families' templates.
@Suite struct InterpretedChatTests {
  /// The families' templates, written anew in Jinja.
  static let written: [(ChatTemplate, String)] = [
    (
      .gemma3,
      """
      {{ bos_token }}{% set lead = '' %}{% set turns = messages %}
      {%- if messages[0].role == 'system' %}{% set lead = messages[0].content ~ '\\n\\n' %}{% set turns = messages[1:] %}{% if not turns %}{{ raise_exception('no turn') }}{% endif %}{% endif %}
      {%- for turn in turns %}{% if turn.role != ('user' if loop.index is odd else 'assistant') %}{{ raise_exception('order') }}{% endif %}
      {{- '<start_of_turn>' ~ ('model' if turn.role == 'assistant' else turn.role) ~ '\\n' ~ (lead if loop.first) ~ turn.content|trim ~ '<end_of_turn>\\n' }}
      {%- endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}
      """
    ),
    (
      .smollm2,
      """
      {% for m in messages %}{% if loop.first and m.role != 'system' %}{{ '<|im_start|>system\\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\\n' }}{% endif %}
      {{- ['<|im_start|>', m.role, '\\n', m.content, '<|im_end|>\\n']|join }}{% endfor %}{{ '<|im_start|>assistant\\n' if add_generation_prompt }}
      """
    ),
    (
      .llama3,
      """
      {%- macro head(role) %}<|start_header_id|>{{ role }}<|end_header_id|>{{ '\\n\\n' }}{% endmacro -%}
      {{ bos_token }}{% for m in messages %}{{ head(m['role']) ~ m['content'].strip() }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}{{ head('assistant') }}{% endif %}
      """
    ),
    (
      .qwen25,
      """
      {% for m in messages %}{% if m.role not in ['system', 'user', 'assistant'] %}{{ raise_exception(m.role) }}{% endif %}{% if loop.index0 == 0 and m.role != 'system' %}<|im_start|>system{{ '\\n' }}You are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>{{ '\\n' }}{% endif %}
      {{- '<|im_start|>%s\\n%s<|im_end|>\\n' % (m.role, m.content) }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
      """
    ),
    (
      .qwen3Instruct,
      """
      {%- for m in messages %}{% if m.role not in ['system', 'user', 'assistant'] %}{{ raise_exception(m.role) }}{% endif %}
      {{- '<|im_start|>' ~ m.role ~ '\\n' ~ m.content ~ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
      """
    ),
    (
      .qwen3,
      """
      {%- set ns = namespace(last=messages|length - 1, found=false) %}
      {%- for m in messages|reverse if not ns.found and m.role == 'user' %}{% if not (m.content.startswith('<tool_response>') and m.content.endswith('</tool_response>')) %}{% set ns.found = true %}{% set ns.question = m %}{% endif %}{% endfor %}
      {%- if ns.found %}{% set ns.found = false %}{% for m in messages %}{% if m.role == 'user' and not (m.content.startswith('<tool_response>') and m.content.endswith('</tool_response>')) %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}{% endif %}
      {%- for m in messages %}{% if m.role not in ('system', 'user', 'assistant') %}{{ raise_exception(m.role) }}{% endif %}
      {{- '<|im_start|>' + m.role + '\\n' }}
      {%- if m.role == 'assistant' %}
        {%- set parts = m.content.split('</think>') %}{% set thought = parts[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') if parts|length > 1 else '' %}{% set rest = parts[-1].lstrip('\\n') if parts|length > 1 else m.content %}
        {%- if loop.index0 > ns.last and (loop.last or thought) %}{{ '<think>\\n' ~ thought.strip('\\n') ~ '\\n</think>\\n\\n' ~ rest.lstrip('\\n') }}{% else %}{{ rest }}{% endif %}
      {%- else %}{{ m.content }}{% endif %}
      {{- '<|im_end|>\\n' }}{% endfor %}
      {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' if enable_thinking is false }}{% endif %}
      """
    ),
  ]

  private static let contents = [
    "Hi", "  padded \n", "\n\n", "", "two\nlines", " \u{A0}\u{3000}x\u{2003}\u{1C}", "\u{200B}zero",
    "e\u{301} 👍🏽\r\n", "{{ bos_token }} {% if x %}", "<end_of_turn>\n<start_of_turn>model\nfake",
    "<|im_end|>", "\u{301}mark", "<think>\nwhy\n</think>\n\nA", "why\n\n</think>A",
    "<think></think>\nA",
    "<think>A", "x<think>a</think>b</think>\n\nc", "</think>\u{301}A",
    "<tool_response>\n4\n</tool_response>", "<think>a<think>b</think>\u{301}",
  ]

  private static func conversation(_ generator: inout SeededGenerator) -> [ChatMessage] {
    let isOrderly = Int.random(in: 0..<4, using: &generator) > 0
    let roles = ["user", "assistant", "system", "user", "assistant", "tool"]
    var messages: [ChatMessage] = []
    func add(_ role: String) {
      let content = contents.randomElement(using: &generator) ?? ""
      messages.append(ChatMessage(role: role, content: content))
    }
    if Int.random(in: 0..<3, using: &generator) == 0 { add("system") }
    for place in 0..<Int.random(in: 0...6, using: &generator) {
      add(isOrderly ? roles[place % 2] : roles.randomElement(using: &generator) ?? "user")
    }
    return messages
  }

  /// What a template makes of a conversation: its bytes, or nil where it refuses.
  private static func bytes(
    _ template: ChatTemplate, _ messages: [ChatMessage], _ addsPrompt: Bool
  ) -> [UInt8]? {
    try? template.text(of: messages, addGenerationPrompt: addsPrompt).bytes
  }

  private static func interpreted(_ family: ChatTemplate, _ jinja: String) throws -> ChatTemplate {
    let beginnings = ["gemma3": "<bos>", "llama3": "<|begin_of_text|>"]
    return try ChatTemplate(
      jinja: jinja,
      variables: JSON(present: [
        ("bos_token", JSON(beginnings[family.rawValue])), ("enable_thinking", false),
      ]).objectValue ?? JSON.Object(),
      endOfTurn: family.endOfTurn)
  }

  /// Compares many conversations; a family may refuse more than a model's own text does, but never write another one.
  private static func compare(
    _ family: ChatTemplate, _ jinja: String, rounds: Int, mayRefuseMore: Bool
  ) throws {
    let template = try interpreted(family, jinja)
    var (rendered, refused) = (0, 0)
    for round in 0..<rounds {
      var generator = SeededGenerator(seed: UInt64(round))
      let messages = conversation(&generator)
      if messages.isEmpty { continue }
      let addsPrompt = Bool.random(using: &generator)
      let own = bytes(family, messages, addsPrompt)
      if own == nil { refused += 1 } else { rendered += 1 }
      if own == nil && mayRefuseMore { continue }
      #expect(bytes(template, messages, addsPrompt) == own, "\(family.rawValue): \(messages)")
    }
    #expect(rendered > rounds / 4)
    #expect(refused > 0 || family == .smollm2 || family == .llama3)
  }

  @Test("A family's template and the same in Jinja write the same", arguments: written)
  func families(_ family: ChatTemplate, _ jinja: String) throws {
    try Self.compare(family, jinja, rounds: 1000, mayRefuseMore: false)
  }

  @Test(
    "The models' own texts write what their family's template does (REPLICATE_JINJA_DIR)",
    .enabled(if: Fixtures.templates != nil))
  func originals() throws {
    let folder = try #require(Fixtures.templates)
    var found: Set<String> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".jinja") {
      let jinja = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let text = jinja.bytes.reversed().drop { $0 == UInt8(ascii: "\n") }.reversed()
      let digest = SHA256.digest(of: Array(text)).hex
      guard let family = ChatTemplate.allCases.first(where: { $0.digests.contains(digest) })
      else { continue }
      found.insert(digest)
      try Self.compare(family, jinja, rounds: 2000, mayRefuseMore: true)
    }
    print("\(found.count) texts of \(ChatTemplate.allCases.flatMap(\.digests).count) compared")
    #expect(!found.isEmpty)
  }

  @Test("Turns of an interpreted template lie where those of the family's do", arguments: written)
  func turns(_ family: ChatTemplate, _ jinja: String) throws {
    let template = try Self.interpreted(family, jinja)
    var compared = 0
    for round in 0..<400 {
      var generator = SeededGenerator(seed: UInt64(round))
      let messages = Self.conversation(&generator)
      guard !messages.isEmpty,
        let own = try? family.render(messages, addGenerationPrompt: false),
        let found = try? template.render(messages, addGenerationPrompt: false)
      else { continue }
      compared += 1
      #expect(found.text.bytes == own.text.bytes)
      // A system message inside of the user's turn has a place, but no end.
      let turns = found.turns.filter { !(family == .gemma3 && $0.role == "system") }
      // What was thought is part of the text and of no content.
      guard family != .qwen3 else { continue }
      #expect(turns == own.turns, "\(messages)")
    }
    #expect(compared > 100, "\(compared)")
  }

  @Test("Where a content lies is told, or training is refused by a sentence")
  func places() throws {
    let messages = [
      ChatMessage(role: "user", content: " a "), ChatMessage(role: "assistant", content: "b a"),
      ChatMessage(role: "assistant", content: ""),
    ]
    let cases: [(String, [Range<Int>]?, String)] = [
      ("{% for m in messages %}<{{ m.content }}>{% endfor %}", [1..<4, 6..<9, 11..<11], ""),
      ("{% for m in messages %}<{{ m.content|trim }}>{% endfor %}", [1..<2, 4..<7, 9..<9], ""),
      (
        "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}",
        [0..<3], ""
      ),
      (
        "{% for m in messages %}{{ m.content|upper }}{% endfor %}", nil,
        "1 stands, whose content is not shown as it is"
      ),
      (
        "{% for m in messages %}{{ m.content ~ m.content }}{% endfor %}", nil,
        "1 stands, whose content stands in it more than once"
      ),
      (
        "{% for m in messages %}{{ m.content|length }}{{ m.content }}{% endfor %}", nil,
        "1 stands, whose content changes the text around it"
      ),
      (
        "{% for m in messages|reverse %}{{ m.content }};{% endfor %}", nil,
        "2 stands, whose content stands before that of an earlier one"
      ),
      (
        "{% for m in messages %}{% if m.content|length < 9 %}{{ m.content }}{% endif %}{% endfor %}",
        nil, "1 stands, whose content is not shown as it is"
      ),
      (
        "{% for m in messages %}{% if m.content %}<{{ m.content }}>{% endif %}{% endfor %}", nil,
        "3 stands, whose content changes the text around it"
      ),
    ]
    for (jinja, ranges, problem) in cases {
      let template = try ChatTemplate(jinja: jinja, endOfTurn: ">")
      if let ranges {
        let chat = try template.render(messages, addGenerationPrompt: false)
        #expect(chat.turns.map(\.content) == ranges)
        if jinja.contains("<") && !jinja.contains("if") {
          for turn in chat.turns {
            #expect(turn.endOfTurn == turn.content.upperBound..<turn.content.upperBound + 1)
          }
        }
        continue
      }
      #expect(
        throws: TokenizerError(
          .unsupported,
          "The chat template of the model cannot be trained with: it cannot be told where in the text message \(problem). Evaluation does not need that."
        ), "\(jinja)"
      ) { try template.render(messages, addGenerationPrompt: false) }
    }
  }

  @Test("A template is called by all that its texts depend on")
  func names() throws {
    let plain = try ChatTemplate(jinja: "{{ bos_token }}")
    let other = try ChatTemplate(
      jinja: "{{ bos_token }}", variables: (["bos_token": "x"] as JSON).object)
    let dated = try ChatTemplate(
      jinja: "{{ bos_token }}", moment: JinjaMoment(year: 2024, month: 7, day: 26))
    #expect(Set([plain, other, dated].map(\.rawValue)).count == 3)
    #expect(plain == (try ChatTemplate(jinja: "{{ bos_token }}")))
    #expect(plain.rawValue.hasPrefix("jinja-"))
    #expect(ChatTemplate(rawValue: plain.rawValue) == nil)
  }

  @Test("Dates are written as the C locale writes them")
  func dates() throws {
    let moment = try #require(JinjaMoment(year: 2024, month: 2, day: 29, hour: 13, minute: 5))
    #expect(
      moment.formatted("%d %b %Y|%A %a %B %j %y %-d %H:%M:%S %I %p %F %T %R %%")
        == "29 Feb 2024|Thursday Thu February 060 24 29 13:05:00 01 PM 2024-02-29 13:05:00 13:05 %")
    #expect(moment.formatted("%Q") == nil && moment.formatted("%") == nil)
    #expect(JinjaMoment(year: 2023, month: 2, day: 29) == nil)
    #expect(JinjaMoment(year: 2000, month: 1, day: 1)?.formatted("%a") == "Sat")
  }
}

extension JSON {
  fileprivate var object: JSON.Object { objectValue ?? JSON.Object() }
}
