/// How an epoch orders the examples.
package enum ExampleOrder: String, Sendable, CaseIterable {
  /// `torch.randperm` seeded by seed + epoch, as the `accelerate` library's seedable sampler does.
  case torch
  /// As they come.
  case sequential
}

/// Which examples each optimizer step sees.
///
/// Each epoch goes through all examples once, in its order. Consecutive examples form a micro-batch, consecutive micro-batches an
/// accumulation window, one window a step. The last micro-batch and the last window of an epoch may be short.
package struct BatchSchedule: Sendable, Equatable {
  /// Number of examples.
  package let exampleCount: Int
  /// Examples of a micro-batch.
  package let microBatchSize: Int
  /// Micro-batches of a window.
  package let accumulationSteps: Int
  /// How each epoch orders the examples.
  package let order: ExampleOrder
  /// Seed of epoch 0.
  package let seed: UInt64
  /// Optimizer steps of the whole training.
  package let totalSteps: Int

  /// Lays out a training of `configuration` over `exampleCount` examples, at least 1.
  ///
  /// Without a maximum of steps there are ceil(examples * epochs / (micro-batch size * accumulation steps)), as
  /// Axolotl counts them: fewer than the windows when the last windows of epochs are short.
  package init(exampleCount: Int, configuration: TrainingConfiguration) {
    precondition(exampleCount > 0, "A training needs examples.")
    self.exampleCount = exampleCount
    microBatchSize = configuration.microBatchSize
    accumulationSteps = configuration.accumulationSteps
    order = configuration.order
    seed = configuration.seed
    let seen = exampleCount * configuration.epochs
    totalSteps =
      configuration.maximumSteps
      ?? seen.dividedRoundingUp(by: microBatchSize * accumulationSteps)
  }

  /// Windows of one epoch, the short one included.
  package var stepsPerEpoch: Int {
    exampleCount.dividedRoundingUp(by: microBatchSize).dividedRoundingUp(by: accumulationSteps)
  }

  /// The epoch, from 0, that step `step`, from 1, belongs to.
  package func epoch(ofStep step: Int) -> Int { (step - 1) / stepsPerEpoch }

  /// All examples, in the order of epoch `epoch`, from 0.
  package func order(ofEpoch epoch: Int) -> [Int] {
    switch order {
    case .torch: MersenneTwister.permutation(count: exampleCount, seed: seed &+ UInt64(epoch))
    case .sequential: Array(0..<exampleCount)
    }
  }

  /// The micro-batches of step `step`, from 1, when its epoch has `order`.
  package func microBatches(ofStep step: Int, order: [Int]) -> [[Int]] {
    let windowSize = microBatchSize * accumulationSteps
    let start = (step - 1) % stepsPerEpoch * windowSize
    let window = order[start..<min(start + windowSize, order.count)]
    return stride(from: window.startIndex, to: window.endIndex, by: microBatchSize).map {
      Array(window[$0..<min($0 + microBatchSize, window.endIndex)])
    }
  }
}

extension Int {
  /// The quotient, rounded up; for numbers that are not negative.
  fileprivate func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
