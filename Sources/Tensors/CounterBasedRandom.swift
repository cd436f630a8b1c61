/// Random numbers that are addressed, not drawn: element `index` of stream `stream` under `seed` is always the same.
///
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
package struct CounterBasedRandom: Sendable {
  private let key: (UInt32, UInt32)

  /// Numbers that depend on `seed`.
  package init(seed: UInt64) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// 128 random bits as four words.
  package func words(stream: UInt64, index: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    var (x0, x1) = (UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32))
    var (x2, x3) = (UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    var (k0, k1) = key
    for _ in 0..<10 {
      let a = UInt64(x0) * 0xD251_1F53
      let b = UInt64(x2) * 0xCD9E_8D57
      (x0, x1, x2, x3) = (
        UInt32(truncatingIfNeeded: b >> 32) ^ x1 ^ k0, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ x3 ^ k1, UInt32(truncatingIfNeeded: a)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (x0, x1, x2, x3)
  }

  /// A number of the uniform distribution over 0 ..< 1, a multiple of 2^-53.
  package func uniform(stream: UInt64, index: UInt64) -> Double {
    let (a, b, _, _) = words(stream: stream, index: index)
    return Self.uniform(a, b)
  }

  /// A number of the standard normal distribution (Box and Muller, 1958).
  package func normal(stream: UInt64, index: UInt64) -> Double {
    let (a, b, c, d) = words(stream: stream, index: index)
    // In (0, 1] and [0, 1).
    let (u, v) = (Self.uniform(a, b) + 0x1p-53, Self.uniform(c, d))
    return (-2 * ElementaryFunctions.log(u)).squareRoot()
      * ElementaryFunctions.cosine(2 * .pi * v)
  }

  /// The first 53 bits of two words as a number from 0 ..< 1.
  private static func uniform(_ high: UInt32, _ low: UInt32) -> Double {
    Double(UInt64(high) << 21 | UInt64(low) >> 11) * 0x1p-53
  }
}
