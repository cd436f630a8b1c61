package import LanguageModels
package import Tensors
package import Tokenizers

/// Runs a benchmark on a model.
///
/// Documents are evaluated longest first unless told otherwise, and reported in the order of their split; with
/// portable numerics results depend neither on that order nor on how much is computed side by side.
package struct Evaluator {
  /// How far a run has come.
  package struct Progress: Sendable, Equatable {
    /// Documents that are done.
    package let completed: Int
    /// Documents of the run.
    package let total: Int
  }

  private let engine: InferenceEngine
  private let tokenizer: Tokenizer
  private let encoder: RequestEncoder
  private let stopIDs: Set<Int32>
  private let settings: EvaluationSettings
  private let order: DocumentOrder

  /// Prepares the evaluation of a model with its tokenizer.
  package init(
    model: LanguageModel, tokenizer: Tokenizer, settings: EvaluationSettings, threads: Int,
    numerics: Numerics = .portable,
    limits: InferenceEngine.PassLimits = InferenceEngine.PassLimits(),
    order: DocumentOrder = .longestFirst, observer: OperationObserver? = nil
  ) {
    let configuration = model.configuration
    engine = InferenceEngine(
      model: model, threads: threads, numerics: numerics, limits: limits)
    engine.observer = observer
    self.tokenizer = tokenizer
    self.settings = settings
    self.order = order
    encoder = RequestEncoder(
      tokenizer: tokenizer, vocabularySize: configuration.vocabularySize,
      maximumLength: settings.maximumLength ?? configuration.maximumPositions)
    // A prompt that a chat template wrote is answered by one turn, whether or not the checkpoint's configuration says so.
    let endOfTurn = settings.chatTemplate.flatMap { tokenizer.id(of: $0.endOfTurn) }
    stopIDs = Set(
      configuration.endOfSequenceIDs + [tokenizer.endOfSequenceID, endOfTurn].compactMap(\.self))
  }

  /// Evaluates every document of `inputs` and pools the scores.
  ///
  /// - Parameters:
  ///   - benchmark: what is evaluated.
  ///   - inputs: tasks of the benchmark with their documents; tasks can be left out or have none.
  ///   - progress: called from time to time with the number of documents done.
  /// - Returns: Scores of every task and group, with one sample a document.
  /// - Throws: ``EvaluationError`` when a prompt cannot be made or does not fit, or a score is not a number; what the
  ///   chat template throws.
  package func run(
    _ benchmark: Benchmark, inputs: [TaskInput], progress: (Progress) throws -> Void = { _ in }
  ) throws -> BenchmarkResult {
    let documents = order.sorted(
      try inputs.enumerated().flatMap { index, input in
        try PreparedDocument.prepare(
          input, taskIndex: index, settings: settings, encoder: encoder)
      })
    let total = documents.count
    try progress(Progress(completed: 0, total: total))
    var samples = inputs.map { [SampleResult?](repeating: nil, count: $0.documents.count) }
    func record(_ response: SampleResult.Response, to document: PreparedDocument) throws {
      samples[document.taskIndex][document.position] = try sample(
        of: document, response: response, input: inputs[document.taskIndex])
    }

    let scored = documents.filter { !$0.requests.isEmpty }
    let scores = try engine.score(scored.map(\.requests)) {
      try progress(Progress(completed: $0, total: total))
    }
    for (document, scores) in zip(scored, scores) {
      let input = inputs[document.taskIndex]
      try record(response(of: scores, to: document, input: input), to: document)
    }

    var completed = scored.count
    for (index, input) in inputs.enumerated() {
      guard case .generation(let stopStrings, let taskMaximum) = input.task.output else { continue }
      let prompted = documents.filter { $0.taskIndex == index }
      let stops = StopStrings(stopStrings, tokenizer: tokenizer)
      let maximumNewTokens = settings.maximumNewTokens ?? taskMaximum
      let generated = try engine.generate(
        prompts: prompted.map(\.promptTokens), maximumNewTokens: maximumNewTokens,
        stopIDs: stopIDs, isFinished: { _, tokens in stops.end(tokens) },
        completed: { try progress(Progress(completed: completed + $0, total: total)) })
      completed += prompted.count
      for (document, tokens) in zip(prompted, generated) {
        let response = SampleResult.Response.generation(
          stops.text(of: tokens), stopStrings: stops.strings, maximumNewTokens: maximumNewTokens)
        try record(response, to: document)
      }
    }

    let results = try zip(inputs, samples).map { input, samples in
      try TaskResult(task: input.task, samples: samples.compactMap(\.self))
    }
    return BenchmarkResult(benchmark, tasks: results)
  }

  private func response(
    of scores: [ContinuationScore], to document: PreparedDocument, input: TaskInput
  ) throws -> SampleResult.Response {
    guard case .choice(let choices, _) = input.documents[document.position].answer else {
      preconditionFailure("Only choices are scored.")
    }
    guard scores.allSatisfy(\.logLikelihood.isFinite) else {
      throw EvaluationError(
        .nonFiniteScore,
        "The model gives a choice of document \(input.documentIndices[document.position]) of \(input.task.name) a log-likelihood that is not a finite number; its weights are damaged or training diverged."
      )
    }
    return .choices(
      zip(choices, scores).map {
        SampleResult.ScoredChoice(
          text: $0, logLikelihood: $1.logLikelihood, isGreedy: $1.isGreedy)
      }, delimiter: document.delimiter)
  }

  private func sample(
    of document: PreparedDocument, response: SampleResult.Response, input: TaskInput
  ) throws -> SampleResult {
    try SampleResult(
      task: input.task, documentIndex: input.documentIndices[document.position],
      prompt: document.prompt, target: input.documents[document.position].target,
      response: response, truncatedTokens: document.truncatedTokens)
  }
}
