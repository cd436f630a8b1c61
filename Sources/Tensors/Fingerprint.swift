/// A 64-bit fingerprint of bytes, the same on every platform of one byte order, at the speed of memory.
///
/// Tells an accidental difference from none, with one chance in 2^64 of missing it; it is no protection against
/// somebody who wants to be missed. Four lanes take every fourth 64-bit word; each step of a lane is a bijection of the
/// word for a given state and of the state for a given word, so that a single changed word always changes the result.
package struct Fingerprint: Sendable, Hashable {
  /// The fingerprint.
  package let value: UInt64

  /// Takes a value that was stored.
  package init(value: UInt64) { self.value = value }

  /// The fingerprint of bytes.
  package init(of bytes: UnsafeRawBufferPointer) {
    var lanes: (UInt64, UInt64, UInt64, UInt64) = (
      0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93
    )
    let blocks = bytes.count / 32
    for block in 0..<blocks {
      let start = block * 32
      func word(_ index: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self)
      }
      lanes.0 = Self.step(lanes.0, word(0))
      lanes.1 = Self.step(lanes.1, word(1))
      lanes.2 = Self.step(lanes.2, word(2))
      lanes.3 = Self.step(lanes.3, word(3))
    }
    var result = Self.finish(lanes.0)
    for lane in [lanes.1, lanes.2, lanes.3] {
      result = Self.finish(result ^ lane &* Self.multiplier)
    }
    var (tail, shift) = (UInt64(0), UInt64(0))
    for offset in blocks * 32..<bytes.count {
      tail |= UInt64(bytes[offset]) << shift
      shift += 8
      if shift == 64 {
        result = Self.finish(result ^ tail)
        (tail, shift) = (0, 0)
      }
    }
    result = Self.finish(result ^ tail)
    value = Self.finish(result &+ UInt64(bytes.count))
  }

  /// The fingerprints of `count` rows of the same size that lie side by side.
  package static func ofRows(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Fingerprint] {
    guard count > 0 else { return [] }
    let size = bytes.count / count
    return (0..<count).map {
      Fingerprint(of: UnsafeRawBufferPointer(rebasing: bytes[$0 * size..<($0 + 1) * size]))
    }
  }

  /// The fingerprint of a sequence that goes on with a word; the empty sequence has 0.
  package func appending(_ word: UInt64) -> Fingerprint {
    Fingerprint(value: Self.finish(Self.step(value ^ 0x9E37_79B9_7F4A_7C15, word)))
  }

  private static let multiplier: UInt64 = 0xD131_0BA6_98DF_B5AD

  private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let mixed = (state ^ word) &* multiplier
    return mixed ^ mixed >> 29
  }

  /// Spreads every bit over all others (the finalizer of SplitMix64).
  private static func finish(_ state: UInt64) -> UInt64 {
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
