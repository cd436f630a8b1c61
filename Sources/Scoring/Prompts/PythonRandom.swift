import Foundation

/// CPython's `random.Random`, as far as few-shot sampling and langdetect need it: the same seed draws the same numbers.
///
/// Source: MT19937 (Matsumoto and Nishimura, 1998) with `init_by_array` seeding, and `Lib/random.py` of CPython 3.11.
package struct PythonRandom {
  private static let size = 624
  private static let middle = 397
  private var state: [UInt32]
  private var position = Self.size
  private var nextGauss: Double?

  /// The generator that `random.Random(seed)` makes.
  package init(seed: UInt32) {
    state = [19_650_218]
    state.reserveCapacity(Self.size)
    for index in 1..<Self.size {
      let previous = state[index - 1]
      state.append(1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index))
    }
    // init_by_array with the one-word key [seed].
    var index = 1
    for _ in 0..<Self.size {
      let previous = state[index - 1]
      state[index] = (state[index] ^ ((previous ^ (previous >> 30)) &* 1_664_525)) &+ seed
      advance(&index)
    }
    for _ in 0..<Self.size - 1 {
      let previous = state[index - 1]
      state[index] =
        (state[index] ^ ((previous ^ (previous >> 30)) &* 1_566_083_941)) &- UInt32(index)
      advance(&index)
    }
    state[0] = 0x8000_0000
  }

  /// `getrandbits(count)`, for 1 to 32 bits.
  mutating func bits(_ count: Int) -> UInt32 { nextWord() >> UInt32(32 - count) }

  /// `_randbelow(bound)`: uniform in `0..<bound`; `bound` is at least 1 and below 2 to the 32.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound >= 1 && bound <= UInt32.max, "A bound of \(bound) is outside 1..<2^32.")
    let bitCount = Int.bitWidth - bound.leadingZeroBitCount
    while true {
      let value = Int(bits(bitCount))
      if value < bound { return value }
    }
  }

  /// `sample(range(population), count)`: distinct positions, in the order drawn.
  package mutating func sample(_ count: Int, from population: Int) -> [Int] {
    precondition(
      count >= 0 && count <= population,
      "A sample of \(count) cannot be drawn from \(population) positions.")
    // CPython copies the population when that is smaller than the set it would need.
    var setSize = 21
    if count > 5 {
      var power = 1
      while power < 3 * count { power *= 4 }
      setSize += power
    }
    var result: [Int] = []
    result.reserveCapacity(count)
    if population <= setSize {
      var pool = Array(0..<population)
      for drawn in 0..<count {
        let index = below(population - drawn)
        result.append(pool[index])
        pool[index] = pool[population - drawn - 1]
      }
    } else {
      var taken: Set<Int> = []
      while result.count < count {
        let index = below(population)
        if taken.insert(index).inserted { result.append(index) }
      }
    }
    return result
  }

  /// `random()`: uniform in 0 to 1, 1 excluded, with 53 random bits.
  mutating func random() -> Double {
    let high = Double(nextWord() >> 5)
    let low = Double(nextWord() >> 6)
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /// `gauss(0.0, 1.0)`: a draw from the standard normal distribution; every other one is left over from the one before.
  mutating func gauss() -> Double {
    if let gauss = nextGauss {
      nextGauss = nil
      return gauss
    }
    let angle = random() * (2 * Double.pi)
    let radius = (-2 * log(1 - random())).squareRoot()
    nextGauss = sin(angle) * radius
    return cos(angle) * radius
  }

  private mutating func advance(_ index: inout Int) {
    index += 1
    if index == Self.size {
      state[0] = state[Self.size - 1]
      index = 1
    }
  }

  private mutating func nextWord() -> UInt32 {
    if position == Self.size { regenerate() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  private mutating func regenerate() {
    for index in 0..<Self.size {
      let next = state[(index + 1) % Self.size]
      let word = (state[index] & 0x8000_0000) | (next & 0x7FFF_FFFF)
      let twist: UInt32 = word & 1 == 0 ? 0 : 0x9908_B0DF
      state[index] = state[(index + Self.middle) % Self.size] ^ (word >> 1) ^ twist
    }
    position = 0
  }
}
