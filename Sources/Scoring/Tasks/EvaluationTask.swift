/// One scored task of a benchmark, as data: how its prompts are put together and how responses are scored.
///
/// Values are those of lm-evaluation-harness 0.4.13, whose task of the same name and version it reproduces; of tasks whose
/// version begins with "replicate" the harness knows nothing.
package struct EvaluationTask: Sendable, Equatable {
  /// What is asked of the model.
  package enum Output: Sendable, Equatable {
    /// The log-likelihood of each choice, or of what follows each.
    case multipleChoice
    /// The log-likelihood of a given text, and how far the model has moved from the base model on it.
    case passage
    /// A continuation, cut at the first stop string, at most `maximumNewTokens` tokens long.
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

  /// Numbers of tokens, for estimates of time.
  package struct Length: Sendable, Equatable {
    /// Of a question block with all that is scored after it.
    package let question: Int
    /// Of an answer that the model writes; 0 unless the task generates.
    package var answer = 0
  }

  /// What the harness calls the version of a task that has none.
  package static let unversioned = "Yaml"

  /// Name in the harness, such as "mmlu_anatomy".
  package let name: String
  /// Name in the harness's tables, where it is not the task's name.
  package let alias: String?
  /// Version of the harness's task, or ``unversioned``; changes whenever scores may.
  package let version: String
  /// Where the harness takes the rows from.
  package let dataSet: DataSet
  /// Number of documents of the full evaluation split; nil where any texts may be asked.
  package let documentCount: Int?
  /// Tokens of a usual document.
  package let typicalTokens: Length
  /// What is read of a row.
  package let columns: [TaskColumn]
  /// What is done to a row first.
  package let preparation: Preparation?
  /// The question block of the prompt, or what stands before the blank.
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
  /// The metric that stands for the task in tables, of what the last filter takes.
  package let headline: Metric
  /// When a generated answer counts as the target.
  package let comparison: AnswerComparison
  /// What only the harness's own description of the task says.
  package let harness: HarnessDetails

  /// Takes a task's facts; the last of the metrics is the headline unless another one is named.
  init(
    name: String, alias: String? = nil, version: String, dataSet: DataSet, documentCount: Int?,
    typicalTokens: Length, columns: [TaskColumn], preparation: Preparation? = nil,
    question: String, answer: AnswerRule, sourceColumn: String? = nil, output: Output,
    introduction: String = "", targetDelimiter: String = " ", fewShotCount: Int = 0,
    fewShotRule: FewShotRule = .sample,
    filters: [AnswerFilter] = [.none], metrics: [Metric], headline: Metric? = nil,
    comparison: AnswerComparison = .normalizedText, harness: HarnessDetails = HarnessDetails()
  ) {
    guard let headline = headline ?? metrics.last else {
      preconditionFailure("The task \(name) has no metric.")
    }
    self.name = name
    self.alias = alias
    self.version = version
    self.dataSet = dataSet
    self.documentCount = documentCount
    self.typicalTokens = typicalTokens
    self.columns = columns
    self.preparation = preparation
    let names = columns.map(\.name) + (preparation?.addedColumns ?? [])
    self.question = PromptTemplate(question, columns: names)
    self.answer = answer
    self.sourceColumn = sourceColumn
    self.output = output
    self.introduction = introduction
    self.targetDelimiter = targetDelimiter
    fewShotDelimiter = "\n\n"
    self.fewShotCount = fewShotCount
    self.fewShotRule = fewShotRule
    self.filters = filters
    self.metrics = metrics
    self.headline = headline
    self.comparison = comparison
    self.harness = harness
  }

  /// Whether the model writes its answer.
  package var isGenerative: Bool {
    if case .generation = output { true } else { false }
  }

  /// Whether the model may be asked for several answers, each of which is right or wrong by itself.
  package var takesSampling: Bool { isGenerative && answer.kind == .text }

  /// Whether scores are those of a model beside the base model, with which it is compared token by token.
  package var needsBase: Bool { output == .passage }

  /// Whether answers are held against instructions, for which sentences and languages have to be told.
  package var needsLanguageData: Bool { answer.kind == .instructions }

  /// The harness's key of the score that stands for the task in tables.
  package var headlineKey: String {
    guard let filter = filters.last else { preconditionFailure("\(name) has no filter.") }
    return MetricResult.key(headline, filter)
  }

  /// The number of examples that prompts show when `requested` are asked for; nil asks for the task's own number.
  package func shownExamples(requested: Int?) -> Int {
    fewShotRule == .never ? 0 : requested ?? fewShotCount
  }

  /// A row as the templates read it.
  ///
  /// - Throws: `invalidDocument` when a column is missing that is needed for that.
  package func prepared(_ row: TaskRow) throws -> TaskRow {
    try preparation.map { try $0.prepare(row) } ?? row
  }

  /// The document of a row.
  ///
  /// - Throws: `invalidDocument` when a column is missing or the right answer is not one of the choices.
  package func document(of row: TaskRow) throws -> Document {
    let prepared = try prepared(row)
    return try Document(
      question: try question.question(of: prepared), answer: try answer.answer(of: prepared),
      identity: row.identity,
      source: sourceColumn.flatMap { row[$0] == nil ? nil : $0 }.map { try row.text($0) })
  }
}
