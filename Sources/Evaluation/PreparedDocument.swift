import Files
import LanguageModels
import Scoring
import Tokenizers

/// A document as the model is asked: its prompt and the tokens of its requests.
struct PreparedDocument {
  /// Position of the task in the run's inputs.
  let taskIndex: Int
  /// Position of the document in its task's input.
  let position: Int
  /// What is asked.
  let question: SampleQuestion
  /// One request a choice; empty where a text is generated.
  let requests: [ScoringRequest]
  /// What a generated text continues; empty where choices are scored.
  let promptTokens: [Int32]

  /// Tokens of the longest request.
  var length: Int { requests.map(\.tokens.count).max() ?? promptTokens.count }

  /// Prepares the documents of a task, in their order, each with its own few-shot examples.
  ///
  /// - Throws: ``EvaluationError``, and what the chat template throws.
  static func prepare(
    _ input: TaskInput, taskIndex: Int, settings: EvaluationSettings, encoder: RequestEncoder,
    tokenizer: Tokenizer
  ) throws -> [PreparedDocument] {
    let task = input.task
    let builder = PromptBuilder(task: task, settings: settings)
    var sampler = try FewShotSampler(
      task: task, pool: input.fewShotPool,
      count: task.shownExamples(requested: settings.fewShotCount), seed: settings.fewShotSeed)
    var stopStrings: [String] = []
    if case .generation(let strings, _) = task.output {
      stopStrings = StopStrings(strings, tokenizer: tokenizer).strings
    }
    return try input.documents.enumerated().map { position, document in
      let prompts = try builder.prompts(for: document, examples: sampler.next(for: document))
      let prompt = prompts[0]
      let delimiter = builder.choiceDelimiter
      var requests: [ScoringRequest] = []
      var promptTokens: [Int32] = []
      let truncatedTokens: Int
      let form: SampleQuestion.Form
      switch (task.output, document.answer) {
      case (.multipleChoice, .choice(let choices, _)):
        form = .choices(choices, delimiter: delimiter)
        (requests, truncatedTokens) = try encoder.scoringRequests(
          context: prompt, continuations: choices.map { delimiter + $0 })
      case (.multipleChoice, .blank(let choices, _, let rest)):
        form = .blank(choices, prompts: prompts, rest: rest, delimiter: delimiter)
        let encoded = try prompts.map {
          try encoder.scoringRequests(context: $0, continuations: [delimiter + rest])
        }
        requests = encoded.flatMap(\.requests)
        truncatedTokens = encoded.map(\.truncatedTokens).max() ?? 0
      case (.generation(_, let taskMaximum), .text),
        (.generation(_, let taskMaximum), .instructions):
        let maximumNewTokens = settings.maximumNewTokens ?? taskMaximum
        form = .generation(
          stopStrings: stopStrings, maximumNewTokens: maximumNewTokens,
          sampling: settings.sampling)
        (promptTokens, truncatedTokens) = try encoder.generationPrompt(
          prompt, maximumNewTokens: maximumNewTokens)
      case (.passage, .passage(let text)):
        form = .passage(text, delimiter: delimiter)
        (requests, truncatedTokens) = try encoder.scoringRequests(
          context: prompt, continuations: [delimiter + text])
      case (.multipleChoice, _), (.generation, _), (.passage, _):
        throw EvaluationError(
          .invalidDocument,
          "Document \(input.documentIndices[position]) was not made for the task \(task.name): its answer is of another kind."
        )
      }
      return PreparedDocument(
        taskIndex: taskIndex, position: position,
        question: SampleQuestion(
          task: task.name, documentIndex: input.documentIndices[position], prompt: prompt,
          target: document.target, source: document.source, form: form,
          truncatedTokens: truncatedTokens),
        requests: requests, promptTokens: promptTokens)
    }
  }
}
