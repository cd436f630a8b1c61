import Tensors
import Testing

@testable import LanguageModels

@Suite("Activations that the backward pass computes again")
struct RecomputationTests {
  @Test(
    "give the bits of logits and gradients that kept ones give, of every family",
    arguments: ParityFixture.Name.allCases)
  func bits(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let expected = CrossEntropyPass(fixture.model, fixture.batch)
    for threads in [1, 3] {
      let found = CrossEntropyPass(
        fixture.model, fixture.batch, threads: threads, recomputes: true)
      #expect(found.loss.bitPattern == expected.loss.bitPattern && found.logits == expected.logits)
      #expect(
        found.gradients.map(\.bitPattern) == expected.gradients.map(\.bitPattern))
    }
  }

  @Test("are told of once, as kept ones are", arguments: [ParityFixture.Name.gemma3Tied, .gptNeoX])
  func observation(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let results = [false, true].map { recomputes in
      let passes = Backpropagation(model: fixture.model, threads: 2, recomputes: recomputes)
      var results: [String] = []
      passes.observer = { results.append("\($0) \(Fingerprint(of: $1.bytes).value)") }
      let gradients = FloatBuffer(count: fixture.model.parameters.count)
      // Larger and smaller batches in the same memory.
      for count in [1, fixture.expected.sequences.count, 1] {
        var batch = PackedBatch()
        for (tokens, labels) in zip(fixture.expected.sequences, fixture.expected.labels).prefix(
          count)
        { batch.append(tokens: tokens, labels: labels) }
        passes.run(batch, gradients: gradients) { _ in }
      }
      return results
    }
    #expect(results[0] == results[1] && !results[0].isEmpty)
  }

  @Test("take one layer's memory, and of the others the residual stream alone")
  func memory() throws {
    let c = try ParityFixture(.qwen3Tied).model.configuration
    func count(_ recomputes: Bool) -> Int {
      TrainingActivations.elementsPerToken(c, recomputes: recomputes)
    }
    let layer =
      2 * c.hiddenSize + 2 + c.attentionWidth + c.headCount + c.keyValueHeadCount
      + c.mlpInputWidth
    #expect(count(false) - count(true) == (c.layerCount - 1) * (layer - c.hiddenSize))
    let demand = MemoryDemand(c)
    func bytes(_ recomputes: Bool) -> Double {
      demand.training(tokens: 100, longest: 50, threads: 2, recomputes: recomputes)
    }
    #expect(bytes(false) - bytes(true) == Double(400 * (count(false) - count(true))))
  }
}
