import Tensors

/// Decoders of ggml's quantised blocks, with the operations and roundings of `ggml-quants.c`.
///
/// Each takes the first byte of the first block, the number of blocks and where the elements go. In the layouts below
/// `d`, `m` and `dmin` are binary16 numbers, lower nibbles come first, and bytes are in the order of the file.
enum BlockDecoding {
  /// 32 elements: d, 16 bytes of nibbles; (q - 8) d.
  static func q4v0(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 18
      let output = target + block &* 32
      let d = half(bytes)
      let nibbles = (bytes + 2).assumingMemoryBound(to: UInt8.self)
      for index in 0..<16 {
        output[index] = d * Float(Int32(nibbles[index] & 0x0f) &- 8)
        output[index &+ 16] = d * Float(Int32(nibbles[index] &>> 4) &- 8)
      }
    }
  }

  /// 32 elements: d, m, 16 bytes of nibbles; q d + m.
  static func q4v1(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 20
      let output = target + block &* 32
      let d = half(bytes)
      let m = half(bytes + 2)
      let nibbles = (bytes + 4).assumingMemoryBound(to: UInt8.self)
      for index in 0..<16 {
        output[index] = d * Float(Int32(nibbles[index] & 0x0f)) + m
        output[index &+ 16] = d * Float(Int32(nibbles[index] &>> 4)) + m
      }
    }
  }

  /// 32 elements: d, 32 fifth bits, 16 bytes of nibbles; (q - 16) d.
  static func q5v0(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 22
      let output = target + block &* 32
      let d = half(bytes)
      let fifthBits = bytes.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
      let nibbles = (bytes + 6).assumingMemoryBound(to: UInt8.self)
      for index in 0..<16 {
        let low = Int32(nibbles[index] & 0x0f) | fifthBit(fifthBits, index)
        let high = Int32(nibbles[index] &>> 4) | fifthBit(fifthBits, index &+ 16)
        output[index] = d * Float(low &- 16)
        output[index &+ 16] = d * Float(high &- 16)
      }
    }
  }

  /// 32 elements: d, m, 32 fifth bits, 16 bytes of nibbles; q d + m.
  static func q5v1(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 24
      let output = target + block &* 32
      let d = half(bytes)
      let m = half(bytes + 2)
      let fifthBits = bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
      let nibbles = (bytes + 8).assumingMemoryBound(to: UInt8.self)
      for index in 0..<16 {
        let low = Int32(nibbles[index] & 0x0f) | fifthBit(fifthBits, index)
        let high = Int32(nibbles[index] &>> 4) | fifthBit(fifthBits, index &+ 16)
        output[index] = d * Float(low) + m
        output[index &+ 16] = d * Float(high) + m
      }
    }
  }

  /// 32 elements: d, 32 signed bytes; q d.
  static func q8v0(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 34
      let output = target + block &* 32
      let d = half(bytes)
      let quants = (bytes + 2).assumingMemoryBound(to: Int8.self)
      for index in 0..<32 {
        output[index] = Float(Int32(quants[index])) * d
      }
    }
  }

  /// 256 elements: d, dmin, 12 bytes of eight 6-bit scales and minima, 128 bytes of nibbles; (d sc) q - (dmin m).
  static func q4k(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 144
      let d = half(bytes)
      let dmin = half(bytes + 2)
      let scales = (bytes + 4).assumingMemoryBound(to: UInt8.self)
      // Each 32 bytes hold 32 elements of one group in their lower and 32 of the next in their upper nibbles.
      for group in 0..<8 {
        let (scale, minimum) = scaleAndMinimum(scales, group)
        let groupScale = d * scale
        let groupMinimum = dmin * minimum
        let nibbles = (bytes + 16 + (group &>> 1) &* 32).assumingMemoryBound(to: UInt8.self)
        let shift = UInt8(truncatingIfNeeded: (group & 1) &* 4)
        let output = target + block &* 256 + group &* 32
        for index in 0..<32 {
          let quant = Int32((nibbles[index] &>> shift) & 0x0f)
          output[index] = groupScale * Float(quant) - groupMinimum
        }
      }
    }
  }

  /// 256 elements: as ``q4k`` with 32 bytes of fifth bits before the nibbles; bit g of a byte belongs to group g.
  static func q5k(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 176
      let d = half(bytes)
      let dmin = half(bytes + 2)
      let scales = (bytes + 4).assumingMemoryBound(to: UInt8.self)
      let fifthBits = (bytes + 16).assumingMemoryBound(to: UInt8.self)
      for group in 0..<8 {
        let (scale, minimum) = scaleAndMinimum(scales, group)
        let groupScale = d * scale
        let groupMinimum = dmin * minimum
        let nibbles = (bytes + 48 + (group &>> 1) &* 32).assumingMemoryBound(to: UInt8.self)
        let shift = UInt8(truncatingIfNeeded: (group & 1) &* 4)
        let bit = UInt8(truncatingIfNeeded: group)
        let output = target + block &* 256 + group &* 32
        for index in 0..<32 {
          let fifth = ((fifthBits[index] &>> bit) & 1) &<< 4
          let quant = Int32((nibbles[index] &>> shift) & 0x0f | fifth)
          output[index] = groupScale * Float(quant) - groupMinimum
        }
      }
    }
  }

  /// 256 elements: 128 bytes of nibbles, 64 bytes of upper bit pairs, 16 signed scales, d; (d sc) (q - 32).
  static func q6k(
    _ source: UnsafeRawPointer, _ blocks: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let bytes = source + block &* 210
      let scales = (bytes + 192).assumingMemoryBound(to: Int8.self)
      let d = half(bytes + 208)
      // Each half of the block: 64 bytes of nibbles and 32 bytes of bit pairs for four groups of 32 elements.
      for group in 0..<8 {
        let side = group &>> 2
        let part = group & 3
        let nibbles = (bytes + side &* 64 + (part & 1) &* 32).assumingMemoryBound(to: UInt8.self)
        let pairs = (bytes + 128 + side &* 32).assumingMemoryBound(to: UInt8.self)
        let nibbleShift = UInt8(truncatingIfNeeded: (part &>> 1) &* 4)
        let pairShift = UInt8(truncatingIfNeeded: part &* 2)
        let output = target + block &* 256 + group &* 32
        let firstScale = d * Float(Int32(scales[group &* 2]))
        let secondScale = d * Float(Int32(scales[group &* 2 &+ 1]))
        for index in 0..<16 {
          let upper = ((pairs[index] &>> pairShift) & 3) &<< 4
          let quant = Int32((nibbles[index] &>> nibbleShift) & 0x0f | upper) &- 32
          output[index] = firstScale * Float(quant)
        }
        for index in 16..<32 {
          let upper = ((pairs[index] &>> pairShift) & 3) &<< 4
          let quant = Int32((nibbles[index] &>> nibbleShift) & 0x0f | upper) &- 32
          output[index] = secondScale * Float(quant)
        }
      }
    }
  }

  @inline(__always)
  private static func half(_ source: UnsafeRawPointer) -> Float {
    HalfPrecision.value(ofFloat16: source.loadUnaligned(as: UInt16.self))
  }

  @inline(__always)
  private static func fifthBit(_ bits: UInt32, _ index: Int) -> Int32 {
    Int32(truncatingIfNeeded: ((bits &>> UInt32(truncatingIfNeeded: index)) & 1) &<< 4)
  }

  /// The 6-bit scale and minimum of a group: the first four groups' in one byte each, the others' in split bytes.
  @inline(__always)
  private static func scaleAndMinimum(
    _ packed: UnsafePointer<UInt8>, _ group: Int
  ) -> (Float, Float) {
    let scale: UInt8
    let minimum: UInt8
    if group < 4 {
      scale = packed[group] & 0x3f
      minimum = packed[group &+ 4] & 0x3f
    } else {
      scale = packed[group &+ 4] & 0x0f | (packed[group &- 4] &>> 6) &<< 4
      minimum = packed[group &+ 4] &>> 4 | (packed[group] &>> 6) &<< 4
    }
    return (Float(Int32(scale)), Float(Int32(minimum)))
  }
}
