internal import CKernels
internal import Synchronization

/// Matrix products that add up in fp32, cut into tiles that one thread each computes.
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
  private let operands: StoredElement
  private let kernels: ck_matrix_kernels

  /// Products with the arithmetic of `numerics`.
  ///
  /// Those of bfloat16 operands, of portable numerics only, round both operands first, which are given in fp32; see
  /// ck_matrix.h for the order in which they add up.
  package init(_ numerics: Numerics, of operands: StoredElement = .float32) {
    precondition(
      numerics.isPortable || operands == .float32,
      "Products of bfloat16 operands are portable only.")
    (self.numerics, self.operands) = (numerics, operands)
    kernels =
      switch operands {
      case .float32: ck_matrix().pointee
      case .bfloat16: ck_matrix_bfloat16(numerics.sums).pointee
      }
  }

  /// c = a b, or as `accumulation` says; `transposingA` and `transposingB` use the transpose of what is given.
  ///
  /// The bits do not depend on `threads`.
  package func multiply(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, accumulation: Accumulation = .replacing, threads: Int
  ) {
    multiply(
      Operand(StoredMatrix(a), isTransposed: transposingA),
      Operand(StoredMatrix(b), isTransposed: transposingB), into: c, accumulation,
      threads: threads)
  }

  /// c = a b^T of weights as they are held: the bits are those of the same numbers in fp32.
  ///
  /// They depend neither on `threads` nor on what type the weights are held as.
  package func multiply(
    _ a: Matrix, transposing weights: StoredMatrix, into c: Matrix, threads: Int
  ) {
    multiply(
      Operand(StoredMatrix(a), isTransposed: false), Operand(weights, isTransposed: true),
      into: c, .replacing, threads: threads)
  }

  private func multiply(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation, threads: Int
  ) {
    precondition(
      c.rows == a.rows && c.columns == b.columns && a.columns == b.rows,
      "Matrices of \(a.rows)x\(a.columns) and \(b.rows)x\(b.columns) do not make one of \(c.rows)x\(c.columns)."
    )
    guard c.rows > 0, c.columns > 0 else { return }
    guard c.rows * c.columns * a.columns > 1 << 18 else {
      // Less work than waking a thread is.
      return multiplyHere(a, b, into: c, accumulation)
    }
    multiplyTiles(a, b, into: c, accumulation, threads: threads)
  }

  /// The same on the calling thread, as one tile.
  package func multiplyHere(
    _ a: Matrix, transposingA: Bool = false, _ b: Matrix, transposingB: Bool = false,
    into c: Matrix, accumulation: Accumulation = .replacing
  ) {
    multiplyHere(
      Operand(StoredMatrix(a), isTransposed: transposingA),
      Operand(StoredMatrix(b), isTransposed: transposingB), into: c, accumulation)
  }

  private func multiplyHere(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation
  ) {
    switch numerics {
    case .portable, .amx:
      precondition(
        operands == .float32 || b.stored.element == .float32,
        "Operands that are to be rounded are given in fp32.")
      withScratch { scratch in
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
      a.stored.withFloats { aElements, aStride in
        b.stored.withFloats { bElements, bStride in
          library.product(
            OpenBLAS.rowMajor, order(a), order(b), CInt(c.rows), CInt(c.columns), CInt(a.columns),
            1, aElements, CInt(aStride), bElements, CInt(bStride),
            accumulation == .replacing ? 0 : 1, c.pointer, CInt(c.stride))
        }
      }
    }
  }

  // MARK: - Tiles

  /// Columns of a tile are a multiple of this, but for the last tile's.
  private static let columnUnit = 32
  /// So are rows where bits do not depend on the tile: those that the largest kernel computes at a time.
  private var rowUnit: Int { isOfUnits ? 32 : 14 }
  /// Columns of a tile where bits do not depend on it, if there are more: as many of b as are packed together.
  private var packedColumns: Int { isOfUnits ? 768 : 384 }
  /// Whether AMX may compute it.
  private var isOfUnits: Bool { numerics == .amx && operands == .bfloat16 }
  /// What a column of a tile costs besides its rows, as a number of rows: that it is packed.
  private static let packingRows = 10

  private func multiple(of threads: Int, from count: Int) -> Int {
    (count + threads - 1) / threads * threads
  }

  /// The numbers of tiles of rows and columns: such that each is large enough for packing its operands to cost little.
  private func tiling(rows: Int, columns: Int, threads: Int) -> (rows: Int, columns: Int) {
    switch numerics {
    case .portable, .amx:
      // Bits depend on nothing here, so that there may be as many tiles as keep all threads busy.
      var parts = (rows: (rows - 1) / 1024 + 1, columns: (columns - 1) / packedColumns + 1)
      parts.columns = min(
        multiple(of: threads, from: parts.columns), Self.units(columns, of: Self.columnUnit))
      guard threads > 1 else { return parts }
      func cost(_ parts: (rows: Int, columns: Int)) -> Int {
        self.cost(of: parts, rows: rows, columns: columns, threads: threads)
      }
      var best = parts
      for tiles in stride(from: threads, through: 4 * threads, by: threads) {
        for rowParts in 1...min(tiles, Self.units(rows, of: rowUnit)) {
          let other = (
            rows: rowParts,
            columns: min(tiles / rowParts, Self.units(columns, of: Self.columnUnit))
          )
          if cost(other) < cost(best) { best = other }
        }
      }
      // Rows stay together unless that clearly pays.
      return 10 * cost(best) < 9 * cost(parts) ? best : parts
    case .openblas:
      // OpenBLAS's bits depend on the tile, which therefore depends on the shape alone.
      var parts = (rows: max(1, (rows + 512) / 1024), columns: max(1, (columns + 256) / 512))
      if parts.rows * parts.columns % 2 == 1 {
        if columns >= rows { parts.columns += 1 } else { parts.rows += 1 }
      }
      return parts
    }
  }

  /// What the busiest thread computes and packs, in elements of c.
  private func cost(
    of parts: (rows: Int, columns: Int), rows: Int, columns: Int, threads: Int
  ) -> Int {
    func largest(_ count: Int, _ unit: Int, _ parts: Int) -> Int {
      unit * ((Self.units(count, of: unit) + parts - 1) / parts)
    }
    let height = largest(rows, rowUnit, parts.rows) + Self.packingRows
    let rounds = (parts.rows * parts.columns + threads - 1) / threads
    return rounds * height * largest(columns, Self.columnUnit, parts.columns)
  }

  /// How many units `count` elements are, the last of which may be incomplete.
  private static func units(_ count: Int, of unit: Int) -> Int { (count + unit - 1) / unit }

  private func multiplyTiles(
    _ a: Operand, _ b: Operand, into c: Matrix, _ accumulation: Accumulation, threads: Int
  ) {
    let parts = tiling(rows: c.rows, columns: c.columns, threads: threads)
    Parallel.perform(tiles: parts.rows * parts.columns, threads: threads) { tile in
      let rows = Self.range(
        of: tile % parts.rows, tiles: parts.rows, count: c.rows,
        unit: numerics.isPortable ? rowUnit : 1)
      let columns = Self.range(
        of: tile / parts.rows, tiles: parts.columns, count: c.columns, unit: Self.columnUnit)
      guard !rows.isEmpty, !columns.isEmpty else { return }
      multiplyHere(
        a.rows(rows), b.columns(columns), into: c.rows(rows).columns(columns), accumulation)
    }
  }

  /// The elements of a tile of nearly as many units as every other.
  private static func range(of tile: Int, tiles: Int, count: Int, unit: Int) -> Range<Int> {
    let units = Parallel.range(of: tile, tiles: tiles, count: units(count, of: unit))
    return units.lowerBound * unit..<min(count, units.upperBound * unit)
  }

  // MARK: - Scratch memory

  /// Memory that no tile is using; as much as was ever in use at once.
  private static let idleScratch = Mutex<[Scratch]>([])

  private struct Scratch: @unchecked Sendable {
    // @unchecked: whoever took it out of the list is alone with it.
    let memory: UnsafeMutableRawPointer
  }

  /// Enough for products of all operands.
  private static let scratchByteCount =
    ([ck_matrix()] + [CK_SUMS_IN_PAIRS, CK_SUMS_IN_UNITS].map(ck_matrix_bfloat16))
    .reduce(0) { max($0, $1.pointee.scratch_bytes) }

  private func withScratch(_ body: (UnsafeMutableRawPointer) -> Void) {
    let idle = Self.idleScratch.withLock { $0.popLast() }
    let scratch =
      idle ?? Scratch(memory: .allocate(byteCount: Self.scratchByteCount, alignment: 64))
    body(scratch.memory)
    Self.idleScratch.withLock { $0.append(scratch) }
  }
}

/// A matrix, or the transpose of one.
private struct Operand: Sendable {
  let stored: StoredMatrix
  let isTransposed: Bool

  init(_ stored: StoredMatrix, isTransposed: Bool) {
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
    ck_operand(
      elements: stored.address, stride: stored.stride, is_transposed: isTransposed,
      is_bfloat16: stored.element == .bfloat16)
  }
}

extension Numerics {
  /// How products of bfloat16 operands add up.
  fileprivate var sums: ck_sums { self == .amx ? CK_SUMS_IN_UNITS : CK_SUMS_IN_PAIRS }
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
