import Files

/// Draws the few-shot examples of one task's documents, in the harness's order of draws.
///
/// One generator belongs to the task; each document, in the order evaluated, takes the next draw. A run on the first
/// n documents therefore sees the same examples as a full run.
package struct FewShotSampler {
  private let rule: EvaluationTask.FewShotRule
  private let pool: [Document]
  private let count: Int
  private var random: PythonRandom

  /// Creates the sampler of a task.
  ///
  /// - Throws: `tooFewExamples` when the pool cannot give `count` examples.
  package init(task: EvaluationTask, pool: [Document], count: Int, seed: UInt32) throws {
    precondition(count >= 0, "A prompt cannot hold \(count) examples.")
    precondition(count == 0 || task.fewShotRule != .never, "\(task.name) shows no examples.")
    let needed = count > 0 && task.fewShotRule == .sampleExcludingDocument ? count + 1 : count
    guard needed <= pool.count else {
      throw EvaluationError(
        .tooFewExamples,
        "\(count)-shot prompts of \(task.name) draw \(needed) rows, but the few-shot split holds \(pool.count)."
      )
    }
    rule = task.fewShotRule
    self.pool = pool
    self.count = count
    random = PythonRandom(seed: seed)
  }

  /// The examples of the next document, first example first.
  ///
  /// - Throws: `tooFewExamples` when the pool holds too few rows that differ from the document.
  package mutating func next(for document: Document) throws -> [Document] {
    guard count > 0 else { return [] }
    switch rule {
    case .firstRows, .never: return Array(pool.prefix(count))
    case .sample: return random.sample(count, from: pool.count).map { pool[$0] }
    case .sampleExcludingDocument:
      let drawn = random.sample(count + 1, from: pool.count).map { pool[$0] }
      let others = drawn.filter { $0 != document }
      if others.count >= count { return Array(others.prefix(count)) }
      // Copies of the document were drawn more than once: draw again from the rows that differ.
      let rest = pool.filter { $0 != document }
      guard rest.count >= count else {
        throw EvaluationError(
          .tooFewExamples,
          "Only \(rest.count) few-shot rows differ from \"\(document.question.prefix(60))\", but its prompt needs \(count)."
        )
      }
      return random.sample(count, from: rest.count).map { rest[$0] }
    }
  }
}
