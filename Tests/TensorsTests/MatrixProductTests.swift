import Tensors
import Testing

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
  @Test(
    "equal a sum in double precision, whichever operand is transposed, with and without accumulation",
    arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 16), (130, 70, 40), (700, 600, 64)],
    [(false, false), (false, true), (true, false)])
  func matchReference(shape: (Int, Int, Int), transposed: (Bool, Bool)) {
    let (rows, columns, depth) = shape
    let (left, right) = (
      pseudorandomBuffer(rows * depth, seed: 1), pseudorandomBuffer(depth * columns, seed: 2)
    )
    let a = Matrix(
      left.pointer, rows: transposed.0 ? depth : rows, columns: transposed.0 ? rows : depth)
    let b = Matrix(
      right.pointer, rows: transposed.1 ? columns : depth, columns: transposed.1 ? depth : columns)
    let out = FloatBuffer(count: rows * columns)
    for pass in 1...2 {
      MatrixProduct.multiply(
        a, transposingA: transposed.0, b, transposingB: transposed.1,
        into: Matrix(out.pointer, rows: rows, columns: columns), accumulating: pass == 2,
        threads: 2)
      // Each product's error is bounded by depth * epsilon * sum |a b| <= depth^2 * 2^-24.
      let tolerance = Double(pass * depth * depth) * 0x1p-24 + 1e-7
      for (row, column) in [(0, 0), (rows - 1, columns - 1), (rows / 2, columns / 3)] {
        var sum = 0.0
        for k in 0..<depth {
          let x = left.pointer[transposed.0 ? k * rows + row : row * depth + k]
          let y = right.pointer[transposed.1 ? column * depth + k : k * columns + column]
          sum += Double(x) * Double(y)
        }
        let found = Double(out.pointer[row * columns + column])
        #expect(abs(found - Double(pass) * sum) <= tolerance)
      }
    }
  }

  @Test("have the same bits for one, two, three and eight threads")
  func threadCountDoesNotMatter() {
    let (rows, columns, depth) = (613, 1100, 96)
    let (a, b) = (
      pseudorandomBuffer(rows * depth, seed: 3), pseudorandomBuffer(columns * depth, seed: 4)
    )
    func product(threads: Int) -> [Float] {
      let out = FloatBuffer(count: rows * columns)
      MatrixProduct.multiply(
        Matrix(a.pointer, rows: rows, columns: depth),
        Matrix(b.pointer, rows: columns, columns: depth), transposingB: true,
        into: Matrix(out.pointer, rows: rows, columns: columns), threads: threads)
      return Array(out.elements)
    }
    let expected = product(threads: 1).map(\.bitPattern)
    for threads in [2, 3, 8] { #expect(product(threads: threads).map(\.bitPattern) == expected) }
  }
}

@Suite("Parallel loops") struct ParallelTests {
  @Test("do each tile once", arguments: [0, 1, 2, 7, 100], [1, 2, 3, 16])
  func everyTileOnce(tiles: Int, threads: Int) {
    let counts = FloatBuffer(count: tiles)
    Parallel.perform(tiles: tiles, threads: threads) { tile, worker in
      precondition(worker < threads)
      counts.pointer[tile] += 1
    }
    #expect(counts.elements.allSatisfy { $0 == 1 })
  }

  @Test("cut a count into adjoining parts", arguments: [0, 1, 5, 64, 1001], [1, 2, 3, 7])
  func rangesAdjoin(count: Int, tiles: Int) {
    let ranges = (0..<tiles).map { Parallel.range(of: $0, tiles: tiles, count: count) }
    #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == count)
    #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
  }
}
