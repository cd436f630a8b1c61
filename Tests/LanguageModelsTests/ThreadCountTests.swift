import Tensors
import TestSupport
import Testing

@testable import LanguageModels

/// Sequences of several blocks of queries, and products that are cut into tiles.
@Suite("The number of threads") struct ThreadCountTests {
  private static let configurations: [ModelConfiguration] = [.llama, .gemma3].map {
    (family: ModelFamily) in
    ModelConfiguration(
      family: family, vocabularySize: 199, hiddenSize: 72, intermediateSize: 150, headCount: 4,
      keyValueHeadCount: 2, headDimension: 22, attentionKinds: [.sliding, .full],
      slidingWindow: 140, ropeTheta: 10000, slidingRopeTheta: 500, attentionScale: 0.2,
      normEpsilon: 1e-5, tiesEmbeddings: true, maximumPositions: 2048, beginOfSequenceID: nil,
      endOfSequenceIDs: [], paddingID: nil)
  }

  private func tokens(_ count: Int, _ generator: inout SeededGenerator) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: 0..<199, using: &generator) }
  }

  @Test(
    "does not change a bit of logits and gradients", arguments: 0..<2,
    TrainingPrecision.allCases)
  func training(index: Int, precision: TrainingPrecision) {
    let model = LanguageModel(
      configuration: Self.configurations[index], seed: 3, standardDeviation: 0.3)
    var generator = SeededGenerator(seed: 1)
    var batch = PackedBatch()
    for count in [301, 5, 160] {
      let tokens = tokens(count, &generator)
      batch.append(tokens: tokens, labels: tokens)
    }
    let expected = CrossEntropyPass(model, batch, precision: precision)
    for threads in [2, 5, 16, 64] {
      let found = CrossEntropyPass(model, batch, threads: threads, precision: precision)
      #expect(found.logits == expected.logits)
      #expect(found.gradients.map(\.bitPattern) == expected.gradients.map(\.bitPattern))
    }
  }

  @Test("does not change a bit of scores", arguments: 0..<2)
  func scoring(index: Int) throws {
    let model = LanguageModel(
      configuration: Self.configurations[index], seed: 3, standardDeviation: 0.3)
    var generator = SeededGenerator(seed: 2)
    let documents = (0..<3).map { _ in
      let context = tokens(170, &generator)
      return (1...4).map { count in
        ScoringRequest(
          tokens: context + tokens(9 * count, &generator), continuationCount: 9 * count)
      }
    }
    let expected = try InferenceEngine(model: model, threads: 1).score(documents)
    for threads in [2, 16, 64] {
      #expect(try InferenceEngine(model: model, threads: threads).score(documents) == expected)
    }
  }
}
