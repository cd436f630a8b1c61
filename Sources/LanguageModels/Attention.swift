internal import CKernels
internal import Tensors

/// Causal softmax attention over packed sequences, grouped-query and with sliding windows.
///
/// Queries are taken in blocks, and of the keys only those that some query of the block sees. Scores of a block fit a
/// cache and are never stored; the backward pass computes them again.
struct Attention: Sendable {
  /// Most rows of a block; of those of a backward pass, whose sums over queries are sums over blocks, all but the last.
  static let queriesPerBlock = 128

  let configuration: ModelConfiguration
  let threads: Int
  private let kernels: ck_vector_kernels
  /// Whether no bit depends on which rows are computed together.
  private let blocksMayDiffer: Bool
  private let products: MatrixProduct

  init(
    configuration: ModelConfiguration, threads: Int, numerics: Numerics,
    precision: TrainingPrecision = .float32
  ) {
    self.configuration = configuration
    self.threads = threads
    kernels = ck_vector().pointee
    blocksMayDiffer = numerics.isPortable && precision == .float32
    products = precision.products(numerics)
  }

  private var width: Int { configuration.attentionWidth }

  /// Rows of the blocks of a forward pass over `rows`: fewer where that many would be too few blocks for all threads.
  func queriesPerBlock(rows: Int) -> Int {
    // OpenBLAS's bits depend on how many rows it is given, and those of bfloat16 operands, whose terms come in pairs or
    // units, on the first key of a block.
    guard blocksMayDiffer else { return Self.queriesPerBlock }
    let tiles = rows * configuration.headCount / (3 * threads)
    return [Self.queriesPerBlock, Self.queriesPerBlock / 2].first { $0 <= tiles }
      ?? Self.queriesPerBlock / 4
  }

  /// Elements of scratch memory that a worker needs for blocks of scores over at most `positions` keys.
  static func scratchCount(positions: Int) -> Int { queriesPerBlock * positions }

  private func blocks(_ sequences: AttentionBlocks, layer: Int) -> [AttentionBlock] {
    configuration.attentionKinds[layer] == .sliding ? sequences.sliding : sequences.full
  }

  /// Keys or values of a piece, for one key/value head; rows are positions.
  private func matrix(
    of piece: AttentionBlock.Piece, values: Bool, head: Int, layer: Int,
    batch: UnsafeMutablePointer<Float>, cache: KeyValueCache?
  ) -> Matrix {
    let c = configuration
    let column = head * c.headDimension + (values ? c.keyValueWidth : 0)
    let base: UnsafeMutablePointer<Float>
    let stride: Int
    switch piece.source {
    case .batch(let row): (base, stride) = (batch + row * width + c.queryWidth, width)
    case .cache(let slot):
      guard let cache else { preconditionFailure("Keys of a cache need the cache.") }
      base = cache.keys(slot, layer: layer, position: piece.keys.lowerBound)
      stride = cache.stride
    }
    return Matrix(
      base + column, rows: piece.keys.count, columns: c.headDimension, stride: stride)
  }

  /// Attention probabilities of a block: rows x keys for each head, each row's invisible keys 0.
  ///
  /// All heads have the same keys; there is one, unless the block has one row.
  private func probabilities(
    _ block: AttentionBlock, heads: Range<Int>, layer: Int, batch: UnsafeMutablePointer<Float>,
    cache: KeyValueCache?, into scores: UnsafeMutablePointer<Float>
  ) {
    let c = configuration
    let count = block.keys.count
    let group = heads.lowerBound / (c.headCount / c.keyValueHeadCount)
    for piece in block.pieces {
      let keys = matrix(
        of: piece, values: false, head: group, layer: layer, batch: batch, cache: cache)
      products.multiplyHere(
        stacked(batch, width, piece.rows, heads), keys, transposingB: true,
        into: part(of: scores, block, piece, heads: heads))
    }
    for index in 0..<heads.count * block.rows.count {
      let visible = block.visible[index % block.rows.count]
      kernels.softmax(
        scores + index * count, count, visible.lowerBound, visible.upperBound,
        Float(c.attentionScale))
    }
  }

