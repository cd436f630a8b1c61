import CKernels
import Testing

@testable import Recipes
@testable import Tensors
@testable import Training

/// The bits that every objective's kernel gives, on any CPU.
///
/// The self-test that `replicate doctor` and every record have covers the kernel with entropies; its digests stay as they
/// are, so what came later is here.
@Suite("Known answers of objectives") struct KnownAnswerTests {
  /// An objective of each kind, and the digest of what it makes of fixed logits.
  private static let answers: [(objective: Objective, digest: UInt64)] = [
    (.crossEntropy, 0xf299_3f63_edae_a825),
    (EntropyGate.presets[0].objective, 0xf2da_db0e_6b53_b815),
    (.probabilityWeighted, 0xc80d_1f49_bce8_3344),
    (ConflictMask.presets[0].objective, 0xdca5_ee21_7f08_0542),
  ]

  @Test("are the same with every instruction set, and what they always were")
  func answers() {
    for (objective, expected) in Self.answers {
      for isa in InstructionSet.available.map(\.kernelValue) {
        guard let digest = digest(objective.kind.kernelSettings, isa) else { continue }
        #expect(digest == expected, "\(objective): 0x\(String(digest, radix: 16))")
      }
    }
  }

  @Test("are there for every kind")
  func completeness() {
    let names = Self.answers.map { type(of: $0.objective.kind).name }
    #expect(names == Objective.kinds.map { $0.name })
    #expect(Set(Self.answers.map(\.digest)).count == names.count)
  }

  /// All results for rows of several widths: random ones, one with an excluded logit and one that is nearly certain.
  ///
  /// Nil if this CPU lacks the instruction set.
  private func digest(_ settings: ck_objective, _ isa: ck_isa) -> UInt64? {
    guard let kernel = ck_objective_rows_for(isa) else { return nil }
    let random = CounterBasedRandom(seed: 20_260_301)
    var fingerprint = Fingerprint(value: 0)
    for (stream, vocabulary) in [1, 17, 64, 1000, 2051].enumerated() {
      var logits = (0..<4 * vocabulary).map {
        Float(8 * random.normal(stream: UInt64(stream), index: UInt64($0)))
      }
      if vocabulary > 1 {
        logits[2 * vocabulary + vocabulary / 2] = -.infinity
        logits[3 * vocabulary + vocabulary / 3] = 80
      }
      let targets = (0..<4).map { Int32(($0 * 7 + 3) % vocabulary) }
      var results = [Double](repeating: 0, count: 12)
      // Given weights, for objectives that take them.
      for row in 0..<4 { results[8 + row] = row == 1 ? 0 : 1 }
      results.withUnsafeMutableBufferPointer { results in
        guard let start = results.baseAddress else { return }
        withUnsafePointer(to: settings) {
          kernel(start, start + 4, start + 8, &logits, targets, 4, vocabulary, $0, 0.01)
        }
      }
      for value in results { fingerprint = fingerprint.appending(value.bitPattern) }
      for value in logits { fingerprint = fingerprint.appending(UInt64(value.bitPattern)) }
    }
    return fingerprint.value
  }
}
