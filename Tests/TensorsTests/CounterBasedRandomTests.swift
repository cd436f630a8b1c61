import Tensors
import Testing

@Suite("Counter-based random numbers") struct CounterBasedRandomTests {
  /// Known answers of the authors' Random123 library, kat_vectors, philox4x32 with 10 rounds.
  @Test("give the known answers of Random123")
  func knownAnswers() {
    let zeros = CounterBasedRandom(seed: 0).words(stream: 0, index: 0)
    #expect(zeros == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = CounterBasedRandom(seed: .max).words(stream: .max, index: .max)
    #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    let pi = CounterBasedRandom(seed: 0x299F_31D0_A409_3822)
      .words(stream: 0x0370_7344_1319_8A2E, index: 0x85A3_08D3_243F_6A88)
    #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test("are the first 53 bits of the words where they are uniform")
  func uniform() {
    let random = CounterBasedRandom(seed: 0)
    // The words 0x6627E8D5 and 0xE169C58D.
    let words: UInt64 = 0x6627_E8D5_E169_C58D
    #expect(random.uniform(stream: 0, index: 0) == Double(words >> 11) * 0x1p-53)
    let values = (0..<10_000).map { random.uniform(stream: 2, index: $0) }
    #expect(values.allSatisfy { 0..<1 ~= $0 })
    // Five standard errors of the mean, 1 / sqrt(12 n).
    #expect(abs(values.reduce(0, +) / 1e4 - 0.5) < 5 * 0.002_887)
  }

  @Test("have the moments of the normal distribution")
  func moments() {
    let random = CounterBasedRandom(seed: 1)
    let values = (0..<100_000).map { random.normal(stream: 3, index: $0) }
    let mean = values.reduce(0, +) / 1e5
    let variance = values.map { $0 * $0 }.reduce(0, +) / 1e5
    // Five standard errors: 1 / sqrt(n) and sqrt(2 / n).
    #expect(abs(mean) < 5 * 0.003_163 && abs(variance - 1) < 5 * 0.004_473)
    #expect(values[7] == random.normal(stream: 3, index: 7))
    #expect(values[7] != random.normal(stream: 4, index: 7))
  }
}
