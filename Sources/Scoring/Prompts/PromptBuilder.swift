import Files
import Tokenizers

/// Puts a task's prompts together: plain text, or a chat in which each few-shot example can be a turn of its own.
package struct PromptBuilder {
  /// The task whose documents are asked.
  private let task: EvaluationTask
  /// The template of chat prompts; nil for plain text.
  private let chatTemplate: ChatTemplate?
  private let asksExamplesAsTurns: Bool
  /// What stands before everything else.
  private let introduction: String

  /// Creates what makes the prompts of a task.
  package init(task: EvaluationTask, settings: EvaluationSettings) {
    self.task = task
    chatTemplate = settings.chatTemplate
    asksExamplesAsTurns = settings.asksExamplesAsTurns
    introduction = Self.join(
      settings.systemInstruction ?? "", task.introduction, by: task.fewShotDelimiter)
  }

  /// Two texts, with the delimiter between them unless there is white space at the joint, as the harness joins them.
  private static func join(_ first: String, _ second: String, by delimiter: String) -> String {
    guard let end = first.unicodeScalars.last, let start = second.unicodeScalars.first else {
      return first + second
    }
    let isSpaced = PythonText.isWhitespace(end) || PythonText.isWhitespace(start)
    return first + (isSpaced ? "" : delimiter) + second
  }

  /// What stands between a prompt and what is scored after it: nothing under a chat template.
  package var choiceDelimiter: String { chatTemplate == nil ? task.targetDelimiter : "" }

  /// The prompts of a document, up to where the answer begins: one, or one for each choice that fills its blank.
  ///
  /// - Throws: What the chat template throws on turns that it cannot render.
  package func prompts(for document: Document, examples: [Document]) throws -> [String] {
    switch document.answer {
    case .choice, .text, .passage, .instructions:
      [try prompt(asking: document.question, after: examples)]
    case .blank(let choices, _, _): try choices.map { try prompt(asking: $0, after: examples) }
    }
  }

  private func prompt(asking question: String, after examples: [Document]) throws -> String {
    guard let chatTemplate else { return introduction + plain(question, after: examples) }
    var messages: [ChatMessage] = []
    if !introduction.isEmpty { messages.append(ChatMessage(role: "system", content: introduction)) }
    for example in asksExamplesAsTurns ? examples : [] {
      messages.append(ChatMessage(role: "user", content: example.exampleQuestion))
      if !example.answerText.isEmpty {
        messages.append(ChatMessage(role: "assistant", content: example.answerText))
      }
    }
    let question = asksExamplesAsTurns ? question : plain(question, after: examples)
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

  /// Examples and question as they stand without a template.
  private func plain(_ question: String, after examples: [Document]) -> String {
    let shots = examples.map { example in
      // An empty answer is left out together with its delimiters, as the harness does.
      example.answerText.isEmpty
        ? example.exampleQuestion
        : example.exampleQuestion + task.targetDelimiter + example.answerText
          + task.fewShotDelimiter
    }
    return shots.joined() + question
  }
}
