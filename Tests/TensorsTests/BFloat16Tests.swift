import CKernels
import TestSupport
import Testing

@testable import Tensors

/// The arithmetic of ck_matrix.h for bfloat16 operands, by fused multiply-adds of single numbers.
private enum Definition {
  /// x rounded to the nearest bfloat16 number; if it is subnormal, a zero of its sign.
  static func operand(_ x: Float) -> Float { rounded(flushed(x)) }

  /// x rounded to the nearest bfloat16 number, found between its two neighbours.
  static func rounded(_ x: Float) -> Float {
    guard !x.isNaN else { return .nan }
    let below = Float(bitPattern: x.bitPattern & 0xffff_0000)
    guard below != x, x.isFinite else { return below }
    // The next one away from zero; infinity behind the largest.
    let above = Float(bitPattern: below.bitPattern + 0x1_0000)
    let middle = Double(below) + (above.isFinite ? Double(above) - Double(below) : ulp(below)) / 2
    let (value, half) = (Double(x).magnitude, middle.magnitude)
    if value == half { return below.bitPattern & 0x1_0000 == 0 ? below : above }
    return value < half ? below : above
  }

  private static func ulp(_ x: Float) -> Double { x > 0 ? 0x1p120 : -0x1p120 }

  static func flushed(_ x: Float) -> Float {
    x.magnitude < .leastNormalMagnitude ? Float(signOf: x, magnitudeOf: 0) : x
  }

  /// sum + a b, rounded once; 0 if that were below the smallest normal number after rounding without end of exponents.
  static func adding(_ a: Float, _ b: Float, to sum: Float) -> Float {
    let result = sum.addingProduct(a, b)
    let scaled = (sum * 0x1p24).addingProduct(a * 0x1p24, b)
    return scaled.magnitude < 0x1p-102 ? Float(signOf: result, magnitudeOf: 0) : result
  }

  /// A chain of terms from `start`.
  static func chain(_ a: [Float], _ b: [Float], from start: Float, _ sums: ck_sums) -> Float {
    func adding(_ k: Int, to sum: Float) -> Float {
      k < a.count ? self.adding(operand(a[k]), operand(b[k]), to: sum) : self.adding(0, 0, to: sum)
    }
    if sums == CK_SUMS_IN_PAIRS {
      return stride(from: 0, to: a.count, by: 2).reduce(flushed(start)) { sum, k in
        adding(k, to: adding(k + 1, to: sum))
      }
    }
    return stride(from: 0, to: a.count, by: 32).reduce(flushed(start)) { sum, unit in
      let even = stride(from: unit, to: unit + 32, by: 2).reduce(Float(0)) { adding($1, to: $0) }
      let odd = stride(from: unit + 1, to: unit + 32, by: 2).reduce(Float(0)) { adding($1, to: $0) }
      return flushed(sum + flushed(even + odd))
    }
  }

  /// What becomes of an element c.
  static func element(
    _ a: [Float], _ b: [Float], _ c: Float, _ mode: ck_accumulation, _ sums: ck_sums
  ) -> Float {
    guard mode != CK_CONTINUE else { return chain(a, b, from: c, sums) }
    let sums = stride(from: 0, to: a.count, by: 384).map { k in
      let block = k..<min(k + 384, a.count)
      return chain(Array(a[block]), Array(b[block]), from: 0, sums)
    }
    let all = mode == CK_ADD ? [flushed(c)] + sums : sums
    return all.dropFirst().reduce(all[0]) { flushed($0 + $1) }
  }
}

/// Every way to compute products of bfloat16 operands that this CPU has.
private let allKernels: [(name: String, sums: ck_sums, kernels: ck_matrix_kernels)] =
  [CK_SUMS_IN_PAIRS, CK_SUMS_IN_UNITS].flatMap { sums in
    InstructionSet.available.flatMap { instructionSet in
      [false, true].compactMap { isNative in
        ck_matrix_bfloat16_for(instructionSet.kernelValue, sums, isNative).map {
          let order = sums == CK_SUMS_IN_PAIRS ? "pairs" : "units"
          return (
            "\(order), \(instructionSet.rawValue)\(isNative ? ", native" : "")", sums, $0.pointee
          )
        }
      }
    }
  }

/// Bits, one NaN for all.
private func bits(_ x: Float) -> UInt32 { x.isNaN ? 0x7fc0_0000 : x.bitPattern }

@Suite("bfloat16") struct BFloat16Tests {
  /// Numbers of a kind.
  enum Numbers: String, CaseIterable, CustomTestStringConvertible {
    case usual, anyBits, tiny

    func fill(_ buffer: FloatBuffer, _ random: inout SeededGenerator) {
      for index in 0..<buffer.count {
        let word = UInt32.random(in: 0...UInt32.max, using: &random)
        let head: UInt32 =
          switch self {
          case .usual: 115 + UInt32.random(in: 0..<14, using: &random)
          case .anyBits: (word >> 23) & 255
          // Products and sums become subnormal.
          case .tiny: UInt32.random(in: 58..<68, using: &random)
          }
        buffer.pointer[index] = Float(bitPattern: word & 0x807f_ffff | head << 23)
      }
    }

