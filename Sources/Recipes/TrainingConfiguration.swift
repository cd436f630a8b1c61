import Files
package import Tensors

/// Everything that decides how weights move, but for the model and the examples.
///
/// Two arms of a paired run differ in ``objective`` alone.
package struct TrainingConfiguration: Sendable, Equatable {
  /// What is minimised at each token.
  package var objective: Objective
  /// How tokens are averaged.
  package var reduction: Reduction
  /// Learning rate at its peak.
  package var learningRate: Double
  /// How the learning rate changes.
  package var schedule: LearningRateSchedule.Shape
  /// Steps over which it rises first.
  package var warmUp: WarmUp
  /// The optimizer's constants.
  package var optimizer: AdamWSettings
  /// L2 norm that a step's gradient is scaled down to if it exceeds it; nil never scales.
  package var maximumGradientNorm: Double?
  /// Examples of a micro-batch.
  package var microBatchSize: Int
  /// Micro-batches of an optimizer step, in each process.
  package var accumulationSteps: Int
  /// Data-parallel processes that share a step; one process does their work, in turn.
  package var ranks: Int
  /// Times that all examples are seen, if `maximumSteps` is nil.
  package var epochs: Int
  /// Number of optimizer steps; wins over `epochs`.
  package var maximumSteps: Int?
  /// How each epoch orders the examples.
  package var order: ExampleOrder
  /// Seed of that order.
  package var seed: UInt64
  /// The numbers that are computed with and kept.
  package var precision: TrainingPrecision

  /// Gathers the settings; defaults are those of Axolotl and transformers.
  package init(
    objective: Objective, reduction: Reduction = .tokenWindow, learningRate: Double,
    schedule: LearningRateSchedule.Shape = .cosine, warmUp: WarmUp = .automatic,
    optimizer: AdamWSettings = AdamWSettings(), maximumGradientNorm: Double? = 1,
    microBatchSize: Int = 1, accumulationSteps: Int = 1, ranks: Int = 1, epochs: Int = 1,
    maximumSteps: Int? = nil, order: ExampleOrder = .torch, seed: UInt64,
    precision: TrainingPrecision = .float32
  ) {
    self.objective = objective
    self.reduction = reduction
    self.learningRate = learningRate
    self.schedule = schedule
    self.warmUp = warmUp
    self.optimizer = optimizer
    self.maximumGradientNorm = maximumGradientNorm
    self.microBatchSize = microBatchSize
    self.accumulationSteps = accumulationSteps
    self.ranks = ranks
    self.epochs = epochs
    self.maximumSteps = maximumSteps
    self.order = order
    self.seed = seed
    self.precision = precision
  }

  /// Examples of a full optimizer step.
  package var examplesPerStep: Int { microBatchSize * accumulationSteps * ranks }

  /// Throws ``RecipeError`` that names the first setting out of its range.
  package func validate() throws {
    func require(_ isMet: Bool, _ name: String, _ value: Any, _ expected: String) throws {
      guard isMet else {
        throw RecipeError(
          .outOfRange, "The training's \(name) is \(value); it must be \(expected).")
      }
    }
    // Large enough for every use, small enough for products of three, or of two, to stay exact.
    let (sizes, counts) = (1...1 << 20, 1...1 << 30)
    try require(
      learningRate.isFinite && learningRate >= 0, "learning rate", learningRate,
      "a finite number, not negative")
    switch warmUp {
    case .steps(let steps):
      try require((0...1 << 30).contains(steps), "number of warm-up steps", steps, "0 or more")
    case .ratio(let ratio):
      try require((0...1).contains(ratio), "warm-up ratio", ratio, "from 0 to 1")
    case .automatic: break
    }
    for (name, beta) in [("beta1", optimizer.beta1), ("beta2", optimizer.beta2)] {
      try require((0..<1).contains(beta), name, beta, "at least 0 and less than 1")
    }
    try require(
      optimizer.epsilon.isFinite && optimizer.epsilon > 0, "epsilon", optimizer.epsilon,
      "a finite number above 0")
    try require(
      optimizer.weightDecay.isFinite && optimizer.weightDecay >= 0, "weight decay",
      optimizer.weightDecay, "a finite number, not negative")
    if let norm = maximumGradientNorm {
      try require(norm.isFinite && norm > 0, "maximum gradient norm", norm, "a number above 0")
    }
    try require(sizes.contains(microBatchSize), "micro-batch size", microBatchSize, "1 or more")
    try require(
      sizes.contains(accumulationSteps), "number of accumulation steps", accumulationSteps,
      "1 or more")
    let fewest = reduction == .rankMean ? 2 : 1
    try require(
      sizes.contains(ranks) && ranks >= fewest, "number of ranks", ranks,
      "\(fewest) or more with the reduction \(reduction.rawValue)")
    try require(counts.contains(epochs), "number of epochs", epochs, "1 or more")
    if let steps = maximumSteps {
      try require(counts.contains(steps), "maximum of steps", steps, "1 or more")
    }
  }
}

extension TrainingConfiguration {
  /// All settings in one line, equal for equal configurations; numbers in the shortest form that reads back exactly.
  package var canonicalText: String {
    let warmUpText =
      switch warmUp {
      case .steps(let steps): "\(steps) steps"
      case .ratio(let ratio): "ratio \(ratio)"
      case .automatic: "automatic"
      }
    let settings: KeyValuePairs<String, String> = [
      "reduction": reduction.rawValue, "learning rate": "\(learningRate)",
      "schedule": schedule.rawValue, "warm-up": warmUpText, "beta1": "\(optimizer.beta1)",
      "beta2": "\(optimizer.beta2)", "epsilon": "\(optimizer.epsilon)",
      "weight decay": "\(optimizer.weightDecay)",
      "maximum gradient norm": maximumGradientNorm.map { "\($0)" } ?? "none",
      "micro-batch size": "\(microBatchSize)", "accumulation steps": "\(accumulationSteps)",
      "epochs": "\(epochs)", "maximum steps": maximumSteps.map { "\($0)" } ?? "none",
      "order": order.rawValue, "seed": "\(seed)",
    ]
    let texts = [objective.canonicalText] + settings.map { "\($0): \($1)" }
    // What came later is only written where it is not what it was before.
    let later =
      (ranks == 1 ? [] : ["ranks: \(ranks)"])
      + (precision == .float32 ? [] : ["precision: \(precision.rawValue)"])
    return (texts + later).joined(separator: ", ")
  }
}
