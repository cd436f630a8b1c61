/// NumPy's default random generator: PCG64 (XSL RR 128/64) seeded through `SeedSequence`.
///
/// Gives the bits of `numpy.random.default_rng(seed)`, with which the `datasets` library shuffles.
/// Sources: O'Neill, "PCG", HMC-CS-2014-0905; numpy/random/bit_generator.pyx and src/pcg64.
struct PermutedCongruentialGenerator {
  private static let multiplier: UInt128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645

  private var state: UInt128
  private let increment: UInt128
  /// High half of the last 64-bit output, if only its low half has been given out.
  private var pending: UInt32?

  /// Seeds the generator as `numpy.random.default_rng` does.
  init(seed: UInt64) {
    let words = SeedSequence(entropy: seed).words(count: 8)
    func join(_ index: Int) -> UInt128 {
      UInt128(words[index]) | UInt128(words[index + 1]) << 32
    }
    let initialState = join(0) << 64 | join(2)
    let initialIncrement = join(4) << 64 | join(6)
    increment = initialIncrement << 1 | 1
    state = 0
    advance()
    state &+= initialState
    advance()
  }

  private mutating func advance() {
    state = state &* Self.multiplier &+ increment
  }

  private mutating func next64() -> UInt64 {
    advance()
    let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let rotation = UInt64(truncatingIfNeeded: state >> 122)
    return folded >> rotation | folded << ((64 - rotation) & 63)
  }

  private mutating func next32() -> UInt32 {
    if let high = pending {
      pending = nil
      return high
    }
    let both = next64()
    pending = UInt32(truncatingIfNeeded: both >> 32)
    return UInt32(truncatingIfNeeded: both)
  }

  /// A number in `0...maximum`, by masked rejection.
  private mutating func next(through maximum: UInt32) -> UInt32 {
    let mask = maximum == 0 ? 0 : UInt32.max >> maximum.leadingZeroBitCount
    while true {
      let candidate = next32() & mask
      if candidate <= maximum { return candidate }
    }
  }

  /// `numpy.random.default_rng(seed).permutation(count)`, for a `count` of at most 2^32.
  ///
  /// Beyond that NumPy draws 64-bit numbers, which this does not.
  static func permutation(count: Int, seed: UInt64) -> [Int] {
    precondition(count >= 0 && count <= 1 << 32, "\(count) elements cannot be permuted.")
    var generator = PermutedCongruentialGenerator(seed: seed)
    var order = Array(0..<count)
    for index in stride(from: count - 1, to: 0, by: -1) {
      let other = Int(generator.next(through: UInt32(truncatingIfNeeded: index)))
      order.swapAt(index, other)
    }
    return order
  }
}

/// NumPy's `SeedSequence` without spawn keys: spreads the entropy of a seed over as many words as are asked for.
private struct SeedSequence {
  private var pool: [UInt32]

  init(entropy: UInt64) {
    var multiplier: UInt32 = 0x43b0_d7e5
    func hash(_ value: UInt32) -> UInt32 {
      var v = value ^ multiplier
      multiplier &*= 0x931e_8875
      v &*= multiplier
      return v ^ v >> 16
    }
    func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
      let v = 0xca01_f9dd &* x &- 0x4973_f715 &* y
      return v ^ v >> 16
    }
    // A missing high word and a zero one hash alike, as in NumPy.
    pool = [
      UInt32(truncatingIfNeeded: entropy), UInt32(truncatingIfNeeded: entropy >> 32), 0, 0,
    ].map(hash)
    for source in 0..<4 {
      for target in 0..<4 where target != source {
        pool[target] = mix(pool[target], hash(pool[source]))
      }
    }
  }

  func words(count: Int) -> [UInt32] {
    var multiplier: UInt32 = 0x8b51_f9dd
    return (0..<count).map { index in
      var v = pool[index % 4] ^ multiplier
      multiplier &*= 0x58f3_8ded
      v &*= multiplier
      return v ^ v >> 16
    }
  }
}
