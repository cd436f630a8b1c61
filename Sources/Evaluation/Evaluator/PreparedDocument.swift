import LanguageModels

/// A document as the model is asked: its prompt and the tokens of its requests.
struct PreparedDocument {
  /// Position of the task in the run's inputs.
  let taskIndex: Int
  /// Position of the document in its task's input.
  let position: Int
  /// The prompt, few-shot examples included.
  let prompt: String
  /// One request a choice; empty where a text is generated.
  let requests: [ScoringRequest]
  /// What stands between the prompt and each choice.
  let delimiter: String
  /// What a generated text continues; empty where choices are scored.
  let promptTokens: [Int32]
  /// Tokens that the longest request lost on the left.
  let truncatedTokens: Int

  /// Tokens of the longest request.
  var length: Int { requests.map(\.tokens.count).max() ?? promptTokens.count }

  /// Prepares the documents of a task, in their order, each with its own few-shot examples.
  ///
  /// - Throws: ``EvaluationError``, and what the chat template throws.
  static func prepare(
    _ input: TaskInput, taskIndex: Int, settings: EvaluationSettings, encoder: RequestEncoder
  ) throws -> [PreparedDocument] {
    let task = input.task
    let builder = PromptBuilder(task: task, chatTemplate: settings.chatTemplate)
    var sampler = try FewShotSampler(
      task: task, pool: input.fewShotPool,
      count: task.shownExamples(requested: settings.fewShotCount), seed: settings.fewShotSeed)
    return try input.documents.enumerated().map { position, document in
      let prompt = try builder.prompt(for: document, examples: sampler.next(for: document))
      var requests: [ScoringRequest] = []
      var promptTokens: [Int32] = []
      let truncatedTokens: Int
      switch (task.output, document.answer) {
      case (.multipleChoice, .choice(let choices, _)):
        (requests, truncatedTokens) = try encoder.scoringRequests(
          context: prompt, continuations: choices.map { builder.choiceDelimiter + $0 })
      case (.generation(_, let maximumNewTokens), .text),
        (.generation(_, let maximumNewTokens), .instructions):
        (promptTokens, truncatedTokens) = try encoder.generationPrompt(
          prompt, maximumNewTokens: settings.maximumNewTokens ?? maximumNewTokens)
      case (.multipleChoice, _), (.generation, .choice):
        throw EvaluationError(
          .invalidDocument,
          "Document \(input.documentIndices[position]) was not made for the task \(task.name): its answer is of another kind."
        )
      }
      return PreparedDocument(
        taskIndex: taskIndex, position: position, prompt: prompt, requests: requests,
        delimiter: builder.choiceDelimiter, promptTokens: promptTokens,
        truncatedTokens: truncatedTokens)
    }
  }
}
