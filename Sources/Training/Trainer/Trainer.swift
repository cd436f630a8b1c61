import Files
package import LanguageModels
package import Recipes
package import Tensors

/// Trains a model, one optimizer step at a time.
///
/// The weights, losses and records have the same bits for every number of threads, and after a resume from a
/// checkpoint at any step. Not `Sendable`: one task owns a trainer and its model.
package final class Trainer {
  /// The model; its weights change with each step.
  package let model: LanguageModel
  /// How.
  package let configuration: TrainingConfiguration
  /// What it learns from.
  package var examples: PreparedExamples { batches.examples }
  /// Which examples each step sees.
  package var schedule: BatchSchedule { batches.schedule }
  /// The learning rate of each step.
  package var learningRates: LearningRateSchedule { batches.learningRates }
  /// Optimizer steps done.
  package var completedSteps: Int { optimizer.completedUpdates }
  /// Whether all steps are done.
  package var isFinished: Bool { completedSteps >= schedule.totalSteps }

  /// Is told of every operation's result; nil costs nothing.
  package var observer: OperationObserver? {
    didSet {
      backpropagation.observer = observer
      evaluator.observer = observer
    }
  }

  let optimizer: AdamW
  let backpropagation: Backpropagation
  let evaluator: ObjectiveEvaluator
  private let threads: Int
  /// Whether weights, moments and gradients are bfloat16 numbers.
  private let roundsState: Bool
  private let gradients: FloatBuffer
  private var batches: TrainingBatches

  /// Prepares a training from its first step.
  ///
  /// A model that is trained in bfloat16 is rounded to it here.
  /// `recomputes` computes activations again in the backward pass instead of keeping them, which changes no bit. Throws
  /// ``TrainingError`` if a setting is out of range, if there are no examples, or if one does not fit the model.
  package init(
    model: LanguageModel, examples: PreparedExamples, configuration: TrainingConfiguration,
    threads: Int, numerics: Numerics = .portable, recomputes: Bool = false
  ) throws {
    precondition(threads > 0, "Training needs at least one thread.")
    try configuration.validate()
    try Self.check(examples, for: model.configuration)
    self.model = model
    self.configuration = configuration
    self.threads = threads
    batches = TrainingBatches(examples: examples, configuration: configuration)
    roundsState = configuration.precision == .bfloat16
    if roundsState { model.parameters.roundToBFloat16(threads: threads) }
    optimizer = AdamW(
      layout: model.layout, settings: configuration.optimizer, rounds: roundsState)
    backpropagation = Backpropagation(
      model: model, threads: threads, numerics: numerics, recomputes: recomputes,
      precision: configuration.precision)
    let largest = batches.largestMicroBatch()
    backpropagation.reserve(tokens: largest.tokens, longest: largest.longest)
    gradients = FloatBuffer(count: model.layout.count)
    evaluator = ObjectiveEvaluator(configuration.objective)
  }

  private static func check(
    _ examples: PreparedExamples, for configuration: ModelConfiguration
  ) throws {
    guard !examples.isEmpty else {
      throw TrainingError(.unusableExamples, "There is no example to train on.")
    }
    for index in 0..<examples.count {
      guard examples.largestID(index) < configuration.vocabularySize else {
        throw TrainingError(
          .unusableExamples,
          """
          Example \(index) has the token id \(examples.largestID(index)), outside the model's \
          vocabulary of \(configuration.vocabularySize) tokens.
          """)
      }
      guard examples.tokenCount(index) <= configuration.maximumPositions else {
        throw TrainingError(
          .unusableExamples,
          """
          Example \(index) has \(examples.tokenCount(index)) tokens; the model takes at most \
          \(configuration.maximumPositions).
          """)
      }
    }
  }

  // MARK: - Batches

  /// Positions of the examples of step `step`, from 1, one array a micro-batch.
  package func microBatches(ofStep step: Int) -> [[Int]] { batches.microBatches(ofStep: step) }

  /// What step `step`, from 1, learns from, as ``TrainingBatches/bytes(ofStep:)`` writes it.
  package func batchBytes(ofStep step: Int) throws -> [UInt8] {
    try batches.bytes(ofStep: step)
  }

  // MARK: - Steps

  /// Does the next optimizer step.
  ///
  /// `beforeUpdate` is called when everything is computed and nothing is changed yet; whoever still reads weights or
  /// moments on another thread is waited for there. Throws what it throws, and ``TrainingError`` with code
  /// ``TrainingError/Code/nonFinite(step:examples:seed:)`` when a loss or the gradient norm is not finite; weights and
  /// optimizer are then as they were before the step.
  package func step(beforeUpdate: () throws -> Void = {}) throws -> StepRecord {
    precondition(!isFinished, "All \(schedule.totalSteps) steps are done.")
    let step = completedSteps + 1
    let batches = microBatches(ofStep: step)
    do {
      return try self.step(step, batches: batches, beforeUpdate)
    } catch {
      gradients.elements.update(repeating: 0)
      throw error
    }
  }

  private func step(
    _ step: Int, batches: [[Int]], _ beforeUpdate: () throws -> Void
  ) throws -> StepRecord {
    let weights = try maskedWeights(of: batches, step: step)
    let counts =
      weights.map { $0.map { $0.count { $0 != 0 } } }
      ?? batches.map { $0.reduce(0) { $0 + examples.trainableCount($1) } }
    let scales = configuration.reduction.scales(tokenCounts: counts, ranks: configuration.ranks)
    var (totals, loss, totalTokens) = (TokenLosses(), 0.0, 0)
    for (index, (batch, scale)) in zip(batches, scales).enumerated() {
      let losses = try accumulate(batch, scale: scale, weights: weights?[index], step: step)
      totals.add(losses)
      loss += losses.weighted * scale
      totalTokens += batch.reduce(0) { $0 + examples.tokenCount($1) }
    }
    let norm = optimizer.norm(of: gradients, threads: threads)
    guard norm.isFinite else {
      throw nonFinite("gradient norm", norm, step: step, batches.flatMap(\.self))
    }
    let learningRate = learningRates.rate(ofStep: step)
    // As PyTorch's clip_grad_norm_, its 1e-6 included.
    let gradientScale = configuration.maximumGradientNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    try beforeUpdate()
    let movement = optimizer.update(
      model.parameters, gradients: gradients, gradientScale: gradientScale,
      learningRate: learningRate, threads: threads)
    if let observer {
      ObservedTensor.withRow([norm]) { observer(.gradientNorm, $0) }
      ObservedTensor.withRow([learningRate]) { observer(.learningRate, $0) }
      ObservedTensor.withRow([gradientScale]) { observer(.clipping, $0) }
      for entry in model.layout.entries {
        observer(
          .updated(parameter: entry.name),
          ObservedTensor(
            model.parameters.pointer + entry.offset, rows: entry.shape.dropLast().first ?? 1,
            columns: entry.shape.last ?? 1))
      }
      ObservedTensor.withRow([loss]) { observer(.loss, $0) }
    }
    let count = Double(totals.count)
    return StepRecord(
      step: step, epoch: schedule.epoch(ofStep: step), loss: loss,
      crossEntropy: totals.crossEntropy / count, entropy: totals.entropy / count,
      weight: totals.weight / count, gradientNorm: norm, learningRate: learningRate,
      trainableTokens: totals.count, totalTokens: totalTokens, movement: movement,
      microBatches: batches)
  }

  /// Adds a micro-batch's gradient to `gradients`.
  ///
  /// `weights` are those of its tokens, where the objective takes them from elsewhere.
  private func accumulate(
    _ batch: [Int], scale: Double, weights: [Double]?, step: Int
  ) throws -> TokenLosses {
    var totals = TokenLosses()
    var rest = weights?[...]
    backpropagation.run(try examples.packed(batch), gradients: gradients) { block in
      let rows = block.targets.count
      totals.add(evaluator.evaluate(block, scale: scale, weights: rest?.prefix(rows)))
      rest = rest?.dropFirst(rows)
    }
    guard totals.weighted.isFinite, totals.crossEntropy.isFinite else {
      let value = totals.weighted.isFinite ? totals.crossEntropy : totals.weighted
      throw nonFinite("loss", value * scale, step: step, batch)
    }
    if roundsState { gradients.roundToBFloat16(threads: threads) }
    return totals
  }

  func nonFinite(
    _ quantity: String, _ value: Double, step: Int, _ indices: [Int]
  ) -> TrainingError {
    let seed = configuration.seed
    return TrainingError(
      .nonFinite(step: step, examples: indices, seed: seed),
      """
      The \(quantity) of step \(step) is \(value), over examples \
      \(indices.map(String.init).joined(separator: ", ")) with seed \(seed). Lower the learning rate, or look at \
      these examples and the weights before this step.
      """)
  }
}
