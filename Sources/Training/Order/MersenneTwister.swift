/// MT19937, PyTorch's CPU generator.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); aten/src/ATen/core/MT19937RNGEngine.h.
struct MersenneTwister {
  private var state: [UInt32]
  private var position: Int

  /// Seeds the generator as `torch.Generator.manual_seed` does: only the low 32 bits of the seed count.
  init(seed: UInt64) {
    state = [UInt32(truncatingIfNeeded: seed)]
    for index in 1..<624 {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(index))
    }
    position = 624
  }

  /// The next 32 bits.
  mutating func next() -> UInt32 {
    if position == 624 { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9d2c_5680
    y ^= y << 15 & 0xefc6_0000
    return y ^ y >> 18
  }

  private mutating func refill() {
    for index in 0..<624 {
      let y = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7fff_ffff
      state[index] = state[(index + 397) % 624] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    position = 0
  }

  /// `torch.randperm(count)` with a generator seeded by `seed`, for a `count` below (2^32 - 1) / 20.
  ///
  /// From there on PyTorch draws 64-bit numbers, which this does not.
  static func permutation(count: Int, seed: UInt64) -> [Int] {
    precondition(
      count >= 0 && count < Int(UInt32.max) / 20, "\(count) elements cannot be permuted.")
    var generator = MersenneTwister(seed: seed)
    var order = Array(0..<count)
    for index in 0..<max(count - 1, 0) {
      let distance = Int(generator.next()) % (count - index)
      order.swapAt(index, index + distance)
    }
    return order
  }
}
