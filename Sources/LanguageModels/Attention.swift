internal import CKernels
internal import Tensors

/// Rows of one sequence, and the keys and values that they see before their own.
struct AttentionSegment: @unchecked Sendable {
  // @unchecked: the prefix's addresses; their owner keeps them alive and unchanged while attention runs.

  /// Keys and values of positions 0 ..< count, one row each, all key/value heads side by side.
  struct Prefix {
    let keys: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    /// Elements from one position to the next.
    let stride: Int
    let count: Int
  }

  /// The segment's rows in the batch; row `rows.lowerBound` is at position `prefix.count`, or 0 without a prefix.
  let rows: Range<Int>
  let prefix: Prefix?

  /// Position of the first row.
  var start: Int { prefix?.count ?? 0 }
}

/// Causal softmax attention over packed sequences, grouped-query and with sliding windows.
///
/// Queries are taken in blocks, and of the keys only those that some query of the block sees. Scores of a block fit a
/// cache and are never stored; the backward pass computes them again.
struct Attention: Sendable {
  static let queriesPerBlock = 128

  let configuration: ModelConfiguration
  let threads: Int
  private let kernels: ck_vector_kernels
  private let products: MatrixProduct

  init(configuration: ModelConfiguration, threads: Int, numerics: Numerics) {
    self.configuration = configuration
    self.threads = threads
    kernels = ck_vector().pointee
    products = MatrixProduct(numerics)
  }

  private var width: Int { configuration.queryWidth + 2 * configuration.keyValueWidth }

  /// Elements of scratch memory that a worker needs for blocks of scores over at most `positions` keys.
  static func scratchCount(positions: Int) -> Int { queriesPerBlock * positions }

  /// One block of queries of one head, and the keys that it sees.
  private struct Block {
    let rows: Range<Int>
    /// Positions of the keys that some query sees.
    let keys: Range<Int>
  }

  private func blocks(of segment: AttentionSegment, sliding: Bool) -> [Block] {
    stride(from: 0, to: segment.rows.count, by: Self.queriesPerBlock).map { offset in
      let count = min(Self.queriesPerBlock, segment.rows.count - offset)
      let first = segment.start + offset
      let low = sliding ? max(0, first - configuration.slidingWindow + 1) : 0
      let row = segment.rows.lowerBound + offset
      return Block(rows: row..<row + count, keys: low..<first + count)
    }
  }

  /// Keys (or values) of a block in one or two pieces: those of the prefix and the segment's own.
  private func pieces(
    _ keys: Range<Int>, of segment: AttentionSegment, head: Int,
    batch: UnsafeMutablePointer<Float>, values: Bool
  ) -> [(matrix: Matrix, column: Int)] {
    let dimension = configuration.headDimension
    let offset = head * dimension
    var result: [(Matrix, Int)] = []
    if let prefix = segment.prefix, keys.lowerBound < prefix.count {
      let base = (values ? prefix.values : prefix.keys) + keys.lowerBound * prefix.stride + offset
      let count = min(prefix.count, keys.upperBound) - keys.lowerBound
      result.append((Matrix(base, rows: count, columns: dimension, stride: prefix.stride), 0))
    }
    let own = max(keys.lowerBound, segment.start)
    if own < keys.upperBound {
      let row = segment.rows.lowerBound + own - segment.start
      let section = configuration.queryWidth + (values ? configuration.keyValueWidth : 0)
      result.append(
        (
          Matrix(
            batch + row * width + section + offset, rows: keys.upperBound - own,
            columns: dimension, stride: width), own - keys.lowerBound
        ))
    }
    return result
  }

  /// Attention probabilities of a block: rows x keys, each row's invisible keys 0.
  private func probabilities(
    _ block: Block, of segment: AttentionSegment, head: Int, sliding: Bool,
    batch: UnsafeMutablePointer<Float>, into scores: UnsafeMutablePointer<Float>
  ) {
    let c = configuration
    let count = block.keys.count
    let queries = Matrix(
      batch + block.rows.lowerBound * width + head * c.headDimension, rows: block.rows.count,
      columns: c.headDimension, stride: width)
    let group = head / (c.headCount / c.keyValueHeadCount)
    for piece in pieces(block.keys, of: segment, head: group, batch: batch, values: false) {
      products.multiplyHere(
        queries, piece.matrix, transposingB: true,
        into: Matrix(
          scores + piece.column, rows: block.rows.count, columns: piece.matrix.rows, stride: count))
    }
    for row in 0..<block.rows.count {
      let position = segment.start + block.rows.lowerBound - segment.rows.lowerBound + row
      let low = sliding ? max(0, position - c.slidingWindow + 1) : 0
      kernels.softmax(
        scores + row * count, count, low - block.keys.lowerBound,
        position + 1 - block.keys.lowerBound, Float(c.attentionScale))
    }
  }

