package import LanguageModels
package import Scoring
package import Tokenizers

/// How much a model has to do to answer documents.
package struct EvaluationWork: Sendable, Equatable {
  /// Tokens of prompts and choices that are computed; what they begin with alike counts once.
  package var tokens = 0.0
  /// Tokens whose logits are wanted.
  package var outputs = 0.0
  /// Tokens of a usual sequence.
  package var length = 0.0
  /// Tokens of all generated answers.
  package var generated = 0.0
  /// Documents whose answer is generated.
  package var generations = 0
  /// Tokens of the longest sequence, a generated answer counted at its full length.
  package var longest = 0.0

  /// No work.
  package init() {}

  /// The work of several evaluations, of which the longer one decides what a usual sequence is.
  package static func + (left: EvaluationWork, right: EvaluationWork) -> EvaluationWork {
    var sum = left.tokens + left.generated >= right.tokens + right.generated ? left : right
    sum.tokens = left.tokens + right.tokens
    sum.outputs = left.outputs + right.outputs
    sum.generated = left.generated + right.generated
    sum.generations = left.generations + right.generations
    sum.longest = max(left.longest, right.longest)
    return sum
  }

  /// The work of some tasks, from a sample of their documents spread over each split.
  ///
  /// - Parameters:
  ///   - inputs: tasks with all their documents.
  ///   - sample: documents that are tokenised, of all tasks together; at least two of each task are.
  ///   - model: the model's configuration.
  ///   - tokenizer: its tokenizer.
  ///   - settings: what changes prompts.
  /// - Throws: As ``Evaluator/check(_:)``.
  package init(
    of inputs: [TaskInput], sample: Int, model: ModelConfiguration, tokenizer: Tokenizer,
    settings: EvaluationSettings
  ) throws {
    let encoder = RequestEncoder(
      tokenizer: tokenizer, vocabularySize: model.vocabularySize,
      maximumLength: settings.maximumLength ?? model.maximumPositions,
      addsSpecialTokens: settings.addsSpecialTokens)
    let size = max(2, sample / max(1, inputs.count))
    for input in inputs {
      let documents = try PreparedDocument.prepare(
        input.sample(size), taskIndex: 0, settings: settings, encoder: encoder,
        tokenizer: tokenizer)
      guard !documents.isEmpty else { continue }
      self =
        self
        + EvaluationWork(
          of: input, documents, model.generation.maximumNewTokens ?? settings.maximumNewTokens,
          answers: settings.sampling?.count ?? 1)
    }
  }

  /// The work of one task, some of whose documents are prepared.
  private init(
    of input: TaskInput, _ sample: [PreparedDocument], _ maximumNewTokens: Int?, answers: Int
  ) {
    let (count, known) = (Double(input.documents.count), Double(sample.count))
    if case .generation(_, let taskMaximum) = input.task.output {
      let maximum = maximumNewTokens ?? taskMaximum
      let lengths = sample.map { Double($0.promptTokens.count) }
      // Each answer but the first computes a prompt's last token again.
      tokens = lengths.reduce(0, +) / known * count + count * Double(answers - 1)
      generations = input.documents.count * answers
      outputs = Double(generations)
      generated = outputs * Double(min(maximum, input.task.typicalTokens.answer))
      longest = (lengths.max() ?? 0) + Double(maximum)
    } else {
      let together = ScoringWork(sample.map(\.requests))
      let single =
        sample.reduce(0.0) { $0 + Double(ScoringWork([$1.requests]).rows) } / known
      // What all documents begin with is computed once: so much more for each further one.
      let further = known > 1 ? (Double(together.rows) - single) / (known - 1) : single
      tokens = single + (count - 1) * max(0, further)
      outputs = Double(together.outputs) / known * count
      longest = Double(together.longest)
    }
    length = sample.reduce(0.0) { $0 + Double($1.length) } / known
  }
}

extension TaskInput {
  /// The same task with some of its documents, spread evenly over all.
  fileprivate func sample(_ size: Int) -> TaskInput {
    let count = min(size, documents.count)
    let chosen = (0..<count).map { $0 * documents.count / count }
    return TaskInput(
      task: task, documents: chosen.map { documents[$0] },
      documentIndices: chosen.map { documentIndices[$0] }, fewShotPool: fewShotPool)
  }
}
