/// What one document gave: its requests and responses as text and numbers, and the scores computed from them.
///
/// Holds all that scoring reads, so that scores can be recomputed without a model or the data set.
package struct SampleResult: Sendable, Equatable {
  /// One choice and its likelihood.
  package struct ScoredChoice: Sendable, Equatable {
    /// The choice, without the delimiter before it.
    package let text: String
    /// Natural logarithm of the probability of delimiter and choice after the prompt.
    package let logLikelihood: Double
    /// Whether greedy decoding would have written it.
    package let isGreedy: Bool
  }

  /// What the model answered, and how it was asked.
  package enum Response: Sendable, Equatable {
    /// Every choice's likelihood; the scored text is the delimiter followed by the choice.
    case choices([ScoredChoice], delimiter: String)
    /// A text, cut at the first stop string.
    case generation(String, stopStrings: [String], maximumNewTokens: Int)
  }

  /// What a filter took from a generated text.
  package struct FilteredAnswer: Sendable, Equatable, Decodable {
    /// The filter.
    package let filter: AnswerFilter
    /// The answer, "[invalid]" when there is none.
    package let text: String
  }

  /// One metric of one filtered answer.
  package struct Score: Sendable, Equatable {
    /// The metric.
    package let metric: Metric
    /// The filter whose answer was scored; `none` for choices.
    package let filter: AnswerFilter
    /// The score.
    package let value: Double
  }

  /// Name of the task, such as "mmlu_anatomy".
  package let task: String
  /// Position of the document in its evaluation split.
  package let documentIndex: Int
  /// The prompt, few-shot examples included, before tokenisation.
  package let prompt: String
  /// The right answer: position of the right choice as text, or the target text.
  package let target: String
  /// The model's response.
  package let response: Response
  /// Tokens that were dropped on the left because the longest request exceeded the model's context.
  package let truncatedTokens: Int
  /// What the task's filters took from a generated text; empty for choices.
  package let answers: [FilteredAnswer]
  /// The task's metrics, filter by filter.
  package let scores: [Score]

  /// Scores a response.
  ///
  /// - Throws: `invalidSample` when response and target are not what the task's metrics read.
  package init(
    task: EvaluationTask, documentIndex: Int, prompt: String, target: String, response: Response,
    truncatedTokens: Int
  ) throws {
    self.task = task.name
    self.documentIndex = documentIndex
    self.prompt = prompt
    self.target = target
    self.response = response
    self.truncatedTokens = truncatedTokens
    (answers, scores) = try Self.score(
      response, target: target, task: task, documentIndex: documentIndex)
  }

  init(
    task: String, documentIndex: Int, prompt: String, target: String, response: Response,
    truncatedTokens: Int, answers: [FilteredAnswer], scores: [Score]
  ) {
    self.task = task
    self.documentIndex = documentIndex
    self.prompt = prompt
    self.target = target
    self.response = response
    self.truncatedTokens = truncatedTokens
    self.answers = answers
    self.scores = scores
  }

  /// The same sample with answers and scores computed anew from its response.
  ///
  /// - Throws: `invalidSample` when the sample belongs to another task or its response cannot be scored by it.
  package func rescored(by task: EvaluationTask) throws -> SampleResult {
    guard task.name == self.task else {
      throw EvaluationError(
        .invalidSample,
        "A sample of the task \"\(self.task)\" cannot be scored as \"\(task.name)\".")
    }
    return try SampleResult(
      task: task, documentIndex: documentIndex, prompt: prompt, target: target,
      response: response, truncatedTokens: truncatedTokens)
  }
}
