/// Widening of 16-bit floating-point numbers, exact in fp32.
package enum HalfPrecision {
  /// The value of an IEEE 754 binary16 number given by its bits.
  ///
  /// The exponent is moved by a multiplication with 2^112, which also normalises subnormal numbers; without a
  /// branch or a call, so that loops over it become vector code.
  @inlinable @inline(__always)
  package static func value(ofFloat16 bits: UInt16) -> Float {
    let magnitude = UInt32(truncatingIfNeeded: bits & 0x7fff) &<< 13
    let sign = UInt32(truncatingIfNeeded: bits & 0x8000) &<< 16
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    // Infinity and NaN have the largest exponent in both formats.
    let isFinite = magnitude < 0x0f80_0000
    return Float(bitPattern: (isFinite ? scaled : magnitude | 0x7f80_0000) | sign)
  }

  /// Widens `count` little-endian binary16 numbers.
  package static func widen(
    float16 source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      target[index] = value(
        ofFloat16: source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
    }
  }

  /// Widens `count` little-endian bfloat16 numbers.
  package static func widen(
    bfloat16 source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      let bits = source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
      target[index] = Float(bitPattern: UInt32(truncatingIfNeeded: bits) &<< 16)
    }
  }
}