  /// Rows of one head, or one row of several heads, each head's elements as a row.
  private func stacked(
    _ pointer: UnsafeMutablePointer<Float>, _ width: Int, _ rows: Range<Int>, _ heads: Range<Int>
  ) -> Matrix {
    precondition(rows.count == 1 || heads.count == 1, "Rows or heads are stacked, not both.")
    let dimension = configuration.headDimension
    return Matrix(
      pointer + rows.lowerBound * width + heads.lowerBound * dimension,
      rows: rows.count * heads.count, columns: dimension,
      stride: heads.count == 1 ? width : dimension)
  }

  /// The scores of a piece's rows and keys among those of its block.
  private func part(
    of scores: UnsafeMutablePointer<Float>, _ block: AttentionBlock, _ piece: AttentionBlock.Piece,
    heads: Range<Int>
  ) -> Matrix {
    let row = piece.rows.lowerBound - block.rows.lowerBound
    let column = piece.keys.lowerBound - block.keys.lowerBound
    return Matrix(
      scores + row * block.keys.count + column, rows: piece.rows.count * heads.count,
      columns: piece.keys.count, stride: block.keys.count)
  }

  /// What a thread does at a time: a head of a block, or, so that keys and values are read once, all heads of a block
  /// of one row that share them.
  private func work(
    _ sequences: [AttentionBlocks], layer: Int
  ) -> [(block: AttentionBlock, heads: Range<Int>)] {
    let heads = configuration.headCount
    let groupSize = heads / configuration.keyValueHeadCount
    return sequences.flatMap { blocks($0, layer: layer) }.flatMap { block in
      let count = block.rows.count == 1 && groupSize <= Self.queriesPerBlock ? groupSize : 1
      return stride(from: 0, to: heads, by: count).map { (block, $0..<$0 + count) }
    }
  }

  /// out = softmax(scale q k^T) v for every row and head.
  ///
  /// `batch` has rows of rotated queries, rotated keys and values side by side, T x W; `out` is T x query width;
  /// `scratch` has `threads` times ``scratchCount(positions:)`` of the longest sequence. `cache` holds the keys and
  /// values that are not in the batch.
  func forward(
    _ sequences: [AttentionBlocks], layer: Int, batch: UnsafeMutablePointer<Float>,
    cache: KeyValueCache? = nil, into out: UnsafeMutablePointer<Float>, scratch: FloatBuffer
  ) {
    let c = configuration
    let work = work(sequences, layer: layer)
    let share = scratch.count / threads
    nonisolated(unsafe) let (batch, out, cache) = (batch, out, cache)
    Parallel.perform(tiles: work.count, threads: threads) { tile, worker in
      let (block, heads) = work[tile]
      let scores = scratch.pointer + worker * share
      probabilities(
        block, heads: heads, layer: layer, batch: batch, cache: cache, into: scores)
      let group = heads.lowerBound / (c.headCount / c.keyValueHeadCount)
      clear(stacked(out, c.queryWidth, block.rows, heads))
      for piece in block.pieces {
        let values = matrix(
          of: piece, values: true, head: group, layer: layer, batch: batch, cache: cache)
        products.multiplyHere(
          part(of: scores, block, piece, heads: heads), values,
          into: stacked(out, c.queryWidth, piece.rows, heads), accumulation: .continuing)
      }
    }
  }

