import CKernels
import Glibc
import Testing

@testable import Tensors

/// A buffer of numbers in -1 ..< 1 that depend on `seed` alone.
func pseudorandomBuffer(_ count: Int, seed: UInt64) -> FloatBuffer {
  let buffer = FloatBuffer(count: count)
  var state = seed
  for index in 0..<count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    buffer.pointer[index] = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }
  return buffer
}

@Suite("Matrix products") struct MatrixProductTests {
  /// Operands of a product and where it goes, in row-major buffers of their own.
  private struct Operands {
    let (rows, columns, depth): (Int, Int, Int)
    let transposingA: Bool
    let transposingB: Bool
    let left: FloatBuffer
    let right: FloatBuffer

    init(_ shape: (Int, Int, Int), transposed: (Bool, Bool) = (false, false)) {
      (rows, columns, depth) = shape
      (transposingA, transposingB) = transposed
      left = pseudorandomBuffer(rows * depth, seed: 1)
      right = pseudorandomBuffer(depth * columns, seed: 2)
    }

    var a: Matrix {
      Matrix(
        left.pointer, rows: transposingA ? depth : rows, columns: transposingA ? rows : depth)
    }
    var b: Matrix {
      Matrix(
        right.pointer, rows: transposingB ? columns : depth,
        columns: transposingB ? depth : columns)
    }
    func left(_ row: Int, _ k: Int) -> Float {
      left.pointer[transposingA ? k * rows + row : row * depth + k]
    }
    func right(_ k: Int, _ column: Int) -> Float {
      right.pointer[transposingB ? column * depth + k : k * columns + column]
    }

    /// The product on top of what `out` holds.
    func multiply(
      into out: FloatBuffer, _ accumulation: MatrixProduct.Accumulation = .replacing,
      numerics: Numerics = .portable, threads: Int = 2
    ) {
      MatrixProduct(numerics).multiply(
        a, transposingA: transposingA, b, transposingB: transposingB,
        into: Matrix(out.pointer, rows: rows, columns: columns), accumulation: accumulation,
        threads: threads)
    }

    func product(numerics: Numerics = .portable, threads: Int = 2) -> [UInt32] {
      let out = FloatBuffer(count: rows * columns)
      multiply(into: out, numerics: numerics, threads: threads)
      return out.elements.map(\.bitPattern)
    }
  }

  @Test(
    "equal a sum in double precision, whichever operand is transposed, with and without accumulation",
    arguments: [
      (1, 1, 1), (3, 5, 7), (17, 33, 16), (130, 70, 40), (700, 600, 64), (15, 40, 800),
      (400, 40, 500),
    ],
    [(false, false), (false, true), (true, false), (true, true)])
  func matchReference(shape: (Int, Int, Int), transposed: (Bool, Bool)) {
    let operands = Operands(shape, transposed: transposed)
    let (rows, columns, depth) = shape
    for numerics in Numerics.allCases {
      let out = FloatBuffer(count: rows * columns)
      for (pass, accumulation) in [(1, MatrixProduct.Accumulation.replacing), (2, .adding)] {
        operands.multiply(into: out, accumulation, numerics: numerics)
        // Each product's error is bounded by depth * epsilon * sum |a b| <= depth^2 * 2^-24.
        let tolerance = Double(pass * depth * depth) * 0x1p-24 + 1e-7
        for (row, column) in [(0, 0), (rows - 1, columns - 1), (rows / 2, columns / 3)] {
          let sum = (0..<depth).reduce(0.0) {
            $0 + Double(operands.left(row, $1)) * Double(operands.right($1, column))
          }
          let found = Double(out.pointer[row * columns + column])
          #expect(abs(found - Double(pass) * sum) <= tolerance)
        }
      }
    }
  }

