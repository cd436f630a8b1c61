package import Recipes

/// Which examples each optimizer step sees.
///
/// Each epoch goes through all examples once, in its order. Consecutive examples form a micro-batch, consecutive micro-batches an
/// accumulation window, one window a step. The last micro-batch and the last window of an epoch may be short.
///
/// With several data-parallel processes a step's window is that of all of them, and its micro-batches go to them in turn. As
/// each needs as many full ones, an epoch then goes on with its own first examples until all have: what `accelerate` does
/// (`BatchSamplerShard` with `even_batches`), on which Axolotl builds, and with micro-batches of one example also
/// PyTorch's `DistributedSampler`.
package struct BatchSchedule: Sendable, Equatable {
  /// Number of examples.
  package let exampleCount: Int
  /// Examples of a micro-batch.
  package let microBatchSize: Int
  /// Micro-batches of a process's window.
  package let accumulationSteps: Int
  /// Data-parallel processes.
  package let ranks: Int
  /// How each epoch orders the examples.
  package let order: ExampleOrder
  /// Seed of epoch 0.
  package let seed: UInt64
  /// Optimizer steps of the whole training.
  package let totalSteps: Int

  /// Lays out a training of `configuration` over `exampleCount` examples, at least 1.
  ///
  /// Without a maximum of steps there are ceil(examples * epochs / examples of a window), as
  /// Axolotl counts them: fewer than the windows when the last windows of epochs are short.
  package init(exampleCount: Int, configuration: TrainingConfiguration) {
    precondition(exampleCount > 0, "A training needs examples.")
    self.exampleCount = exampleCount
    microBatchSize = configuration.microBatchSize
    accumulationSteps = configuration.accumulationSteps
    ranks = configuration.ranks
    order = configuration.order
    seed = configuration.seed
    let seen = exampleCount * configuration.epochs
    totalSteps =
      configuration.maximumSteps
      ?? seen.dividedRoundingUp(by: configuration.examplesPerStep)
  }

  /// Windows of one epoch, the short one included.
  package var stepsPerEpoch: Int { examplesPerEpoch.dividedRoundingUp(by: windowSize) }

  /// Examples of a full window.
  private var windowSize: Int { microBatchSize * accumulationSteps * ranks }

  /// Examples that an epoch goes through, those that it begins again with included.
  private var examplesPerEpoch: Int {
    guard ranks > 1 else { return exampleCount }
    let turn = microBatchSize * ranks
    return exampleCount.dividedRoundingUp(by: turn) * turn
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
    let start = (step - 1) % stepsPerEpoch * windowSize
    let end = min(start + windowSize, examplesPerEpoch)
    return stride(from: start, to: end, by: microBatchSize).map { first in
      (first..<min(first + microBatchSize, end)).map { order[$0 % order.count] }
    }
  }
}

extension Int {
  /// The quotient, rounded up; for numbers that are not negative.
  fileprivate func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
