import Files

/// What a document asked the model: everything that a sample holds besides the answer and its scores.
package struct SampleQuestion: Sendable, Equatable {
  /// How the answer was to be given.
  package enum Form: Sendable {
    /// One of these texts, each scored after the delimiter.
    case choices([String], delimiter: String)
    /// One of these choices in a blank, each with the prompt that ends with it; scored is the rest after the delimiter.
    case blank([String], prompts: [String], rest: String, delimiter: String)
    /// A text, or several as `sampling` says, cut at the first stop string.
    case generation(stopStrings: [String], maximumNewTokens: Int, sampling: AnswerSampling?)
    /// Not at all: the text is given, and scored after the delimiter.
    case passage(String, delimiter: String)
  }

  /// Name of the task, such as "mmlu_anatomy".
  package let task: String
  /// Position of the document in its evaluation split.
  package let documentIndex: Int
  /// The prompt, few-shot examples included, before tokenisation; the first of several.
  package let prompt: String
  /// The right answer, as ``Document/target`` has it.
  package let target: String
  /// What the document was made from, if several were made from the same.
  package let source: String?
  /// How the answer was to be given.
  package let form: Form
  /// Tokens that the longest request lost on the left.
  package let truncatedTokens: Int

  /// A question, part by part as the properties have it.
  package init(
    task: String, documentIndex: Int, prompt: String, target: String, source: String?, form: Form,
    truncatedTokens: Int
  ) {
    self.task = task
    self.documentIndex = documentIndex
    self.prompt = prompt
    self.target = target
    self.source = source
    self.form = form
    self.truncatedTokens = truncatedTokens
  }

  /// Whether both ask the same, code point by code point.
  package static func == (left: SampleQuestion, right: SampleQuestion) -> Bool {
    left.differences(from: right).isEmpty
  }

  /// What is asked otherwise, by name: "document", "prompt", "target", "source", "choices", "text", "stop strings", "length",
  /// "sampling".
  package func differences(from other: SampleQuestion) -> [String] {
    var names: [String] = []
    if task != other.task || documentIndex != other.documentIndex { names.append("document") }
    if !PythonText.areEqual(prompt, other.prompt) { names.append("prompt") }
    if !PythonText.areEqual(target, other.target) { names.append("target") }
    switch (source, other.source) {
    case (nil, nil): break
    case (let one?, let another?) where PythonText.areEqual(one, another): break
    default: names.append("source")
    }
    switch (form, other.form) {
    case (.choices(let one, let delimiter), .choices(let another, let otherDelimiter)):
      if !one.elementsEqual(another, by: PythonText.areEqual)
        || !PythonText.areEqual(delimiter, otherDelimiter)
      {
        names.append("choices")
      }
    case (
      .blank(let one, let prompts, let rest, let delimiter),
      .blank(let another, let otherPrompts, let otherRest, let otherDelimiter)
    ):
      if !prompts.elementsEqual(otherPrompts, by: PythonText.areEqual), !names.contains("prompt") {
        names.append("prompt")
      }
      if !one.elementsEqual(another, by: PythonText.areEqual)
        || !PythonText.areEqual(rest, otherRest) || !PythonText.areEqual(delimiter, otherDelimiter)
      {
        names.append("choices")
      }
    case (
      .generation(let one, let length, let sampling),
      .generation(let another, let otherLength, let otherSampling)
    ):
      if !one.elementsEqual(another, by: PythonText.areEqual) { names.append("stop strings") }
      if length != otherLength { names.append("length") }
      if sampling != otherSampling { names.append("sampling") }
    case (.passage(let one, let delimiter), .passage(let another, let otherDelimiter)):
      if !PythonText.areEqual(one, another) || !PythonText.areEqual(delimiter, otherDelimiter) {
        names.append("text")
      }
    default: names.append("kind of answer")
    }
    if truncatedTokens != other.truncatedTokens { names.append("truncated tokens") }
    return names
  }
}

extension SampleResult {
  /// What the model was asked.
  package var question: SampleQuestion {
    let form: SampleQuestion.Form =
      switch response {
      case .choices(let choices, let delimiter):
        .choices(choices.map(\.text), delimiter: delimiter)
      case .blank(let choices, let prompts, let rest, let delimiter):
        .blank(choices.map(\.text), prompts: prompts, rest: rest, delimiter: delimiter)
      case .generation(let generation):
        .generation(
          stopStrings: generation.stopStrings, maximumNewTokens: generation.maximumNewTokens,
          sampling: generation.sampling)
      case .passage(let passage, let delimiter):
        .passage(passage.choice.text, delimiter: delimiter)
      }
    return SampleQuestion(
      task: task, documentIndex: documentIndex, prompt: prompt, target: target, source: source,
      form: form, truncatedTokens: truncatedTokens)
  }
}