    var testDescription: String { rawValue }
  }

  private func multiply(
    _ kernels: ck_matrix_kernels, _ a: ck_operand, _ b: ck_operand, into c: FloatBuffer,
    _ shape: (rows: Int, columns: Int, depth: Int), _ mode: ck_accumulation
  ) {
    let scratch = FloatBuffer(count: kernels.scratch_bytes / MemoryLayout<Float>.stride)
    kernels.multiply(
      c.pointer, shape.columns, a, b, shape.rows, shape.columns, shape.depth, mode,
      scratch.pointer)
  }

  @Test(
    "products have the bits of their definition, whatever computes them",
    arguments: [
      (1, 1, 1), (2, 17, 2), (5, 31, 3), (6, 16, 33), (13, 33, 7), (15, 3, 385), (85, 18, 31),
      (4, 385, 5), (3, 5, 770), (70, 70, 34), (33, 801, 2),
    ], Numbers.allCases)
  func products(shape: (Int, Int, Int), numbers: Numbers) {
    let (rows, columns, depth) = shape
    var random = SeededGenerator(seed: 1)
    for transposed in [(false, false), (false, true), (true, false), (true, true)] {
      let (left, right) = (FloatBuffer(count: rows * depth), FloatBuffer(count: depth * columns))
      let before = FloatBuffer(count: rows * columns)
      numbers.fill(left, &random)
      numbers.fill(right, &random)
      numbers.fill(before, &random)
      let a = ck_operand(
        elements: left.pointer, stride: transposed.0 ? rows : depth,
        is_transposed: transposed.0, is_bfloat16: false)
      let b = ck_operand(
        elements: right.pointer, stride: transposed.1 ? depth : columns,
        is_transposed: transposed.1, is_bfloat16: false)
      let aRows = (0..<rows).map { row in
        (0..<depth).map { left.pointer[transposed.0 ? $0 * rows + row : row * depth + $0] }
      }
      let bColumns = (0..<columns).map { column in
        (0..<depth).map {
          right.pointer[transposed.1 ? column * depth + $0 : $0 * columns + column]
        }
      }
      for mode in [CK_REPLACE, CK_ADD, CK_CONTINUE] {
        for sums in [CK_SUMS_IN_PAIRS, CK_SUMS_IN_UNITS] {
          let expected = (0..<rows * columns).map { index in
            bits(
              Definition.element(
                aRows[index / columns], bColumns[index % columns], before.pointer[index], mode, sums
              ))
          }
          for (name, _, kernels) in allKernels.filter({ $0.sums == sums }) {
            let out = FloatBuffer(count: rows * columns)
            out.pointer.update(from: before.pointer, count: before.count)
            multiply(kernels, a, b, into: out, (rows, columns, depth), mode)
            #expect(out.elements.map(bits) == expected, "\(name)")
          }
        }
      }
    }
  }

  /// Zeros, the smallest and largest numbers, subnormal ones, infinity, NaN, and some whose products are near the ends.
  private static let edges: [UInt32] = [
    0x0000, 0x8000, 0x0001, 0x807f, 0x0080, 0x80ff, 0x2000, 0xa07f, 0x3f80, 0xbf81, 0x5f7f,
    0xdf00, 0x7f7f, 0xff80, 0x7fc0,
  ]

  @Test("two terms have the bits of their definition for all pairs of edge cases")
  func edgeCases() {
    let numbers = Self.edges.map { Float(bitPattern: $0 << 16) }
    let count = numbers.count * numbers.count
    let pairs = FloatBuffer(count: 2 * count)
    for index in 0..<count {
      pairs.pointer[2 * index] = numbers[index / numbers.count]
      pairs.pointer[2 * index + 1] = numbers[index % numbers.count]
    }
    let a = ck_operand(
      elements: pairs.pointer, stride: 2, is_transposed: false, is_bfloat16: false)
    var b = a
    b.is_transposed = true
    for start: UInt32 in [0, 0x8000_0000, 1, 0x0080_0000, 0x8080_0001, 0x3f80_0001, 0xff7f_ffff] {
      let c = Float(bitPattern: start)
      for sums in [CK_SUMS_IN_PAIRS, CK_SUMS_IN_UNITS] {
        let expected = (0..<count * count).map { index in
          let (i, j) = (2 * (index / count), 2 * (index % count))
          return bits(
            Definition.chain(
              [pairs.pointer[i], pairs.pointer[i + 1]], [pairs.pointer[j], pairs.pointer[j + 1]],
              from: c, sums))
        }
        for (name, _, kernels) in allKernels.filter({ $0.sums == sums }) {
          let out = FloatBuffer(count: count * count)
          out.elements.update(repeating: c)
          multiply(kernels, a, b, into: out, (count, count, 2), CK_CONTINUE)
          #expect(out.elements.map(bits) == expected, "\(name), from \(c)")
        }
      }
    }
  }

