internal import CKernels
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
    let (a, b) = (
      Operand(a, isTransposed: transposingA), Operand(b, isTransposed: transposingB)
    )
    precondition(
      c.rows == a.rows && c.columns == b.columns && a.columns == b.rows,
      "Matrices of \(a.rows)x\(a.columns) and \(b.rows)x\(b.columns) do not make one of \(c.rows)x\(c.columns)."
    )
    guard c.rows > 0, c.columns > 0 else { return }
    guard c.rows * c.columns * a.columns > 1 << 18 else {
      // Less work than waking a thread is.
      return multiplyHere(a, b, into: c, accumulation)
    }
    if numerics == .portable, !a.isTransposed,
      c.columns >= max(Self.sharingColumns, Self.columnUnit * threads)
    {
      multiplySharing(a, b, into: c, accumulation, threads: threads)
    } else {
      multiplyTiles(a, b, into: c, accumulation, threads: threads)
    }
  }

  /// The same on the calling thread, as one tile.
  package func multiplyHere(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, accumulation: Accumulation = .replacing
  ) {
    multiplyHere(
      Operand(a, isTransposed: transposingA), Operand(b, isTransposed: transposingB), into: c,
      accumulation)
  }

  private func multiplyHere(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation
  ) {
    switch numerics {
    case .portable:
      Self.withScratch(byteCount: kernels.scratch_bytes) { scratch in
        kernels.multiply(
          c.pointer, c.stride, a.kernelValue, b.kernelValue, c.rows, c.columns, a.columns,
          accumulation.kernelValue, scratch)
      }
    case .openblas:
      guard let library = OpenBLAS.shared else {
        preconditionFailure("Who asks for these products has asked whether they are available.")
      }
      func order(_ operand: Operand) -> CInt {
        operand.isTransposed ? OpenBLAS.transposed : OpenBLAS.plain
      }
      library.product(
        OpenBLAS.rowMajor, order(a), order(b), CInt(c.rows), CInt(c.columns), CInt(a.columns), 1,
        a.stored.pointer, CInt(a.stored.stride), b.stored.pointer, CInt(b.stored.stride),
        accumulation == .replacing ? 0 : 1, c.pointer, CInt(c.stride))
    }
  }

  // MARK: - Tiles

  /// Columns of a tile are a multiple of this, but for the last tile's.
  private static let columnUnit = 32

  /// Columns from which on a product shares one packed a among its tiles, and their number in each of these.
  private static let (sharingColumns, sharingTileColumns) = (768, 192)

  /// Rows and terms of a that are packed at a time: 6 MiB, which stay in a cache until the tiles have read them.
  private static let packedBlock = (rows: 1024, terms: 4 * Int(CK_MATRIX_DEPTH_BLOCK))

  /// Packs a once for all tiles, which can then be so small that no thread waits long for the last one.
  ///
  /// Packing a for each tile anew takes a wide product several percent of its time.
  private func multiplySharing(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation, threads: Int
  ) {
    let block = Self.packedBlock
    for term in stride(from: 0, to: a.columns, by: block.terms) {
      let terms = term..<min(a.columns, term + block.terms)
      for row in stride(from: 0, to: c.rows, by: block.rows) {
        let rows = row..<min(c.rows, row + block.rows)
        multiplyBlock(
          a.rows(rows).columns(terms), b.rows(terms), into: c.rows(rows),
          term > 0 && accumulation == .replacing ? .adding : accumulation, threads: threads)
      }
    }
  }

  /// One block: all threads pack their part of a, then all compute tiles with the whole of it.
  private func multiplyBlock(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation, threads: Int
  ) {
    let (panel, depth) = (kernels.panel_rows, a.columns)
    let panels = (a.rows + panel - 1) / panel
    let columnTiles = multiple(
      of: threads, from: (c.columns - 1) / Self.sharingTileColumns + 1)
    @Sendable func rows(_ tile: Int, of tiles: Int) -> Range<Int> {
      let range = Parallel.range(of: tile, tiles: tiles, count: panels)
      return range.lowerBound * panel..<min(a.rows, range.upperBound * panel)
    }
    Self.withScratch(byteCount: kernels.packed_bytes(a.rows, depth)) { packed in
      nonisolated(unsafe) let packed = packed
      @Sendable func packedRows(from row: Int) -> UnsafeMutablePointer<Float> {
        (packed + kernels.packed_bytes(row, depth)).assumingMemoryBound(to: Float.self)
      }
      let parts = min(panels, 4 * threads)
      Parallel.perform(tiles: parts, threads: threads) { part in
        let rows = rows(part, of: parts)
        kernels.pack(
          packedRows(from: rows.lowerBound), a.rows(rows).kernelValue, rows.count, depth)
      }
      Parallel.perform(tiles: columnTiles, threads: threads) { tile in
        let columns = Self.columns(of: tile, tiles: columnTiles, count: c.columns)
        Self.withScratch(byteCount: kernels.scratch_bytes) { scratch in
          kernels.multiply_packed(
            c.pointer + columns.lowerBound, c.stride, packedRows(from: 0),
            b.columns(columns).kernelValue, c.rows, columns.count, depth,
            accumulation.kernelValue, scratch)
        }
      }
    }
  }

  private func multiple(of threads: Int, from count: Int) -> Int {
    (count + threads - 1) / threads * threads
  }

  /// The numbers of tiles of rows and columns: such that each is large enough for packing its operands to cost little.
  private func tiling(rows: Int, columns: Int, threads: Int) -> (rows: Int, columns: Int) {
    switch numerics {
    case .portable:
      // Bits depend on nothing here, so that there may be as many tiles as keep all threads busy.
      var parts = (rows: (rows - 1) / 1024 + 1, columns: (columns - 1) / 384 + 1)
      if columns >= Self.columnUnit * threads || rows < threads {
        parts.columns = multiple(of: threads, from: parts.columns)
      } else {
        parts.rows = min(rows, multiple(of: threads, from: parts.rows))
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

  private func multiplyTiles(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation, threads: Int
  ) {
    let parts = tiling(rows: c.rows, columns: c.columns, threads: threads)
    Parallel.perform(tiles: parts.rows * parts.columns, threads: threads) { tile in
      let rows = Parallel.range(of: tile % parts.rows, tiles: parts.rows, count: c.rows)
      let columns = Self.columns(of: tile / parts.rows, tiles: parts.columns, count: c.columns)
      guard !columns.isEmpty else { return }
      multiplyHere(
        a.rows(rows), b.columns(columns), into: c.rows(rows).columns(columns), accumulation)
    }
  }

  private static func columns(of tile: Int, tiles: Int, count: Int) -> Range<Int> {
    let units = Parallel.range(
      of: tile, tiles: tiles, count: (count + columnUnit - 1) / columnUnit)
    return units.lowerBound * columnUnit..<min(count, units.upperBound * columnUnit)
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
    // Of a few sizes only, so that blocks fit again.
    let byteCount = 1 << (Int.bitWidth - (byteCount - 1).leadingZeroBitCount)
    let idle = idleScratch.withLock { list in
      list.lastIndex { $0.byteCount == byteCount }.map { list.remove(at: $0) }
    }
    let scratch =
      idle
      ?? Scratch(
        memory: .allocate(byteCount: byteCount, alignment: 64), byteCount: byteCount)
    body(scratch.memory)
    idleScratch.withLock { $0.append(scratch) }
  }
}

/// A matrix, or the transpose of one.
private struct Operand: Sendable {
  let stored: Matrix
  let isTransposed: Bool

  init(_ stored: Matrix, isTransposed: Bool) {
    self.stored = stored
    self.isTransposed = isTransposed
  }

  var rows: Int { isTransposed ? stored.columns : stored.rows }
  var columns: Int { isTransposed ? stored.rows : stored.columns }

  func rows(_ range: Range<Int>) -> Operand {
    Operand(
      isTransposed ? stored.columns(range) : stored.rows(range), isTransposed: isTransposed)
  }

  func columns(_ range: Range<Int>) -> Operand {
    Operand(
      isTransposed ? stored.rows(range) : stored.columns(range), isTransposed: isTransposed)
  }

  /// The same as the kernels want it.
  var kernelValue: ck_operand {
    ck_operand(elements: stored.pointer, stride: stored.stride, is_transposed: isTransposed)
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
