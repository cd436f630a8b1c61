import Files
package import LanguageModels
package import Scoring
package import Tensors
package import Tokenizers

/// Runs benchmarks on a model.
///
/// Documents are evaluated longest first unless told otherwise, and reported in the order of their split; with
/// portable numerics results depend neither on that order nor on how much is computed side by side.
package struct Evaluator {
  /// How far a run has come.
  package struct Progress: Sendable, Equatable {
    /// Documents that are done, those included that were done before.
    package let completed: Int
    /// Documents of the run.
    package let total: Int
  }

  private let engine: InferenceEngine
  /// The engine of the base model, where that is another one.
  private let base: InferenceEngine?
  /// What the base model gave for texts that others were compared on.
  private let baseStates: ReferenceStates?
  private let tokenizer: Tokenizer
  private let encoder: RequestEncoder
  private let stopIDs: Set<Int32>
  private let rules: GenerationRules
  private let maximumLength: Int
  private let settings: EvaluationSettings
  private let tools: LanguageTools?
  private let order: DocumentOrder

  /// Prepares the evaluation of a model with its tokenizer.
  ///
  /// - Parameters:
  ///   - weights: the model.
  ///   - base: the model that it was trained from, with which texts are compared token by token; nil for that model
  ///     itself.
  ///   - baseStates: remembers what the base model gave, for evaluators of other models with the same `base`.
  ///   - tokenizer: the tokenizer of both.
  ///   - settings: what changes prompts and scores.
  ///   - threads: threads that compute; no result depends on it.
  ///   - numerics: the arithmetic of matrix products.
  ///   - limits: how much is computed side by side.
  ///   - order: the order in which documents are evaluated.
  ///   - tools: what instructions are checked with; only tasks with instructions need it.
  ///   - observer: is told of every operation's result.
  package init(
    weights: InferenceWeights, base: InferenceWeights? = nil,
    baseStates: ReferenceStates? = nil, tokenizer: Tokenizer,
    settings: EvaluationSettings, threads: Int, numerics: Numerics = .portable,
    limits: InferenceEngine.PassLimits = InferenceEngine.PassLimits(),
    order: DocumentOrder = .longestFirst, tools: LanguageTools? = nil,
    observer: OperationObserver? = nil
  ) {
    let configuration = weights.configuration
    engine = InferenceEngine(
      weights: weights, threads: threads, numerics: numerics, limits: limits)
    engine.observer = observer
    self.base = base.map { base in
      precondition(
        base.configuration.vocabularySize == configuration.vocabularySize,
        "A model is trained with the vocabulary of its base model.")
      return InferenceEngine(
        weights: base, threads: threads, numerics: numerics, limits: limits)
    }
    self.baseStates = baseStates
    self.tokenizer = tokenizer
    self.settings = settings
    self.tools = tools
    self.order = order
    rules = configuration.generation
    maximumLength = settings.maximumLength ?? configuration.maximumPositions
    encoder = RequestEncoder(
      tokenizer: tokenizer, vocabularySize: configuration.vocabularySize,
      maximumLength: maximumLength, addsSpecialTokens: settings.addsSpecialTokens)
    let endOfTurn =
      settings.stopsAtEndOfTurn
      ? settings.chatTemplate.flatMap { tokenizer.id(of: $0.endOfTurn) } : nil
    stopIDs = Set(
      configuration.endOfSequenceIDs + [tokenizer.endOfSequenceID, endOfTurn].compactMap(\.self))
  }

  /// Evaluates the documents of `inputs` and pools the scores.
  ///
  /// - Parameters:
  ///   - benchmark: what is evaluated.
  ///   - inputs: tasks of the benchmark with their documents; tasks can be left out or have none.
  ///   - finished: samples that an interrupted run recorded with the same model, settings and inputs; their documents
  ///     are not evaluated again.
  ///   - record: called with each new sample as soon as it is known, in the order of evaluation.
  ///   - progress: called from time to time with the number of documents done.
  /// - Returns: Scores of every task and group, with one sample a document.
  /// - Throws: ``EvaluationError`` when a prompt cannot be made or does not fit, a score is not a number, or a
  ///   finished sample is not that of its document; what the chat template, `record` and `progress` throw.
  package func run(
    _ benchmark: Benchmark, inputs: [TaskInput], finished: [SampleResult] = [],
    record: (SampleResult) throws -> Void = { _ in },
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> BenchmarkResult {
    let documents = order.sorted(try prepared(inputs))
    var samples = try FinishedSamples(finished, inputs: inputs).matched(to: documents)
    let total = documents.count
    var completed = samples.reduce(0) { $0 + $1.count { $0 != nil } }
    try progress(Progress(completed: completed, total: total))
    let open = documents.filter { samples[$0.taskIndex][$0.position] == nil }
    try ask(open, inputs) { document, sample in
      samples[document.taskIndex][document.position] = sample
      try record(sample)
      completed += 1
      try progress(Progress(completed: completed, total: total))
    }
    let results = try zip(inputs, samples).map { input, samples in
      try TaskResult(task: input.task, samples: samples.compactMap(\.self))
    }
    return BenchmarkResult(benchmark, tasks: results)
  }

  /// The samples of some documents, each the same as in a run of all.
  ///
  /// - Parameters:
  ///   - inputs: tasks with their documents.
  ///   - chosen: for each task, the positions of the documents that are asked.
  /// - Returns: For each task, the samples in the order of their positions.
  /// - Throws: As ``run(_:inputs:finished:record:progress:)``.
  package func samples(of inputs: [TaskInput], at chosen: [Set<Int>]) throws -> [[SampleResult]] {
    let documents = order.sorted(try prepared(inputs))
    var samples: [[Int: SampleResult]] = inputs.map { _ in [:] }
    try ask(documents.filter { chosen[$0.taskIndex].contains($0.position) }, inputs) {
      document, sample in
      samples[document.taskIndex][document.position] = sample
    }
    return samples.map { $0.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// What every document of each task asks, without asking the model.
  ///
  /// - Throws: As ``check(_:)``.
  package func questions(of inputs: [TaskInput]) throws -> [[SampleQuestion]] {
    var questions: [[SampleQuestion]] = inputs.map { _ in [] }
    for document in try prepared(inputs) { questions[document.taskIndex].append(document.question) }
    return questions
  }

  /// Asks documents, in their order, and hands each sample to `add` as soon as it is known.
  private func ask(
    _ open: [PreparedDocument], _ inputs: [TaskInput],
    _ add: (PreparedDocument, SampleResult) throws -> Void
  ) throws {
    func take(_ response: SampleResult.Response, to document: PreparedDocument) throws {
      try add(document, try sample(of: document, response: response, inputs[document.taskIndex]))
    }
    let scored = open.filter { !$0.requests.isEmpty }
    let reference = inputs.contains(where: \.task.needsBase) ? base : nil
    try engine.score(
      scored.map(\.requests), reference: reference, remembered: baseStates
    ) { index, scores in
      try take(try response(of: scores, to: scored[index]), to: scored[index])
    }
    for (index, input) in inputs.enumerated() {
      guard case .generation(let stopStrings, let taskMaximum) = input.task.output else { continue }
      let prompted = open.filter { $0.taskIndex == index }
      let stops = StopStrings(stopStrings, tokenizer: tokenizer)
      let maximumNewTokens = settings.maximumNewTokens ?? taskMaximum
      let longest = rules.maximumNewTokens ?? maximumNewTokens
      var answers = CollectedAnswers(to: prompted, settings.sampling)
      try engine.generate(
        prompts: answers.prompts, draws: answers.draws, maximumNewTokens: longest,
        stopIDs: stopIDs, isFinished: { _, tokens in stops.end(tokens) },
        completed: { answer, tokens in
          let isCutOff = tokens.count == longest && !stops.end(tokens)
          guard
            let (document, texts) = answers.add(
              CollectedAnswers.Text(text: stops.text(of: tokens), isCutOff: isCutOff), at: answer)
          else { return }
          let generation = SampleResult.Generation(
            texts: texts.map(\.text), stopStrings: stops.strings,
            maximumNewTokens: maximumNewTokens, sampling: settings.sampling,
            areCutOff: settings.sampling == nil ? [] : texts.map(\.isCutOff))
          try take(.generation(generation), to: document)
        })
    }
  }

  /// Checks that all documents of `inputs` can be asked, as a run does before it computes anything.
  ///
  /// - Throws: ``EvaluationError`` when a prompt cannot be made or does not fit; what the chat template throws.
  package func check(_ inputs: [TaskInput]) throws { _ = try prepared(inputs) }

  private func prepared(_ inputs: [TaskInput]) throws -> [PreparedDocument] {
    try rules.check(for: inputs.map(\.task))
    let documents = try inputs.enumerated().flatMap { index, input in
      try PreparedDocument.prepare(
        input, taskIndex: index, settings: settings, encoder: encoder, tokenizer: tokenizer)
    }
    if let own = rules.maximumNewTokens {
      let longest = documents.map(\.promptTokens.count).max() ?? 0
      guard longest == 0 || longest + min(own, maximumLength) <= maximumLength else {
        throw EvaluationError(
          .invalidRequest,
          "max_new_tokens \(own) of the model's generation_config.json leaves no room for a prompt of \(longest) tokens in a context of \(maximumLength); remove the key, or take a copy of the model without it."
        )
      }
    }
    return documents
  }

  private func response(
    of scores: [ContinuationScore], to document: PreparedDocument
  ) throws -> SampleResult.Response {
    let question = document.question
    guard scores.allSatisfy({ $0.logLikelihood.isFinite && $0.divergence.isFinite }) else {
      throw EvaluationError(
        .nonFiniteScore,
        "The model gives a text of document \(question.documentIndex) of \(question.task) a log-likelihood that is not a finite number; its weights are damaged or training diverged."
      )
    }
    func scored(_ choices: [String]) -> [SampleResult.ScoredChoice] {
      zip(choices, scores).map {
        SampleResult.ScoredChoice(
          text: $0, logLikelihood: $1.logLikelihood, isGreedy: $1.isGreedy)
      }
    }
    switch question.form {
    case .choices(let choices, let delimiter):
      return .choices(scored(choices), delimiter: delimiter)
    case .blank(let choices, let prompts, let rest, let delimiter):
      return .blank(scored(choices), prompts: prompts, rest: rest, delimiter: delimiter)
    case .passage(let text, let delimiter):
      let passage = SampleResult.ScoredPassage(
        choice: scored([text])[0], tokenCount: document.requests[0].continuationCount,
        divergence: scores[0].divergence)
      return .passage(passage, delimiter: delimiter)
    case .generation: preconditionFailure("Only choices are scored.")
    }
  }

  private func sample(
    of document: PreparedDocument, response: SampleResult.Response, _ input: TaskInput
  ) throws -> SampleResult {
    let question = document.question
    return try SampleResult(
      task: input.task, documentIndex: question.documentIndex, prompt: question.prompt,
      target: question.target, source: question.source, response: response,
      truncatedTokens: question.truncatedTokens, tools: tools)
  }
}
