import Files
import Statistics

extension AnswerRule.Kind {
  /// What a score is computed from, in words.
  fileprivate var compared: String {
    switch self {
    case .choice: "the likelihoods of choices"
    case .blank: "the likelihoods of a text after each choice"
    case .text, .instructions: "a generated text"
    case .passage: "the likelihood of a given text"
    }
  }
}

extension SampleResult {
  /// The filtered answers and scores of a response: a pure function of what a sample records.
  static func score(
    _ response: Response, target: String, task: EvaluationTask, documentIndex: Int,
    tools: LanguageTools?
  ) throws -> (answers: [FilteredAnswer], scores: [Score]) {
    switch (task.answer.kind, response) {
    case (.choice, .choices(let choices, _)), (.blank, .blank(let choices, _, _, _)):
      guard let goldIndex = Int(target), choices.indices.contains(goldIndex) else {
        throw EvaluationError(
          .invalidSample,
          "The target \"\(target)\" of document \(documentIndex) of \(task.name) is not the position of one of its \(choices.count) choices."
        )
      }
      let scores = task.metrics.map { metric in
        let best = Metric.indexOfLargest(likelihoods(of: choices, metric: metric))
        return Score(metric: metric, filter: .none, values: [best == goldIndex ? 1 : 0])
      }
      return ([], scores)
    case (.passage, .passage(let passage, _)):
      return ([], try task.metrics.map { try score(passage, $0, task: task, documentIndex) })
    case (.instructions, .generation(let generation)) where generation.texts.count == 1:
      return (
        [],
        try verdicts(of: generation.texts[0], target: target, task: task, documentIndex, tools)
      )
    case (.text, .generation(let generation)):
      let answers = task.filters.map { filter in
        FilteredAnswer(filter: filter, texts: generation.texts.map { filter.answer(in: $0) })
      }
      let scores = answers.map { answer in
        Score(
          metric: .exactMatch, filter: answer.filter,
          values: answer.texts.map { task.comparison.isMatch($0, target: target) ? 1 : 0 })
      }
      return (answers.filter { $0.filter != .none }, scores)
    default:
      throw EvaluationError(
        .invalidSample,
        "Document \(documentIndex) of \(task.name) holds a response of the wrong kind: the task compares \(task.answer.kind.compared)."
      )
    }
  }

  /// What a passage gets for each of its tokens or bytes.
  private static func score(
    _ passage: ScoredPassage, _ metric: Metric, task: EvaluationTask, _ documentIndex: Int
  ) throws -> Score {
    guard passage.tokenCount > 0, !passage.choice.text.isEmpty else {
      throw EvaluationError(
        .invalidSample, "The passage of document \(documentIndex) of \(task.name) is empty.")
    }
    let total =
      switch metric {
      case .natsPerToken: -passage.choice.logLikelihood
      case .bitsPerByte: -passage.choice.logLikelihood / Sample.logarithmOf2
      case .divergenceFromBase: passage.divergence
      default: preconditionFailure("A passage is not scored by \(metric.rawValue).")
      }
    return Score(metric: metric, filter: .none, values: [total / passage.length(metric)])
  }

  /// What a text gets for each instruction of its prompt, and for all of them.
  private static func verdicts(
    of text: String, target: String, task: EvaluationTask, _ documentIndex: Int,
    _ tools: LanguageTools?
  ) throws -> [Score] {
    guard let tools else {
      throw EvaluationError(
        .missingLanguageData,
        "\(task.name) cannot be scored without the data for sentences and languages.")
    }
    let instructions: [Instruction]
    do {
      instructions = try Instruction.instructions(row: target.utf8)
    } catch let error as EvaluationError {
      throw EvaluationError(
        .invalidSample,
        "The target of document \(documentIndex) of \(task.name) is not what it has to be: \(error.message)"
      )
    }
    let verdicts = IFEval.verdicts(of: text, instructions: instructions, tools: tools)
    return task.metrics.map { metric in
      let obeyed =
        switch metric {
        case .promptStrictAccuracy, .instructionStrictAccuracy: verdicts.strict
        case .promptLooseAccuracy, .instructionLooseAccuracy: verdicts.loose
        default: preconditionFailure("Instructions are not scored by \(metric.rawValue).")
        }
      let values = metric.isPerInstruction ? obeyed : [obeyed.allSatisfy(\.self)]
      return Score(metric: metric, filter: .none, values: values.map { $0 ? 1 : 0 })
    }
  }

  /// The values whose largest one is the model's choice.
  private static func likelihoods(of choices: [ScoredChoice], metric: Metric) -> [Double] {
    switch metric {
    case .accuracy: choices.map(\.logLikelihood)
    case .normalizedAccuracy:
      // An empty choice divides by zero, as with numpy: minus infinity, or NaN where its log-likelihood is 0.
      choices.map { $0.logLikelihood / Double($0.text.unicodeScalars.count) }
    default: preconditionFailure("Choices are not scored by \(metric.rawValue).")
    }
  }
}
