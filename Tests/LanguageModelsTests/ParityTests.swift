import Tensors
import Testing

@testable import LanguageModels

/// Forward and backward passes against transformers on PyTorch, fp32.
@Suite("Parity of training passes with transformers")
struct ParityTests {
  @Test(
    "Logits agree within 2e-4 and have the same arg-max", arguments: ParityFixture.Name.allCases)
  func logits(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let vocabulary = fixture.model.configuration.vocabularySize
    for (index, tokens) in fixture.expected.sequences.enumerated() {
      let expected = try fixture.tensor("logits.\(index)")
      var batch = PackedBatch()
      batch.append(tokens: tokens, labels: tokens)
      let found = CrossEntropyPass(fixture.model, batch).logits
      // Nothing follows the last position: it has no target, so its logits are not computed here.
      #expect(found.count == tokens.count - 1)
      for (position, row) in found {
        let wanted = expected[position * vocabulary..<(position + 1) * vocabulary]
        #expect(largestDifference(row, wanted) <= 2e-4, "sequence \(index), position \(position)")
        #expect(indexOfLargest(row) == indexOfLargest(wanted))
      }
    }
  }

  @Test(
    "Loss agrees within 1e-5 and every gradient within 1e-4 of its largest element",
    arguments: ParityFixture.Name.allCases)
  func gradients(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let pass = CrossEntropyPass(fixture.model, fixture.batch)
    #expect(abs(pass.loss - fixture.expected.loss) <= 1e-5)
    for entry in fixture.model.layout.entries {
      let expected = try fixture.tensor("gradient.\(entry.name)")
      let largest = try #require(expected.map(abs).max())
      let difference = largestDifference(pass.gradients[entry.range], expected)
      #expect(difference <= 1e-4 * largest, "\(entry.name): \(difference) of \(largest)")
    }
  }

  @Test("One, two and three threads give the same bits", arguments: ParityFixture.Name.allCases)
  func threads(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let one = CrossEntropyPass(fixture.model, fixture.batch, threads: 1)
    for threads in 2...3 {
      #expect(CrossEntropyPass(fixture.model, fixture.batch, threads: threads) == one)
    }
  }

  @Test(
    "A packed batch gives what its sequences give one by one",
    arguments: ParityFixture.Name.allCases)
  func packing(name: ParityFixture.Name) throws {
    let fixture = try ParityFixture(name)
    let packed = CrossEntropyPass(fixture.model, fixture.batch)
    var loss = 0.0
    var gradients: [Float]?
    var start = 0
    for (tokens, labels) in zip(fixture.expected.sequences, fixture.expected.labels) {
      var batch = PackedBatch()
      batch.append(tokens: tokens, labels: labels)
      // Gradients are added to what is there, as an accumulation step needs it.
      let single = CrossEntropyPass(
        fixture.model, batch, addingTo: gradients, dividingBy: fixture.batch.targetCount)
      loss += single.loss
      gradients = single.gradients
      for (position, row) in single.logits {
        let inBatch = try #require(packed.logits[start + position])
        #expect(largestDifference(row, inBatch) <= 1e-5)
      }
      start += tokens.count
    }
    #expect(abs(packed.loss - loss) <= 1e-6)
    for entry in fixture.model.layout.entries {
      let wanted = packed.gradients[entry.range]
      let largest = wanted.map(abs).max() ?? 0
      let found = try #require(gradients)[entry.range]
      #expect(largestDifference(found, wanted) <= 1e-5 * largest, "\(entry.name)")
    }
  }

  @Test("A sequence's logits do not depend on its neighbours in the batch, bit for bit")
  func isolation() throws {
    for name in ParityFixture.Name.allCases {
      let fixture = try ParityFixture(name)
      let (first, second) = (fixture.expected.sequences[0], fixture.expected.sequences[1])
      func logits(after neighbour: [Int32]) -> [Int: [Float]] {
        var batch = PackedBatch()
        batch.append(tokens: neighbour, labels: neighbour)
        batch.append(tokens: first, labels: first)
        return CrossEntropyPass(fixture.model, batch).logits
      }
      let other = second.map { $0 == 3 ? Int32(4) : 3 }
      let (one, two) = (logits(after: second), logits(after: other))
      for position in second.count..<second.count + first.count - 1 {
        #expect(one[position] == two[position])
      }
    }
  }

  @Test("A batch without targets changes no gradient")
  func noTargets() throws {
    let fixture = try ParityFixture(.gemma3Tied)
    let tokens = fixture.expected.sequences[0]
    var batch = PackedBatch()
    batch.append(tokens: tokens, labels: tokens.map { _ in PackedBatch.ignored })
    let pass = CrossEntropyPass(fixture.model, batch, dividingBy: 1)
    #expect(pass.gradients.allSatisfy { $0 == 0 })
    #expect(pass.logits.isEmpty)
  }
}