  /// out = softmax(scale q k^T) v for every segment and head.
  ///
  /// `batch` has rows of rotated queries, rotated keys and values side by side, T x W; `out` is T x query width;
  /// `scratch` has `threads` times ``scratchCount(positions:)`` of the longest segment, prefix included.
  func forward(
    _ segments: [AttentionSegment], layer: Int, batch: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>, scratch: FloatBuffer
  ) {
    let c = configuration
    let sliding = c.attentionKinds[layer] == .sliding
    let work = segments.flatMap { segment in
      blocks(of: segment, sliding: sliding).map { (segment, $0) }
    }
    let share = scratch.count / threads
    nonisolated(unsafe) let (batch, out) = (batch, out)
    Parallel.perform(tiles: work.count * c.headCount, threads: threads) { tile, worker in
      let (segment, block) = work[tile / c.headCount]
      let head = tile % c.headCount
      let scores = scratch.pointer + worker * share
      probabilities(
        block, of: segment, head: head, sliding: sliding, batch: batch, into: scores)
      let group = head / (c.headCount / c.keyValueHeadCount)
      let target = Matrix(
        out + block.rows.lowerBound * c.queryWidth + head * c.headDimension,
        rows: block.rows.count, columns: c.headDimension, stride: c.queryWidth)
      clear(target)
      for piece in pieces(block.keys, of: segment, head: group, batch: batch, values: true) {
        products.multiplyHere(
          Matrix(
            scores + piece.column, rows: block.rows.count, columns: piece.matrix.rows,
            stride: block.keys.count), piece.matrix, into: target, accumulation: .continuing)
      }
    }
  }

  /// Gradients of the rotated queries, rotated keys and values, and once more the result; segments have no prefix.
  ///
  /// `batch`, T x W, is what the forward pass was given; `outGradient` is T x query width; `out`, as large, gets the
  /// forward pass's result; `gradient`, T x W, is overwritten. `keyGradients` and `valueGradients`, T x query width
  /// each, are memory for each query head's share in its group's keys and values; `scratch` has twice the forward
  /// pass's.
  func backward(
    _ segments: [AttentionSegment], layer: Int, batch: UnsafeMutablePointer<Float>,
    outGradient: UnsafeMutablePointer<Float>, out: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, keyGradients: UnsafeMutablePointer<Float>,
    valueGradients: UnsafeMutablePointer<Float>, scratch: FloatBuffer
  ) {
    let c = configuration
    let sliding = c.attentionKinds[layer] == .sliding
    let (dimension, width, share) = (c.headDimension, width, scratch.count / threads)
    let kernels = kernels
    nonisolated(unsafe) let (batch, out) = (batch, out)
    nonisolated(unsafe) let (outGradient, gradient) = (outGradient, gradient)
    nonisolated(unsafe) let (keyGradients, valueGradients) = (keyGradients, valueGradients)
    Parallel.perform(tiles: segments.count * c.headCount, threads: threads) { tile, worker in
      let (segment, head) = (segments[tile / c.headCount], tile % c.headCount)
      let group = head / (c.headCount / c.keyValueHeadCount)
      let column = head * dimension
      for row in segment.rows {
        (keyGradients + row * c.queryWidth + column).update(repeating: 0, count: dimension)
        (valueGradients + row * c.queryWidth + column).update(repeating: 0, count: dimension)
      }
      let scores = scratch.pointer + worker * share
      let scoreGradients = scores + share / 2
      for block in blocks(of: segment, sliding: sliding) {
        let (rows, keys) = (block.rows.count, block.keys.count)
        probabilities(
          block, of: segment, head: head, sliding: sliding, batch: batch, into: scores)
        let first = segment.rows.lowerBound + block.keys.lowerBound
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
      segments, keyGradients: keyGradients, valueGradients: valueGradients, into: gradient)
  }

  private func clear(_ matrix: Matrix) {
    for row in 0..<matrix.rows {
      (matrix.pointer + row * matrix.stride).update(repeating: 0, count: matrix.columns)
    }
  }

  /// Adds up what the query heads of each group contribute to its keys and values, first head first.
  private func sumGroups(
    _ segments: [AttentionSegment], keyGradients: UnsafeMutablePointer<Float>,
    valueGradients: UnsafeMutablePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    let c = configuration
    let (dimension, width, size) = (c.headDimension, width, c.headCount / c.keyValueHeadCount)
    let kernels = kernels
    nonisolated(unsafe) let (keyGradients, valueGradients) = (keyGradients, valueGradients)
    nonisolated(unsafe) let gradient = gradient
    Parallel.perform(tiles: segments.count, threads: threads) { tile in
      for row in segments[tile].rows {
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
