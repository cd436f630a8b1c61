import Files
package import LanguageModels
package import Recipes
package import Tensors

/// What an objective does at each of some tokens, in their order.
package struct TokenMeasures: Sendable, Equatable {
  /// Cross entropies in nats.
  package internal(set) var crossEntropies: [Double] = []
  /// Entropies in nats of the largest logits, as many as the objective looks at.
  package internal(set) var entropies: [Double] = []
  /// Weights.
  package internal(set) var weights: [Double] = []
  /// L2 norms of the gradient of weight times cross entropy with respect to the token's logits: of w (p - e), where p are
  /// the probabilities and e is 1 at the target, so that the square is w² (Σ p² - 2 p(target) + 1).
  package internal(set) var gradientNorms: [Double] = []

  /// Adds other tokens behind these.
  mutating func append(_ other: TokenMeasures) {
    crossEntropies += other.crossEntropies
    entropies += other.entropies
    weights += other.weights
    gradientNorms += other.gradientNorms
  }

  /// Measures what objectives do at every token of some examples that is learned; nothing is learned from them.
  ///
  /// The bits do not depend on `threads`, and with portable numerics not on `batchSize`.
  ///
  /// - Parameters:
  ///   - model: What predicts the tokens.
  ///   - examples: Where the tokens are from.
  ///   - count: How many of them, the first ones, or all if there are fewer.
  ///   - objectives: What is measured. For ``ConflictMask``, all tokens together are one window.
  ///   - batchSize: Examples that go through the model side by side.
  ///   - threads: Threads that compute.
  ///   - numerics: The arithmetic of matrix products.
  /// - Returns: The tokens for each of the objectives.
  /// - Throws: ``FileError`` if an example cannot be read; ``TrainingError`` `unusableExamples` for a model whose
  ///   predictions of them are not finite numbers.
  package static func measured(
    with model: LanguageModel, on examples: PreparedExamples, first count: Int,
    objectives: [Objective], batchSize: Int, threads: Int, numerics: Numerics
  ) throws -> [TokenMeasures] {
    let backpropagation = Backpropagation(model: model, threads: threads, numerics: numerics)
    let evaluators = objectives.map { ObjectiveEvaluator($0) }
    var measures = objectives.map { _ in TokenMeasures() }
    let end = min(count, examples.count)
    for start in stride(from: 0, to: end, by: batchSize) {
      let batch = Array(start..<min(start + batchSize, end))
      backpropagation.run(try examples.packed(batch), gradients: nil) { block in
        // Each objective overwrites the logits.
        let size = block.targets.count * block.vocabularySize
        let logits = Array(UnsafeBufferPointer(start: block.logits, count: size))
        for (index, evaluator) in evaluators.enumerated() {
          logits.withUnsafeBufferPointer { source in
            if let source = source.baseAddress { block.logits.update(from: source, count: size) }
          }
          measures[index].append(evaluator.measures(block))
        }
      }
      guard measures.allSatisfy({ $0.gradientNorms.allSatisfy(\.isFinite) }) else {
        throw TrainingError(
          .unusableExamples,
          "The model predicts examples \(batch.map(String.init).joined(separator: ", ")) with probabilities that are no finite numbers; its weights are damaged or training diverged."
        )
      }
    }
    for (index, objective) in objectives.enumerated() {
      if case .masked(let mask) = objective { measures[index].weigh(by: mask) }
    }
    return measures
  }

  private mutating func weigh(by mask: ConflictMask) {
    weights = mask.weights(
      of: TokenPredictions(crossEntropies: crossEntropies, entropies: entropies))
    for index in weights.indices { gradientNorms[index] *= weights[index] }
  }
}