  /// Gradients of the rotated queries, rotated keys and values, and once more the result.
  ///
  /// `batch`, T x W, is what the forward pass was given; `outGradient` is T x query width; `out`, as large, gets the
  /// forward pass's result; `gradient`, T x W, is overwritten. `keyGradients` and `valueGradients`, T x query width
  /// each, are memory for each query head's share in its group's keys and values; `scratch` has twice the forward
  /// pass's.
  func backward(
    _ sequences: [AttentionBlocks], layer: Int, batch: UnsafeMutablePointer<Float>,
    outGradient: UnsafeMutablePointer<Float>, out: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, keyGradients: UnsafeMutablePointer<Float>,
    valueGradients: UnsafeMutablePointer<Float>, scratch: FloatBuffer
  ) {
    let c = configuration
    let (dimension, width, share) = (c.headDimension, width, scratch.count / threads)
    let kernels = kernels
    nonisolated(unsafe) let (batch, out) = (batch, out)
    nonisolated(unsafe) let (outGradient, gradient) = (outGradient, gradient)
    nonisolated(unsafe) let (keyGradients, valueGradients) = (keyGradients, valueGradients)
    Parallel.perform(tiles: sequences.count * c.headCount, threads: threads) { tile, worker in
      let (sequence, head) = (sequences[tile / c.headCount], tile % c.headCount)
      let group = head / (c.headCount / c.keyValueHeadCount)
      let column = head * dimension
      for row in sequence.rows {
        (keyGradients + row * c.queryWidth + column).update(repeating: 0, count: dimension)
        (valueGradients + row * c.queryWidth + column).update(repeating: 0, count: dimension)
      }
      let scores = scratch.pointer + worker * share
      let scoreGradients = scores + share / 2
      for block in blocks(sequence, layer: layer) {
        let (rows, keys) = (block.rows.count, block.keys.count)
        probabilities(
          block, heads: head..<head + 1, layer: layer, batch: batch, cache: nil, into: scores)
        let first = sequence.rows.lowerBound + block.keys.lowerBound
        func section(_ start: Int) -> Matrix {
          Matrix(batch + first * width + start, rows: keys, columns: dimension, stride: width)
        }
        let keyRows = section(c.queryWidth + group * dimension)
        let valueRows = section(c.queryWidth + c.keyValueWidth + group * dimension)
        let p = Matrix(scores, rows: rows, columns: keys)
        let dScores = Matrix(scoreGradients, rows: rows, columns: keys)
        let dOut = Matrix(
          outGradient + block.rows.lowerBound * c.queryWidth + column, rows: rows,
          columns: dimension, stride: c.queryWidth)
        func gathered(_ target: UnsafeMutablePointer<Float>) -> Matrix {
          Matrix(
            target + first * c.queryWidth + column, rows: keys, columns: dimension,
            stride: c.queryWidth)
        }
        let target = Matrix(
          out + block.rows.lowerBound * c.queryWidth + column, rows: rows, columns: dimension,
          stride: c.queryWidth)
        clear(target)
        products.multiplyHere(p, valueRows, into: target, accumulation: .continuing)
        products.multiplyHere(
          p, transposingA: true, dOut, into: gathered(valueGradients), accumulation: .adding)
        products.multiplyHere(dOut, valueRows, transposingB: true, into: dScores)
        for row in 0..<rows {
          kernels.softmax_gradient(
            scoreGradients + row * keys, scores + row * keys, keys, Float(c.attentionScale))
        }
        let start = block.rows.lowerBound * width + column
        products.multiplyHere(
          dScores, keyRows,
          into: Matrix(gradient + start, rows: rows, columns: dimension, stride: width))
        products.multiplyHere(
          dScores, transposingA: true,
          Matrix(batch + start, rows: rows, columns: dimension, stride: width),
          into: gathered(keyGradients), accumulation: .adding)
      }
    }
    sumGroups(
      sequences, keyGradients: keyGradients, valueGradients: valueGradients, into: gradient)
  }

  private func clear(_ matrix: Matrix) {
    for row in 0..<matrix.rows {
      (matrix.pointer + row * matrix.stride).update(repeating: 0, count: matrix.columns)
    }
  }

  /// Adds up what the query heads of each group contribute to its keys and values, first head first.
  private func sumGroups(
    _ sequences: [AttentionBlocks], keyGradients: UnsafeMutablePointer<Float>,
    valueGradients: UnsafeMutablePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    let c = configuration
    let (dimension, width, size) = (c.headDimension, width, c.headCount / c.keyValueHeadCount)
    let kernels = kernels
    nonisolated(unsafe) let (keyGradients, valueGradients) = (keyGradients, valueGradients)
    nonisolated(unsafe) let gradient = gradient
    let first = sequences.first?.rows.lowerBound ?? 0
    let end = sequences.last?.rows.upperBound ?? 0
    Parallel.performRows(end - first, threads: threads) { rows in
      for row in rows.lowerBound + first..<rows.upperBound + first {
        for (source, section) in [(keyGradients, 0), (valueGradients, c.keyValueWidth)] {
          for group in 0..<c.keyValueHeadCount {
            let target = gradient + row * width + c.queryWidth + section + group * dimension
            let first = source + row * c.queryWidth + group * size * dimension
            target.update(from: first, count: dimension)
            for head in 1..<size { kernels.add(target, first + head * dimension, dimension) }
          }
        }
      }
    }
  }
}
