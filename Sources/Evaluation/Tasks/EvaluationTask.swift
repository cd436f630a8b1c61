/// One scored task of a benchmark, as data: how its prompts are put together and how responses are scored.
///
/// Values are those of lm-evaluation-harness 0.4.13, whose task of the same name and version it reproduces.
package struct EvaluationTask: Sendable, Equatable {
  /// The data set on the Hugging Face Hub that the harness takes the rows from.
  package struct DataSet: Sendable, Equatable {
    /// Name on the Hub, such as "cais/mmlu".
    package let path: String
    /// Name of the configuration, if it has several.
    package var configuration: String?
    /// Split with the documents.
    package let evaluationSplit: String
    /// Split with the few-shot examples; nil where none are shown.
    package var fewShotSplit: String?
  }

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
    /// None, whatever number is asked for.
    case never
  }

  /// What is done to a row before the templates read it.
  package enum Preparation: Sendable {
    /// HellaSwag's query and cleaned endings, in place of the columns that they are made from.
    case hellaSwag
  }

  /// Name in the harness, such as "mmlu_anatomy".
  package let name: String
  /// Version of the harness's task; changes whenever scores may.
  package let version: String
  /// Where the harness takes the rows from.
  package let dataSet: DataSet
  /// Number of documents of the full evaluation split.
  package let documentCount: Int
  /// What is read of a row.
  package let columns: [TaskColumn]
  /// What is done to a row first.
  package let preparation: Preparation?
  /// The question block of the prompt.
  package let question: PromptTemplate
  /// The right answer.
  package let answer: AnswerRule
  /// Column that tells what a document was made from, if several were made from the same.
  package let sourceColumn: String?
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
  /// When a generated answer counts as the target.
  package let comparison: AnswerComparison

  init(
    name: String, version: String, dataSet: DataSet, documentCount: Int, columns: [TaskColumn],
    preparation: Preparation? = nil, question: String, answer: AnswerRule,
    sourceColumn: String? = nil, output: Output, introduction: String = "", fewShotCount: Int = 0,
    fewShotRule: FewShotRule = .sample, filters: [AnswerFilter] = [.none], metrics: [Metric],
    comparison: AnswerComparison = .normalizedText
  ) {
    self.name = name
    self.version = version
    self.dataSet = dataSet
    self.documentCount = documentCount
    self.columns = columns
    self.preparation = preparation
    self.question = PromptTemplate(question)
    self.answer = answer
    self.sourceColumn = sourceColumn
    self.output = output
    self.introduction = introduction
    targetDelimiter = " "
    fewShotDelimiter = "\n\n"
    self.fewShotCount = fewShotCount
    self.fewShotRule = fewShotRule
    self.filters = filters
    self.metrics = metrics
    self.comparison = comparison
  }

  /// Whether the model writes its answer.
  package var isGenerative: Bool { output != .multipleChoice }

  /// The number of examples that prompts show when `requested` are asked for; nil asks for the task's own number.
  package func shownExamples(requested: Int?) -> Int {
    fewShotRule == .never ? 0 : requested ?? fewShotCount
  }

  /// The document of a row.
  ///
  /// - Throws: `invalidDocument` when a column is missing or the right answer is not one of the choices.
  package func document(of row: TaskRow) throws -> Document {
    let prepared = preparation == .hellaSwag ? try HellaSwag.prepared(row) : row
    return try Document(
      question: try question.question(of: prepared), answer: try answer.answer(of: prepared),
      identity: row.identity,
      source: sourceColumn.flatMap { row[$0] == nil ? nil : $0 }.map { try row.text($0) })
  }
}
