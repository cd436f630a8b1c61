internal import COpenBLAS

/// A row-major fp32 matrix in memory that somebody else owns.
package struct Matrix: @unchecked Sendable {
  // @unchecked: an address and two sizes; who writes where is decided by the code that tiles the work.

  /// The first element.
  package let pointer: UnsafeMutablePointer<Float>
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// Elements from one row to the next; at least `columns`.
  package let stride: Int

  /// A view of `rows` x `columns` elements; rows lie side by side unless `stride` says otherwise.
  package init(
    _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
  ) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
  }
}

/// fp32 matrix products by OpenBLAS, one thread to a tile.
package enum MatrixProduct {
  /// OpenBLAS runs with one thread: its own tiling, and with it the bits of a result, depends on the thread count.
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// OpenBLAS's version and the processor type that it chose its kernels for.
  package static var library: String {
    String(cString: openblas_get_config()) + ", core "
      + String(cString: openblas_get_corename())
  }

  /// c = a b, or c += a b when `accumulating`; `transposingA` and `transposingB` use the transpose of what is given.
  ///
  /// The product is cut into tiles by its shape alone, so the bits do not depend on `threads`.
  package static func multiply(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, accumulating: Bool = false, threads: Int
  ) {
    let depth = transposingA ? a.rows : a.columns
    precondition(
      c.rows == (transposingA ? a.columns : a.rows)
        && c.columns == (transposingB ? b.rows : b.columns)
        && depth == (transposingB ? b.columns : b.rows),
      "Matrices of \(a.rows)x\(a.columns) and \(b.rows)x\(b.columns) do not make one of \(c.rows)x\(c.columns)."
    )
    guard c.rows > 0, c.columns > 0 else { return }
    let parts = tiling(rows: c.rows, columns: c.columns, depth: depth)
    Parallel.perform(tiles: parts.rows * parts.columns, threads: threads) { tile in
      let rows = Parallel.range(of: tile % parts.rows, tiles: parts.rows, count: c.rows)
      let columns = Parallel.range(of: tile / parts.rows, tiles: parts.columns, count: c.columns)
      multiplyTile(
        a.pointer + rows.lowerBound * (transposingA ? 1 : a.stride), a.stride, transposingA,
        b.pointer + columns.lowerBound * (transposingB ? b.stride : 1), b.stride, transposingB,
        c.pointer + rows.lowerBound * c.stride + columns.lowerBound, c.stride,
        rows: rows.count, columns: columns.count, depth: depth, factor: 1,
        accumulating: accumulating)
    }
  }

  /// c = factor * a b (+ c) on the calling thread, as one tile.
  package static func multiplyHere(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, factor: Float = 1, accumulating: Bool = false
  ) {
    multiplyTile(
      a.pointer, a.stride, transposingA, b.pointer, b.stride, transposingB, c.pointer, c.stride,
      rows: c.rows, columns: c.columns, depth: transposingA ? a.rows : a.columns, factor: factor,
      accumulating: accumulating)
  }

  /// Tiles of about 1024 x 512, large enough that packing the operands costs little, and an even number of them.
  private static func tiling(rows: Int, columns: Int, depth: Int) -> (rows: Int, columns: Int) {
    guard rows * columns * depth > 1 << 18 else { return (1, 1) }
    var parts = (rows: max(1, (rows + 512) / 1024), columns: max(1, (columns + 256) / 512))
    if parts.rows * parts.columns % 2 == 1 {
      if columns >= rows { parts.columns += 1 } else { parts.rows += 1 }
    }
    return parts
  }

  private static func multiplyTile(
    _ a: UnsafePointer<Float>, _ aStride: Int, _ transposingA: Bool,
    _ b: UnsafePointer<Float>, _ bStride: Int, _ transposingB: Bool,
    _ c: UnsafeMutablePointer<Float>, _ cStride: Int,
    rows: Int, columns: Int, depth: Int, factor: Float, accumulating: Bool
  ) {
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, transposingA ? CblasTrans : CblasNoTrans,
      transposingB ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(depth),
      factor, a, blasint(aStride), b, blasint(bStride), accumulating ? 1 : 0, c, blasint(cStride))
  }
}
