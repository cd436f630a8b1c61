import Foundation
import Tensors
import Testing

@testable import LanguageModels

/// How far PyTorch is from fp64 in bfloat16, as `make_bfloat16.py` found.
private struct Errors: Decodable {
  struct Pass: Decodable {
    let logits: Double
    let loss: Double
    let gradients: [String: Double]
  }

  let models: [String: [String: Pass]]
}

/// Forward and backward passes in bfloat16 against transformers on PyTorch.
///
/// Both round, each at its own places and in its own order. So the exact values decide, those of this project's fp32 passes
/// with the same weights, which agree with transformers in fp64 four digits better: nothing may be much further from them
/// than PyTorch is.
@Suite("Parity of passes in bfloat16 with transformers") struct PrecisionTests {
  private static let precisions = [
    ("mixed", TrainingPrecision.mixed), ("bfloat16", TrainingPrecision.bfloat16),
  ]

  private static let models = ParityFixture.Name.allCases

  /// The root of the mean square of what two lists differ by.
  private func distance(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) {
      let difference = Double(x) - Double(y)
      sum += difference * difference
    }
    return (sum / Double(a.count)).squareRoot()
  }

  private func fixtureFile(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
      .appending(path: "parity").appending(path: name)
  }

  @Test(
    "Logits, loss and gradients are as far from the exact ones as PyTorch's, and no further from PyTorch's",
    arguments: models, precisions)
  func parity(name: ParityFixture.Name, precision: (String, TrainingPrecision)) throws {
    let errors = try JSONDecoder().decode(
      Errors.self, from: Data(contentsOf: fixtureFile("bfloat16.json")))
    let allowed = try #require(errors.models[name.rawValue]?[precision.0])
    let tensors = try SafetensorsFile(contentsOf: fixtureFile("bfloat16.safetensors").path)
    let fixture = try ParityFixture(name)
    if precision.1 == .bfloat16 { fixture.model.parameters.roundToBFloat16(threads: 1) }
    let exact = CrossEntropyPass(fixture.model, fixture.batch)
    let found = CrossEntropyPass(fixture.model, fixture.batch, precision: precision.1)

    let positions = found.logits.keys.sorted()
    let logits = [found, exact].map { pass in positions.flatMap { pass.logits[$0] ?? [] } }
    let error = distance(logits[0], logits[1])
    #expect(error <= 1.25 * allowed.logits, "logits: \(error), PyTorch's are \(allowed.logits)")
    // A mean over many logits.
    #expect(abs(found.loss - exact.loss) <= allowed.logits / 2, "loss")
    var ratios = 0.0
    for entry in fixture.model.layout.entries {
      let limit = try #require(allowed.gradients[entry.name])
      let wanted = Array(exact.gradients[entry.range])
      let size = distance(wanted, [Float](repeating: 0, count: entry.count))
      let error = distance(Array(found.gradients[entry.range]), wanted) / size
      ratios += error / limit
      // Some have six elements.
      #expect(error <= 3 * limit, "\(entry.name): \(error), PyTorch's is \(limit)")
    }
    #expect(ratios <= 1.25 * Double(fixture.model.layout.entries.count), "gradients")

    var batch = PackedBatch()
    let tokens = fixture.expected.sequences[0]
    batch.append(tokens: tokens, labels: tokens)
    let first = CrossEntropyPass(fixture.model, batch, precision: precision.1)
    let theirs = try tensors.values(of: "\(name.rawValue).\(precision.0)")
    let ours = (0..<tokens.count - 1).flatMap { first.logits[$0] ?? [] }
    #expect(distance(ours, theirs) <= 2 * allowed.logits)
    // Logits are bfloat16 numbers on both sides.
    #expect((ours + theirs).allSatisfy { $0.bitPattern & 0xffff == 0 })
  }

  @Test("Threads and computing activations again change no bit", arguments: models, precisions)
  func bits(name: ParityFixture.Name, precision: (String, TrainingPrecision)) throws {
    let fixture = try ParityFixture(name)
    let one = CrossEntropyPass(fixture.model, fixture.batch, precision: precision.1)
    for (threads, recomputes) in [(2, true), (3, false)] {
      let other = CrossEntropyPass(
        fixture.model, fixture.batch, threads: threads, recomputes: recomputes,
        precision: precision.1)
      #expect(other == one)
    }
  }
}
