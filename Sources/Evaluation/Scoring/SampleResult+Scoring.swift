extension SampleResult {
  /// The filtered answers and scores of a response: a pure function of what a sample records.
  static func score(
    _ response: Response, target: String, task: EvaluationTask, documentIndex: Int
  ) throws -> (answers: [FilteredAnswer], scores: [Score]) {
    switch (task.output, response) {
    case (.multipleChoice, .choices(let choices, _)):
      guard let goldIndex = Int(target), choices.indices.contains(goldIndex) else {
        throw EvaluationError(
          .invalidSample,
          "The target \"\(target)\" of document \(documentIndex) of \(task.name) is not the position of one of its \(choices.count) choices."
        )
      }
      let scores = task.metrics.map { metric in
        let best = Metric.indexOfLargest(likelihoods(of: choices, metric: metric))
        return Score(metric: metric, filter: .none, value: best == goldIndex ? 1 : 0)
      }
      return ([], scores)
    case (.generation, .generation(let text, _, _)):
      let answers = task.filters.map { FilteredAnswer(filter: $0, text: $0.answer(in: text)) }
      let normalizedTarget = Metric.normalizedForExactMatch(target)
      let scores = answers.flatMap { answer in
        task.metrics.map { metric in
          precondition(metric == .exactMatch, "A generated text is scored by exact match only.")
          let matches = PythonText.areEqual(
            Metric.normalizedForExactMatch(answer.text), normalizedTarget)
          return Score(metric: metric, filter: answer.filter, value: matches ? 1 : 0)
        }
      }
      return (answers, scores)
    case (.multipleChoice, .generation), (.generation, .choices):
      throw EvaluationError(
        .invalidSample,
        "Document \(documentIndex) of \(task.name) holds a response of the wrong kind: the task compares \(task.output == .multipleChoice ? "the likelihoods of choices" : "a generated text")."
      )
    }
  }

  /// The values whose largest one is the model's choice.
  private static func likelihoods(of choices: [ScoredChoice], metric: Metric) -> [Double] {
    switch metric {
    case .accuracy: choices.map(\.logLikelihood)
    case .normalizedAccuracy:
      // An empty choice divides by zero and gives minus infinity, as numpy does.
      choices.map { $0.logLikelihood / Double($0.text.unicodeScalars.count) }
    case .exactMatch: preconditionFailure("Choices are not scored by exact match.")
    }
  }
}
