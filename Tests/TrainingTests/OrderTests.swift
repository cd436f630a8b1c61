import Testing

@testable import Recipes
@testable import Training

@Suite struct OrderTests {
  /// FNV-1a over the order's indices, as `make_training.py` computes it.
  private func fingerprint(_ order: [Int]) -> String {
    let hash = order.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return String(hash)
  }

  @Test("Permutations are NumPy's and PyTorch's for many lengths and seeds")
  func permutations() throws {
    for item in try TrainingFixture.load().orders {
      let seed = try #require(UInt64(item.seed))
      let shuffled = PermutedCongruentialGenerator.permutation(count: item.count, seed: seed)
      #expect(Array(shuffled.prefix(8)) == item.numpyHead, "\(item.count), \(seed)")
      #expect(fingerprint(shuffled) == item.numpy, "\(item.count), \(seed)")
      let sampled = MersenneTwister.permutation(count: item.count, seed: seed)
      #expect(Array(sampled.prefix(8)) == item.torchHead, "\(item.count), \(seed)")
      #expect(fingerprint(sampled) == item.torch, "\(item.count), \(seed)")
    }
  }

  private func schedule(
    count: Int, micro: Int, accumulation: Int, epochs: Int = 1, maximum: Int? = nil
  ) -> BatchSchedule {
    BatchSchedule(
      exampleCount: count,
      configuration: TrainingConfiguration(
        objective: .crossEntropy, learningRate: 1e-3, microBatchSize: micro,
        accumulationSteps: accumulation, epochs: epochs, maximumSteps: maximum, seed: 42))
  }

  @Test("An epoch ends with a short micro-batch in a short window, and the next is reordered")
  func windows() {
    let schedule = schedule(count: 9, micro: 2, accumulation: 3, epochs: 4)
    #expect(schedule.totalSteps == 6)
    #expect(schedule.stepsPerEpoch == 2)
    #expect((1...6).map(schedule.epoch(ofStep:)) == [0, 0, 1, 1, 2, 2])
    for epoch in 0..<3 {
      let order = schedule.order(ofEpoch: epoch)
      #expect(order == MersenneTwister.permutation(count: 9, seed: 42 + UInt64(epoch)))
      let batches = (1...2).map { schedule.microBatches(ofStep: 2 * epoch + $0, order: order) }
      #expect(batches.map { $0.map(\.count) } == [[2, 2, 2], [2, 1]])
      #expect(batches.flatMap { $0.flatMap(\.self) } == order)
    }
  }

  @Test(
    "Steps are counted as Axolotl counts them",
    arguments: [
      (64, 2, 2, 1, nil, 16), (64, 2, 2, 1, 10, 10), (9, 2, 3, 2, nil, 3), (1, 8, 8, 3, nil, 1),
      (5, 1, 1, 2, 40, 40),
    ] as [(Int, Int, Int, Int, Int?, Int)])
  func totals(
    count: Int, micro: Int, accumulation: Int, epochs: Int, maximum: Int?, expected: Int
  ) {
    let schedule = schedule(
      count: count, micro: micro, accumulation: accumulation, epochs: epochs, maximum: maximum)
    #expect(schedule.totalSteps == expected)
  }
}
