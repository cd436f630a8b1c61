package import Tokenizers

/// Puts a task's prompts together: plain text, or a chat in which each few-shot example is a turn of its own.
package struct PromptBuilder {
  /// The task whose documents are asked.
  private let task: EvaluationTask
  /// The template of chat prompts; nil for plain text.
  private let chatTemplate: ChatTemplate?

  /// Creates what makes the prompts of a task: as plain text, or with a template of chats.
  package init(task: EvaluationTask, chatTemplate: ChatTemplate?) {
    (self.task, self.chatTemplate) = (task, chatTemplate)
  }

  /// What stands between a prompt and what is scored after it: nothing under a chat template.
  package var choiceDelimiter: String { chatTemplate == nil ? task.targetDelimiter : "" }

  /// The prompts of a document, up to where the answer begins: one, or one for each choice that fills its blank.
  ///
  /// - Throws: What the chat template throws on turns that it cannot render.
  package func prompts(for document: Document, examples: [Document]) throws -> [String] {
    switch document.answer {
    case .choice, .text, .instructions: [try prompt(asking: document.question, after: examples)]
    case .blank(let choices, _, _): try choices.map { try prompt(asking: $0, after: examples) }
    }
  }

  private func prompt(asking question: String, after examples: [Document]) throws -> String {
    guard let chatTemplate else {
      let shots = examples.map { example in
        // An empty answer is left out together with its delimiters, as the harness does.
        example.answerText.isEmpty
          ? example.exampleQuestion
          : example.exampleQuestion + task.targetDelimiter + example.answerText
            + task.fewShotDelimiter
      }
      return task.introduction + shots.joined() + question
    }
    var messages: [ChatMessage] = []
    if !task.introduction.isEmpty {
      messages.append(ChatMessage(role: "system", content: task.introduction))
    }
    for example in examples {
      messages.append(ChatMessage(role: "user", content: example.exampleQuestion))
      if !example.answerText.isEmpty {
        messages.append(ChatMessage(role: "assistant", content: example.answerText))
      }
    }
    messages.append(ChatMessage(role: "user", content: question))
    do {
      return try chatTemplate.text(of: messages, addGenerationPrompt: true)
    } catch let error as TokenizerError
      where error.code == .invalidChat && messages[0].role == "system"
    {
      // As the harness does with templates that take no system message.
      return try chatTemplate.text(of: Array(messages.dropFirst()), addGenerationPrompt: true)
    }
  }
}
