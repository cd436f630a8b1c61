import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

extension EvaluationSettings {
  /// The harness's defaults with a chat template.
  static func with(_ template: ChatTemplate?) -> EvaluationSettings {
    var settings = EvaluationSettings()
    settings.chatTemplate = template
    return settings
  }
}

struct PromptBuilderTests {
  private func subjectTask() throws -> EvaluationTask {
    MMLU.task(of: try #require(MMLU.subjects.first { $0.name == "us_foreign_policy" }))
  }

  private func question(_ text: String, answer: Int) throws -> Document {
    try TestDocument.mmlu(question: text, choices: ["w", "x", "y", "z"], answer: answer)
  }

  @Test("A plain prompt is introduction, examples with their answers, question")
  func plain() throws {
    let builder = PromptBuilder(task: try subjectTask(), settings: .with(nil))
    let prompts = try builder.prompts(
      for: question("Q", answer: 0), examples: [question("E", answer: 1)])
    #expect(
      prompts == [
        "The following are multiple choice questions (with answers) about us foreign policy.\n\n"
          + "E\nA. w\nB. x\nC. y\nD. z\nAnswer: B\n\nQ\nA. w\nB. x\nC. y\nD. z\nAnswer:"
      ])
    #expect(builder.choiceDelimiter == " ")
  }

  @Test("A Gemma chat carries the introduction in its first turn, examples as turns")
  func gemmaChat() throws {
    let builder = PromptBuilder(task: try subjectTask(), settings: .with(.gemma3))
    let prompts = try builder.prompts(
      for: question("Q", answer: 0), examples: [question("E", answer: 1)])
    #expect(
      prompts == [
        "<bos><start_of_turn>user\nThe following are multiple choice questions (with answers) about us foreign policy.\n\n\n\n"
          + "E\nA. w\nB. x\nC. y\nD. z\nAnswer:<end_of_turn>\n<start_of_turn>model\nB<end_of_turn>\n"
          + "<start_of_turn>user\nQ\nA. w\nB. x\nC. y\nD. z\nAnswer:<end_of_turn>\n<start_of_turn>model\n"
      ])
    #expect(builder.choiceDelimiter.isEmpty)
  }

  @Test("A SmolLM2 chat replaces the default system turn by the introduction")
  func smolChat() throws {
    let builder = PromptBuilder(task: GSM8K.task, settings: .with(.smollm2))
    let document = try TestDocument.gsm8k(question: "Q", answer: "A\n#### 1")
    #expect(
      try builder.prompts(for: document, examples: []) == [
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
          + "<|im_start|>user\nQuestion: Q\nAnswer:<|im_end|>\n<|im_start|>assistant\n"
      ])
    let mmlu = PromptBuilder(task: try subjectTask(), settings: .with(.smollm2))
    #expect(
      try mmlu.prompts(for: question("Q", answer: 0), examples: [])[0].hasPrefix(
        "<|im_start|>system\nThe following are multiple choice questions (with answers) about us foreign policy.\n\n<|im_end|>\n<|im_start|>user\nQ\n"
      ))
  }

  @Test(
    "What is said first stands before the introduction, apart from it unless white space parts them"
  )
  func systemInstruction() throws {
    let introduction =
      "The following are multiple choice questions (with answers) about us foreign policy.\n\n"
    let question = "Q\nA. w\nB. x\nC. y\nD. z\nAnswer:"
    for (instruction, joined) in [
      ("Be brief.", "Be brief.\n\n"), ("Be brief. ", "Be brief. "),
      ("Be brief.\u{2003}", "Be brief.\u{2003}"), ("", ""),
    ] {
      var settings = EvaluationSettings()
      settings.systemInstruction = instruction
      let plain = PromptBuilder(task: try subjectTask(), settings: settings)
      #expect(
        try plain.prompts(for: self.question("Q", answer: 0), examples: [])
          == [joined + introduction + question])
      settings.chatTemplate = .smollm2
      let chat = PromptBuilder(task: try subjectTask(), settings: settings)
      #expect(
        try chat.prompts(for: self.question("Q", answer: 0), examples: [])[0].hasPrefix(
          "<|im_start|>system\n\(joined)\(introduction)<|im_end|>\n<|im_start|>user\nQ\n"))
    }
  }

  @Test("A template of a model that takes no system message gets a chat without the introduction")
  func noSystemMessage() throws {
    let template = try ChatTemplate(
      jinja:
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No!') }}{% endif %}[{{ m.role }}] {{ m.content }}{% endfor %}"
    )
    #expect(!template.takesSystemMessages)
    let builder = PromptBuilder(task: try subjectTask(), settings: .with(template))
    #expect(
      try builder.prompts(for: question("Q", answer: 0), examples: []) == [
        "[user] Q\nA. w\nB. x\nC. y\nD. z\nAnswer:"
      ])
  }
}
