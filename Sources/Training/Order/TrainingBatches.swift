import Files
package import Recipes

/// What each step of a training learns from: it needs examples and settings, and no model.
package struct TrainingBatches: Sendable {
  /// What is learned from.
  package let examples: PreparedExamples
  /// Which examples each step sees.
  package let schedule: BatchSchedule
  /// The learning rate of each step.
  package let learningRates: LearningRateSchedule
  /// The order of the epoch that was asked for last.
  private var epochOrder: (epoch: Int, order: [Int])?

  /// Lays out a training of `configuration` over `examples`, at least 1.
  package init(examples: PreparedExamples, configuration: TrainingConfiguration) {
    self.examples = examples
    schedule = BatchSchedule(exampleCount: examples.count, configuration: configuration)
    learningRates = LearningRateSchedule(
      shape: configuration.schedule, peak: configuration.learningRate,
      warmUpSteps: configuration.warmUp.steps(ofTotal: schedule.totalSteps),
      totalSteps: schedule.totalSteps)
  }

  /// Positions of the examples of step `step`, from 1, one array a micro-batch.
  package mutating func microBatches(ofStep step: Int) -> [[Int]] {
    let epoch = schedule.epoch(ofStep: step)
    let order: [Int]
    if let known = epochOrder, known.epoch == epoch {
      order = known.order
    } else {
      order = schedule.order(ofEpoch: epoch)
      epochOrder = (epoch, order)
    }
    return schedule.microBatches(ofStep: step, order: order)
  }

  /// What step `step`, from 1, learns from, as bytes to be hashed.
  ///
  /// Little-endian 32-bit words: number of micro-batches; for each the number of examples; for each of these the number
  /// of tokens, the ids, the labels.
  ///
  /// - Throws: ``FileError`` if the examples cannot be read any more.
  package mutating func bytes(ofStep step: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ word: Int32) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    let batches = microBatches(ofStep: step)
    append(Int32(batches.count))
    for batch in batches {
      append(Int32(batch.count))
      for index in batch {
        let example = try examples.example(index)
        append(Int32(example.inputIDs.count))
        for id in example.inputIDs { append(id) }
        for label in example.labels { append(label) }
      }
    }
    return bytes
  }

  /// Tokens of step `step`, from 1: those that are learned, and all.
  package mutating func tokenCounts(ofStep step: Int) -> (trainable: Int, total: Int) {
    microBatches(ofStep: step).joined().reduce(into: (0, 0)) { counts, index in
      counts.0 += examples.trainableCount(index)
      counts.1 += examples.tokenCount(index)
    }
  }

  /// The most tokens that a micro-batch of the first epoch has, and those of its longest example.
  mutating func largestMicroBatch() -> (tokens: Int, longest: Int) {
    var largest = (tokens: 0, longest: 0)
    for step in 1...min(schedule.totalSteps, schedule.stepsPerEpoch) {
      for batch in microBatches(ofStep: step) {
        let lengths = batch.map { examples.tokenCount($0) }
        largest.tokens = max(largest.tokens, lengths.reduce(0, +))
        largest.longest = max(largest.longest, lengths.max() ?? 0)
      }
    }
    return largest
  }
}