  @Test(
    "an operand that is subnormal is 0, also where the nearest bfloat16 number is none",
    arguments: [
      UInt32(0x007f_ffff), 0x807f_8000, 0x0080_0000, 0x80ff_ffff, 0x7f7f_ffff, 0xff7f_7fff,
    ])
  func operands(pattern: UInt32) {
    let x = Float(bitPattern: pattern)
    // Long enough for whole vectors, along rows and across them.
    let (left, right) = (FloatBuffer(count: 48 * 48), FloatBuffer(count: 48 * 48))
    for index in 0..<48 { left.pointer[index * 48 + index] = x }
    right.elements.update(repeating: 0x1p10)
    for isTransposed in [false, true] {
      let a = ck_operand(
        elements: left.pointer, stride: 48, is_transposed: isTransposed, is_bfloat16: false)
      let b = ck_operand(
        elements: right.pointer, stride: 48, is_transposed: isTransposed, is_bfloat16: false)
      let expected = 0 + Definition.operand(x) * 0x1p10
      for (name, _, kernels) in allKernels {
        let out = FloatBuffer(count: 48 * 48)
        multiply(kernels, a, b, into: out, (48, 48, 48), CK_REPLACE)
        #expect(out.elements.allSatisfy { bits($0) == bits(expected) }, "\(name)")
      }
    }
  }

  @Test(
    "what would round to the smallest normal number is 0 if it is less without end of exponents",
    arguments: [
      // 2^-126 less 2^-150, less 2^-151 and less a little more than that.
      (Float(0x1p-75), Float(0)), (0x1p-76, 0x1p-126), (0x1.02p-76, 0),
    ])
  func tininess(factor: Float, expected: Float) {
    let (left, right) = (FloatBuffer(count: 1), FloatBuffer(count: 1))
    (left.pointer[0], right.pointer[0]) = (-factor, 0x1p-75)
    let one = ck_operand(
      elements: left.pointer, stride: 1, is_transposed: false, is_bfloat16: false)
    var other = one
    other.elements = UnsafeRawPointer(right.pointer)
    // In units the product is rounded before it is added, and all of these to 0.
    for (name, sums, kernels) in allKernels {
      let out = FloatBuffer(count: 1)
      out.pointer[0] = 0x1p-126
      multiply(kernels, one, other, into: out, (1, 1, 1), CK_CONTINUE)
      #expect(out.pointer[0] == (sums == CK_SUMS_IN_PAIRS ? expected : 0x1p-126), "\(name)")
    }
  }

  @Test("products do not change how the thread computes with subnormal numbers")
  func processorMode() {
    let (left, out) = (FloatBuffer(count: 1), FloatBuffer(count: 1))
    let one = ck_operand(
      elements: left.pointer, stride: 1, is_transposed: false, is_bfloat16: false)
    for (name, _, kernels) in allKernels {
      multiply(kernels, one, one, into: out, (1, 1, 1), CK_REPLACE)
      left.pointer[0] = .leastNormalMagnitude
      left.pointer[0] /= 2
      #expect(left.pointer[0] != 0, "\(name)")
    }
  }

  @Test(
    "products have the same bits for one, two, three and eight threads",
    arguments: [Numerics.portable, .amx])
  func threadCountDoesNotMatter(numerics: Numerics) {
    let (rows, columns, depth) = (613, 1100, 97)
    let left = pseudorandomBuffer(rows * depth, seed: 1)
    let right = pseudorandomBuffer(columns * depth, seed: 2)
    let results = [1, 2, 3, 8].map { threads in
      let out = FloatBuffer(count: rows * columns)
      MatrixProduct(numerics, of: .bfloat16).multiply(
        Matrix(left.pointer, rows: rows, columns: depth),
        Matrix(right.pointer, rows: columns, columns: depth), transposingB: true,
        into: Matrix(out.pointer, rows: rows, columns: columns), threads: threads)
      return out.elements.map(\.bitPattern)
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test("numbers are rounded to the nearest, to the even one in the middle")
  func rounding() {
    var numbers: [Float] = []
    for head in UInt32(0)...0xffff {
      let low = head &* 2_654_435_761 >> 16
      for tail in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, low] {
        numbers.append(Float(bitPattern: head << 16 | tail))
      }
    }
    let expected = numbers.map { bits(Definition.rounded($0)) }
    for isa in InstructionSet.available.map(\.kernelValue) {
      guard let kernels = ck_vector_for(isa)?.pointee else { continue }
      var found = numbers
      kernels.round_bfloat16(&found, found.count)
      #expect(found.map(bits) == expected)
    }
    let buffer = FloatBuffer(count: numbers.count)
    _ = buffer.elements.update(fromContentsOf: numbers)
    buffer.roundToBFloat16(threads: 3)
    #expect(buffer.elements.map(bits) == expected)
  }
}
