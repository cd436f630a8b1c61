import Tensors
import Testing

struct FingerprintTests {
  private func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { Fingerprint(of: $0).value }
  }

  @Test("Every changed bit, every length and every exchange of words gives another fingerprint")
  func changes() {
    for count in [0, 1, 7, 8, 31, 32, 33, 64, 100] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      var seen: Set<UInt64> = [fingerprint(bytes)]
      for bit in 0..<8 * count {
        var changed = bytes
        changed[bit / 8] ^= 1 << (bit % 8)
        #expect(seen.insert(fingerprint(changed)).inserted)
      }
      for word in 0..<max(0, count / 8 - 1) {
        var changed = bytes
        for byte in 0..<8 { changed.swapAt(8 * word + byte, 8 * word + 8 + byte) }
        #expect(seen.insert(fingerprint(changed)).inserted)
      }
    }
    let zeros = (0..<200).map { fingerprint([UInt8](repeating: 0, count: $0)) }
    #expect(Set(zeros).count == zeros.count)
  }

  @Test("Known values, so that stored fingerprints stay readable")
  func knownValues() {
    #expect(fingerprint([]) == 5_234_265_651_003_573_577)
    #expect(fingerprint(Array("determinism".utf8)) == 7_405_089_064_237_315_621)
    #expect(Fingerprint(value: 0).appending(1).appending(2).value == 17_647_562_598_901_418_131)
  }

  @Test("Rows have the fingerprints that they have alone, wherever they lie")
  func rows() {
    let values = (0..<60).map { Float($0) * 0.7 }
    values.withUnsafeBytes { bytes in
      let whole = Fingerprint.ofRows(bytes, count: 5)
      for row in 0..<5 {
        #expect(whole[row].value == fingerprint(Array(bytes[row * 48..<(row + 1) * 48])))
      }
      #expect(Fingerprint.ofRows(bytes, count: 0).isEmpty)
    }
  }
}
