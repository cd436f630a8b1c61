internal import CKernels
internal import COpenBLAS
internal import Synchronization

/// fp32 matrix products, cut into tiles that one thread each computes.
package struct MatrixProduct: Sendable {
  /// What becomes of the elements that a product is written to.
  package enum Accumulation: Sendable {
    /// The product replaces them.
    case replacing
    /// The product is added to them.
    case adding
    /// The sums go on from them, so that a product computed in two parts has the bits of the whole (portable only).
    case continuing
  }

  private let numerics: Numerics
  private let kernels: ck_matrix_kernels

  /// Products with the arithmetic of `numerics`.
  package init(_ numerics: Numerics) {
    self.numerics = numerics
    kernels = ck_matrix().pointee
  }

  /// c = a b, or as `accumulation` says; `transposingA` and `transposingB` use the transpose of what is given.
  ///
  /// The bits do not depend on `threads`.
  package func multiply(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, accumulation: Accumulation = .replacing, threads: Int
  ) {
    let depth = transposingA ? a.rows : a.columns
    precondition(
      c.rows == (transposingA ? a.columns : a.rows)
        && c.columns == (transposingB ? b.rows : b.columns)
        && depth == (transposingB ? b.columns : b.rows),
      "Matrices of \(a.rows)x\(a.columns) and \(b.rows)x\(b.columns) do not make one of \(c.rows)x\(c.columns)."
    )
    guard c.rows > 0, c.columns > 0 else { return }
    let parts = tiling(rows: c.rows, columns: c.columns, depth: depth, threads: threads)
    Parallel.perform(tiles: parts.rows * parts.columns, threads: threads) { tile in
      let rows = Parallel.range(of: tile % parts.rows, tiles: parts.rows, count: c.rows)
      let columns = Self.columns(of: tile / parts.rows, tiles: parts.columns, count: c.columns)
      guard !columns.isEmpty else { return }
      multiplyHere(
        Matrix(
          a.pointer + rows.lowerBound * (transposingA ? 1 : a.stride),
          rows: transposingA ? depth : rows.count, columns: transposingA ? rows.count : depth,
          stride: a.stride), transposingA: transposingA,
        Matrix(
          b.pointer + columns.lowerBound * (transposingB ? b.stride : 1),
          rows: transposingB ? columns.count : depth,
          columns: transposingB ? depth : columns.count, stride: b.stride),
        transposingB: transposingB,
        into: Matrix(
          c.pointer + rows.lowerBound * c.stride + columns.lowerBound, rows: rows.count,
          columns: columns.count, stride: c.stride), accumulation: accumulation)
    }
  }

  /// The same on the calling thread, as one tile.
  package func multiplyHere(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, accumulation: Accumulation = .replacing
  ) {
    let depth = transposingA ? a.rows : a.columns
    switch numerics {
    case .portable:
      Self.withScratch(byteCount: kernels.scratch_bytes) { scratch in
        kernels.multiply(
          c.pointer, c.stride,
          ck_operand(elements: a.pointer, stride: a.stride, is_transposed: transposingA),
          ck_operand(elements: b.pointer, stride: b.stride, is_transposed: transposingB), c.rows,
          c.columns, depth, accumulation.kernelValue, scratch)
      }
    case .openblas:
      _ = Self.singleThreaded
      cblas_sgemm(
        CblasRowMajor, transposingA ? CblasTrans : CblasNoTrans,
        transposingB ? CblasTrans : CblasNoTrans, blasint(c.rows), blasint(c.columns),
        blasint(depth), 1, a.pointer, blasint(a.stride), b.pointer, blasint(b.stride),
        accumulation == .replacing ? 0 : 1, c.pointer, blasint(c.stride))
    }
  }

  // MARK: - Tiles

  /// Columns of a tile are a multiple of this, but for the last tile's.
  private static let columnUnit = 32

  private static func columns(of tile: Int, tiles: Int, count: Int) -> Range<Int> {
    let units = Parallel.range(
      of: tile, tiles: tiles, count: (count + columnUnit - 1) / columnUnit)
    return units.lowerBound * columnUnit..<min(count, units.upperBound * columnUnit)
  }

  /// Into how many parts rows and columns are cut: tiles large enough that packing the operands costs little.
  private func tiling(
    rows: Int, columns: Int, depth: Int, threads: Int
  ) -> (rows: Int, columns: Int) {
    guard rows * columns * depth > 1 << 18 else { return (1, 1) }
    switch numerics {
    case .portable:
      // Bits depend on nothing here, so that there may be as many tiles as keep all threads busy.
      var parts = (rows: (rows - 1) / 1024 + 1, columns: (columns - 1) / 384 + 1)
      func multiple(_ count: Int) -> Int { (count + threads - 1) / threads * threads }
      if columns >= Self.columnUnit * threads || rows < threads {
        parts.columns = multiple(parts.columns)
      } else {
        parts.rows = min(rows, multiple(parts.rows))
      }
      return parts
    case .openblas:
      // OpenBLAS's bits depend on the tile, which therefore depends on the shape alone.
      var parts = (rows: max(1, (rows + 512) / 1024), columns: max(1, (columns + 256) / 512))
      if parts.rows * parts.columns % 2 == 1 {
        if columns >= rows { parts.columns += 1 } else { parts.rows += 1 }
      }
      return parts
    }
  }

  // MARK: - Scratch memory

  /// Memory that no tile is using; as much as was ever in use at once.
  private static let idleScratch = Mutex<[Scratch]>([])

  private struct Scratch: @unchecked Sendable {
    // @unchecked: whoever took it out of the list is alone with it.
    let memory: UnsafeMutableRawPointer
    let byteCount: Int
  }

  private static func withScratch(byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let idle = idleScratch.withLock { list in
      list.lastIndex { $0.byteCount >= byteCount }.map { list.remove(at: $0) }
    }
    let scratch =
      idle
      ?? Scratch(
        memory: .allocate(byteCount: byteCount, alignment: 64), byteCount: byteCount)
    body(scratch.memory)
    idleScratch.withLock { $0.append(scratch) }
  }

  // MARK: - OpenBLAS

  /// OpenBLAS runs with one thread: its own tiling, and with it the bits of a result, depends on the thread count.
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// OpenBLAS's version and the processor type that it chose its kernels for.
  package static var libraryVersion: String {
    String(cString: openblas_get_config()) + ", core "
      + String(cString: openblas_get_corename())
  }
}

extension MatrixProduct.Accumulation {
  /// The same as the kernels want it.
  fileprivate var kernelValue: ck_accumulation {
    switch self {
    case .replacing: CK_REPLACE
    case .adding: CK_ADD
    case .continuing: CK_CONTINUE
    }
  }
}