  @Test(
    "are chains of fused multiply-adds over 384 terms each, whose sums are added in order",
    arguments: [
      (1, 1, 1), (5, 83, 400), (15, 33, 383), (14, 32, 384), (13, 31, 385), (29, 65, 1000),
      (2, 800, 1600),
    ],
    [(false, false), (false, true), (true, false), (true, true)])
  func exactOrder(shape: (Int, Int, Int), transposed: (Bool, Bool)) {
    let operands = Operands(shape, transposed: transposed)
    let (rows, columns, depth) = shape
    func chain(_ terms: Range<Int>, from start: Float, _ row: Int, _ column: Int) -> Float {
      terms.reduce(start) { sum, k in
        sum.addingProduct(operands.left(row, k), operands.right(k, column))
      }
    }
    func blocks(_ row: Int, _ column: Int) -> [Float] {
      stride(from: 0, to: depth, by: 384).map {
        chain($0..<min($0 + 384, depth), from: 0, row, column)
      }
    }
    let (replaced, added, continued) = (
      FloatBuffer(count: rows * columns), pseudorandomBuffer(rows * columns, seed: 3),
      pseudorandomBuffer(rows * columns, seed: 3)
    )
    let before = Array(added.elements)
    operands.multiply(into: replaced)
    operands.multiply(into: added, .adding)
    operands.multiply(into: continued, .continuing)
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * columns + column
        let sums = blocks(row, column)
        #expect(replaced.pointer[index] == sums.dropFirst().reduce(sums[0], +))
        #expect(added.pointer[index] == sums.reduce(before[index], +))
        #expect(
          continued.pointer[index] == chain(0..<depth, from: before[index], row, column))
      }
    }
  }

  @Test(
    "have the same bits with every instruction set, of a transposed operand also where it is copied",
    arguments: [(15, 49, 400), (3, 16, 20), (5, 83, 400), (400, 40, 500)],
    [(false, false), (false, true), (true, false), (true, true)])
  func instructionSetDoesNotMatter(shape: (Int, Int, Int), transposed: (Bool, Bool)) {
    let operands = Operands(shape, transposed: transposed)
    let expected = operands.product()
    for isa in InstructionSet.available.map(\.kernelValue) {
      guard let kernels = ck_matrix_for(isa)?.pointee else { continue }
      let out = FloatBuffer(count: shape.0 * shape.1)
      let scratch = FloatBuffer(count: kernels.scratch_bytes / MemoryLayout<Float>.stride)
      kernels.multiply(
        out.pointer, shape.1,
        ck_operand(
          elements: operands.a.pointer, stride: operands.a.stride, is_transposed: transposed.0,
          is_bfloat16: false),
        ck_operand(
          elements: operands.b.pointer, stride: operands.b.stride, is_transposed: transposed.1,
          is_bfloat16: false),
        shape.0, shape.1, shape.2, CK_REPLACE, scratch.pointer)
      #expect(out.elements.map(\.bitPattern) == expected)
    }
  }

  @Test(
    "have the bits of the same numbers in fp32 where weights are bfloat16",
    arguments: [(15, 49, 401), (1, 16, 20), (5, 83, 400), (400, 40, 500), (7, 1, 1)])
  func storedWeights(shape: (Int, Int, Int)) {
    let operands = Operands(shape, transposed: (false, true))
    let (weights, count) = (operands.right, operands.right.count)
    // Signs, subnormal numbers and infinity.
    for (index, bits) in [0x8000, 0x0001, 0x7f80].enumerated() where index < count {
      weights.pointer[count - 1 - index] = Float(bitPattern: UInt32(bits) << 16)
    }
    let stored = ByteBuffer(count: 2 * count)
    for index in 0..<count {
      let bits = weights.pointer[index].bitPattern & 0xffff_0000
      weights.pointer[index] = Float(bitPattern: bits)
      stored.bytes.storeBytes(
        of: UInt16(truncatingIfNeeded: bits >> 16), toByteOffset: 2 * index, as: UInt16.self)
    }
    let expected = operands.product()
    let b = StoredMatrix(stored.address, .bfloat16, rows: shape.1, columns: shape.2)
    let out = FloatBuffer(count: shape.0 * shape.1)
    for numerics in Numerics.allCases where numerics.isAvailable {
      MatrixProduct(numerics).multiply(
        operands.a, transposing: b, into: Matrix(out.pointer, rows: shape.0, columns: shape.1),
        threads: 2)
      let found = out.elements.map(\.bitPattern)
      #expect(found == (numerics.isPortable ? expected : operands.product(numerics: numerics)))
    }
    for isa in InstructionSet.available.map(\.kernelValue) {
      guard let kernels = ck_matrix_for(isa)?.pointee else { continue }
      let scratch = FloatBuffer(count: kernels.scratch_bytes / MemoryLayout<Float>.stride)
      kernels.multiply(
        out.pointer, shape.1,
        ck_operand(
          elements: operands.a.pointer, stride: shape.2, is_transposed: false, is_bfloat16: false),
        ck_operand(
          elements: stored.address, stride: shape.2, is_transposed: true, is_bfloat16: true),
        shape.0, shape.1, shape.2, CK_REPLACE, scratch.pointer)
      #expect(out.elements.map(\.bitPattern) == expected)
    }
  }

  @Test(
    "have the same bits for every number of threads", arguments: Numerics.allCases,
    [(613, 1100, 96), (400, 160, 96), (5, 1153, 96), (2000, 31, 96)])
  func threadCountDoesNotMatter(numerics: Numerics, shape: (Int, Int, Int)) {
    let operands = Operands(shape, transposed: (false, true))
    let expected = operands.product(numerics: numerics, threads: 1)
    for threads in [2, 3, 8, 16, 64, 200] {
      #expect(operands.product(numerics: numerics, threads: threads) == expected)
    }
  }

  @Test("give each row the bits that it has alone", arguments: [1, 13, 14, 15, 100])
  func rowsAreIndependent(rows: Int) {
    let operands = Operands((rows, 70, 500), transposed: (false, true))
    let whole = operands.product()
    for row in 0..<rows {
      let alone = FloatBuffer(count: 70)
      MatrixProduct(.portable).multiply(
        Matrix(operands.left.pointer + row * 500, rows: 1, columns: 500), operands.b,
        transposingB: true, into: Matrix(alone.pointer, rows: 1, columns: 70), threads: 1)
      #expect(alone.elements.map(\.bitPattern).elementsEqual(whole[row * 70..<(row + 1) * 70]))
    }
  }

  @Test("give each column the bits that it has among fewer", arguments: [false, true])
  func columnsAreIndependent(transposingRight: Bool) {
    // Wide, long and deep enough for a to be packed in several parts that all tiles share.
    let (rows, columns, depth) = (1030, 800, 1600)
    let operands = Operands((rows, columns, depth), transposed: (false, transposingRight))
    let whole = FloatBuffer(count: rows * columns)
    operands.multiply(into: whole, threads: 3)
    let parts = FloatBuffer(count: rows * columns)
    for start in stride(from: 0, to: columns, by: 160) {
      let range = start..<start + 160
      MatrixProduct(.portable).multiply(
        operands.a, transposingRight ? operands.b.rows(range) : operands.b.columns(range),
        transposingB: transposingRight,
        into: Matrix(parts.pointer, rows: rows, columns: columns).columns(range), threads: 2)
    }
    #expect(memcmp(whole.pointer, parts.pointer, rows * columns * 4) == 0)
  }

  @Test("without terms clear what they replace, and leave what they add to")
  func noTerms() {
    let operands = Operands((3, 5, 0))
    let out = pseudorandomBuffer(15, seed: 4)
    let before = Array(out.elements)
    operands.multiply(into: out, .adding)
    #expect(out.elements.elementsEqual(before))
    operands.multiply(into: out)
    #expect(out.elements.allSatisfy { $0 == 0 })
  }

  @Test("write nothing beside the elements of the result")
  func staysInside() {
    let operands = Operands((5, 7, 11))
    let out = pseudorandomBuffer(9 * 12, seed: 5)
    let before = Array(out.elements)
    MatrixProduct(.portable).multiply(
      operands.a, operands.b,
      into: Matrix(out.pointer + 2 * 12 + 3, rows: 5, columns: 7, stride: 12), threads: 1)
    for row in 0..<9 {
      for column in 0..<12 where !((2..<7).contains(row) && (3..<10).contains(column)) {
        #expect(out.pointer[row * 12 + column] == before[row * 12 + column])
      }
    }
  }
}
