import Files
import Statistics

/// What one document gave: its requests and responses as text and numbers, and the scores computed from them.
///
/// Holds all that scoring reads, so that scores can be recomputed without a model or the data set.
package struct SampleResult: Sendable, Equatable {
  /// One choice and its likelihood.
  package struct ScoredChoice: Sendable, Equatable {
    /// The choice, without the delimiter before it; of a blank, the text up to its end with the choice in it.
    package let text: String
    /// Natural logarithm of the probability of delimiter and choice after the prompt; of a blank, of delimiter and rest.
    package let logLikelihood: Double
    /// Whether greedy decoding would have written it.
    package let isGreedy: Bool

    /// Creates a choice from what was computed or recorded.
    package init(text: String, logLikelihood: Double, isGreedy: Bool) {
      self.text = text
      self.logLikelihood = logLikelihood
      self.isGreedy = isGreedy
    }
  }

  /// A given text with its likelihood, and how far the model has moved from another one on it.
  package struct ScoredPassage: Sendable, Equatable {
    /// The text and its likelihood.
    package let choice: ScoredChoice
    /// Tokens of delimiter and text.
    package let tokenCount: Int
    /// Sum over these tokens of the Kullback-Leibler divergence of the model's distribution of the token from the base
    /// model's, in nats; 0 for the base model itself.
    package let divergence: Double

    /// Creates a passage from what was computed or recorded.
    package init(choice: ScoredChoice, tokenCount: Int, divergence: Double) {
      self.choice = choice
      self.tokenCount = tokenCount
      self.divergence = divergence
    }

    /// The number of tokens or bytes that a metric counts by.
    package func length(_ metric: Metric) -> Double {
      Double(metric == .bitsPerByte ? choice.text.utf8.count : tokenCount)
    }
  }

  /// Texts that the model wrote.
  package struct Generation: Sendable, Equatable {
    /// One text an answer, cut at the first stop string.
    package let texts: [String]
    /// What ends a text.
    package let stopStrings: [String]
    /// Most tokens of a text.
    package let maximumNewTokens: Int
    /// How the texts were chosen; nil for one of the likeliest tokens of which nothing else is recorded.
    package let sampling: AnswerSampling?
    /// For each text, whether it ran into the most tokens before anything ended it; empty without ``sampling``.
    package let areCutOff: [Bool]

    /// One text of the likeliest tokens.
    package init(_ text: String, stopStrings: [String], maximumNewTokens: Int) {
      self.init(
        texts: [text], stopStrings: stopStrings, maximumNewTokens: maximumNewTokens, sampling: nil,
        areCutOff: [])
    }

    /// Texts that were chosen as `sampling` says, if it does, and which of them are cut off.
    package init(
      texts: [String], stopStrings: [String], maximumNewTokens: Int, sampling: AnswerSampling?,
      areCutOff: [Bool]
    ) {
      self.texts = texts
      self.stopStrings = stopStrings
      self.maximumNewTokens = maximumNewTokens
      self.sampling = sampling
      self.areCutOff = areCutOff
    }
  }

  /// What the model answered, and how it was asked.
  package enum Response: Sendable, Equatable {
    /// Every choice's likelihood; the scored text is the delimiter followed by the choice.
    case choices([ScoredChoice], delimiter: String)
    /// How likely the delimiter and the same rest are after each choice's prompt, which ends with the choice in the
    /// blank.
    case blank([ScoredChoice], prompts: [String], rest: String, delimiter: String)
    /// What the model wrote.
    case generation(Generation)
    /// How likely the delimiter and a given text are.
    case passage(ScoredPassage, delimiter: String)

    /// What was scored; empty where a text was generated.
    package var choices: [ScoredChoice] {
      switch self {
      case .choices(let choices, _), .blank(let choices, _, _, _): choices
      case .passage(let passage, _): [passage.choice]
      case .generation: []
      }
    }
  }

  /// What a filter took from the generated texts.
  package struct FilteredAnswer: Sendable, Equatable {
    /// The filter.
    package let filter: AnswerFilter
    /// What it took of each text, "[invalid]" when there is nothing.
    package let texts: [String]

    /// Creates an answer from what was recorded.
    package init(filter: AnswerFilter, texts: [String]) {
      self.filter = filter
      self.texts = texts
    }
  }

  /// One metric of one filtered answer.
  package struct Score: Sendable, Equatable {
    /// The metric.
    package let metric: Metric
    /// The filter whose answer was scored; `none` for choices.
    package let filter: AnswerFilter
    /// One value, one for each instruction where the metric is per instruction, or one for each generated text.
    package let values: [Double]

    /// What the document scores: the mean over its texts, or a value for each instruction.
    package var itemValues: [Double] {
      guard values.count > 1, !metric.isPerInstruction, let mean = Sample.mean(values) else {
        return values
      }
      return [mean]
    }

    /// Creates a score from what was recorded.
    package init(metric: Metric, filter: AnswerFilter, values: [Double]) {
      self.metric = metric
      self.filter = filter
      self.values = values
    }
  }

  /// Name of the task, such as "mmlu_anatomy".
  package let task: String
  /// Position of the document in its evaluation split.
  package let documentIndex: Int
  /// The prompt, few-shot examples included, before tokenisation; the first of several.
  package let prompt: String
  /// The right answer: position of the right choice as text, the target text, or the instructions as JSON.
  package let target: String
  /// What the document was made from, if several were made from the same.
  package let source: String?
  /// The model's response.
  package let response: Response
  /// Tokens that were dropped on the left because the longest request exceeded the model's context.
  package let truncatedTokens: Int
  /// What the task's filters took from generated texts; a filter of `none` takes all and has no entry.
  package let answers: [FilteredAnswer]
  /// The task's metrics, filter by filter.
  package let scores: [Score]

  /// How much the document counts in the mean of a metric's values: its length, or 1.
  package func weight(of metric: Metric) -> Double {
    guard metric.isPerLength, case .passage(let passage, _) = response else { return 1 }
    return passage.length(metric)
  }

  /// Scores a response.
  ///
  /// - Parameters:
  ///   - task: the task that the document belongs to.
  ///   - documentIndex: position of the document in its evaluation split.
  ///   - prompt: the prompt, few-shot examples included.
  ///   - target: the right answer, as ``Document/target`` has it.
  ///   - source: what the document was made from, if several were made from the same.
  ///   - response: the model's response.
  ///   - truncatedTokens: tokens that the longest request lost.
  ///   - tools: what instructions are checked with; only tasks with instructions need it.
  /// - Throws: `invalidSample` when response and target are not what the task's metrics read, `missingLanguageData`
  ///   when the tools are needed and there are none.
  package init(
    task: EvaluationTask, documentIndex: Int, prompt: String, target: String,
    source: String? = nil, response: Response, truncatedTokens: Int,
    tools: LanguageTools? = nil
  ) throws {
    self.task = task.name
    self.documentIndex = documentIndex
    self.prompt = prompt
    self.target = target
    self.source = source
    self.response = response
    self.truncatedTokens = truncatedTokens
    (answers, scores) = try Self.score(
      response, target: target, task: task, documentIndex: documentIndex, tools: tools)
  }

  /// A sample with answers and scores as they were recorded.
  package init(
    task: String, documentIndex: Int, prompt: String, target: String, source: String? = nil,
    response: Response, truncatedTokens: Int, answers: [FilteredAnswer], scores: [Score]
  ) {
    self.task = task
    self.documentIndex = documentIndex
    self.prompt = prompt
    self.target = target
    self.source = source
    self.response = response
    self.truncatedTokens = truncatedTokens
    self.answers = answers
    self.scores = scores
  }

  /// The same sample with answers and scores computed anew from its response.
  ///
  /// - Throws: `invalidSample` when the sample belongs to another task or its response cannot be scored by it,
  ///   `missingLanguageData` when the task has instructions and there are no tools.
  package func rescored(by task: EvaluationTask, tools: LanguageTools? = nil) throws -> SampleResult
  {
    guard task.name == self.task else {
      throw EvaluationError(
        .invalidSample,
        "A sample of the task \"\(self.task)\" cannot be scored as \"\(task.name)\".")
    }
    return try SampleResult(
      task: task, documentIndex: documentIndex, prompt: prompt, target: target, source: source,
      response: response, truncatedTokens: truncatedTokens, tools: tools)
  }
}
