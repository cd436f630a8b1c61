/// One scored task of a benchmark, as data: how its prompts are put together and how responses are scored.
///
/// Values are those of lm-evaluation-harness 0.4.13, whose task of the same name and version it reproduces.
package struct EvaluationTask: Sendable, Equatable {
  /// What is asked of the model.
  package enum Output: Sendable, Equatable {
    /// The log-likelihood of each choice.
    case multipleChoice
    /// A greedy continuation, cut at the first stop string, at most `maximumNewTokens` tokens long.
    case generation(stopStrings: [String], maximumNewTokens: Int)
  }

  /// How few-shot examples are drawn from the pool.
  package enum FewShotRule: String, Sendable {
    /// Every document draws its own sample.
    case sample
    /// As `sample`, with one row more, from which the document itself is dropped.
    case sampleExcludingDocument
    /// The first rows, the same for every document.
    case firstRows
  }

  /// Name in the harness, such as "mmlu_anatomy".
  package let name: String
  /// Version of the harness's task; changes whenever scores may.
  package let version: String
  /// Number of documents of the full evaluation split.
  package let documentCount: Int
  /// What is asked of the model.
  package let output: Output
  /// Text before the first question; the system message under a chat template.
  package let introduction: String
  /// What stands between question and answer in a plain prompt.
  package let targetDelimiter: String
  /// What follows each few-shot example in a plain prompt.
  package let fewShotDelimiter: String
  /// Number of few-shot examples unless told otherwise.
  package let fewShotCount: Int
  /// How few-shot examples are drawn.
  package let fewShotRule: FewShotRule
  /// What is taken from a response before it is scored, each scored by itself.
  package let filters: [AnswerFilter]
  /// What is computed from each filtered response.
  package let metrics: [Metric]

  init(
    name: String, version: String, documentCount: Int, output: Output, introduction: String = "",
    fewShotCount: Int = 0, fewShotRule: FewShotRule = .sample,
    filters: [AnswerFilter] = [.none], metrics: [Metric]
  ) {
    self.name = name
    self.version = version
    self.documentCount = documentCount
    self.output = output
    self.introduction = introduction
    targetDelimiter = " "
    fewShotDelimiter = "\n\n"
    self.fewShotCount = fewShotCount
    self.fewShotRule = fewShotRule
    self.filters = filters
    self.metrics = metrics
  }
}
