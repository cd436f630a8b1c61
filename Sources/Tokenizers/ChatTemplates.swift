// The chat templates that the program has without interpreting Jinja: one value each, and its name in the list.

extension ChatTemplate {
  /// All of them.
  package static let allCases: [ChatTemplate] = [
    .gemma3, .smollm2, .llama3, .qwen25, .qwen3, .qwen3Instruct,
  ]

  /// Gemma 3's: calls the assistant "model", has no system turn.
  package static let gemma3 = ChatTemplate(
    ChatLayout(
      name: "gemma3", opening: "<bos>", beforeRole: "<start_of_turn>", behindRole: "\n",
      endOfTurn: "<end_of_turn>", behindTurn: "\n", assistant: "model", trimsContents: true,
      order: .alternating),
    digests: [
      // The instruction-tuned models of every size.
      "8d9e3a3c114fb2053ec500184677af4f7e5f8ec2582443cd535834e68b3ade29",
      // The same with "\n" written as two characters.
      "86327804b5430b642274fe55ba95199e91cf7eca7b1e1240ca5469f23839e223",
      // Axolotl's gemma3, which also takes system messages of several parts.
      "85f071443875be5597f6feb2abbd7167601689202c82aa67ac54659ebbd278b3",
      "796f2cbea8e391803f5b96c89a3ce79b66912a790853f1128853a5864a8f3489",
    ])

  /// SmolLM2-Instruct's: ChatML with a default system message.
  package static let smollm2 = chatML(
    "chatml-smollm2",
    systemMessage: "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
    digests: ["872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788"])

  /// Llama 3's, whose later versions put a date into the system message.
  package static let llama3 = ChatTemplate(
    ChatLayout(
      name: "llama3", opening: "<|begin_of_text|>", beforeRole: "<|start_header_id|>",
      behindRole: "<|end_header_id|>\n\n", endOfTurn: "<|eot_id|>", trimsContents: true),
    digests: [
      // Meta-Llama-3-Instruct.
      "ba03a121d097859c7b5b9cd03af99aafe95275210d2876f642ad9929a150f122",
      // Axolotl's llama3.
      "68da1281c0c8bd7dd19f04fc1e8435b63858cb511819beafc270b70c8821a9bf",
    ])

  /// Qwen 2.5's: ChatML with a default system message.
  package static let qwen25 = chatML(
    "qwen2.5",
    systemMessage: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
    order: .known,
    digests: [
      // Qwen2.5-Instruct.
      "55b2f4a26ac9ee719330a61a0c39d9e538b0e9322212f048326318cff4f8674a",
      // Axolotl's qwen_25.
      "438c244f1e8c6c611b96418d22d4f7fd28ecb58e7dac81ef10891a795f14173f",
    ])

  /// Qwen 3's with `enable_thinking` false: ChatML whose answers stand behind an empty thought.
  package static let qwen3 = chatML(
    "qwen3", thinks: true, order: .known,
    digests: [
      // Qwen3, as first published.
      "87a2728cb8dc9fe424d624542f6060ec05a1d285ebbec578bb078900e33396b5",
      // Axolotl's qwen3.
      "6c79da12ae4eb0cd1f7c5bd011264859ae3f768048c01c60516fd08548c0f253",
    ])

  /// That of Qwen 3's Instruct models of July 2025, which never think: ChatML, and nothing else.
  package static let qwen3Instruct = chatML(
    "qwen3-2507", order: .known,
    digests: ["64f85b198065d0fba2a81f37e10ed68161ce2c19a754c7100e67e0ca2ee9c326"])

  private static func chatML(
    _ name: String, systemMessage: String? = nil, thinks: Bool = false,
    order: ChatLayout.Order = .free, digests: [String]
  ) -> ChatTemplate {
    ChatTemplate(
      ChatLayout(
        name: name, beforeRole: "<|im_start|>", behindRole: "\n", endOfTurn: "<|im_end|>",
        behindTurn: "\n", systemMessage: systemMessage, thinks: thinks, order: order),
      digests: digests)
  }
}
