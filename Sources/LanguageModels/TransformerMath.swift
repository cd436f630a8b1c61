internal import CKernels
internal import Tensors

/// The operations of one transformer layer over packed rows, for training and inference alike.
///
/// Legend: T = rows (tokens) of all sequences of a batch together, H = hidden size, W = query width plus twice the
/// key/value width, I = intermediate size. Every operation is cut into tiles of `rowsPerTile` rows.
struct TransformerMath {
  static let rowsPerTile = 32

  let configuration: ModelConfiguration
  let layout: ParameterLayout
  /// The model's weights.
  let weights: UnsafeMutablePointer<Float>
  let threads: Int
  let kernels: ck_vector_kernels
  let products: MatrixProduct
  let fullRotary: RotaryTable
  let slidingRotary: RotaryTable

  init(model: LanguageModel, threads: Int, numerics: Numerics) {
    configuration = model.configuration
    layout = model.layout
    weights = model.parameters.pointer
    self.threads = threads
    kernels = ck_vector().pointee
    products = MatrixProduct(numerics)
    let dimension = configuration.headDimension
    let scaling = configuration.rotaryScaling
    fullRotary = RotaryTable(
      theta: configuration.ropeTheta, headDimension: dimension, scaling: scaling)
    slidingRotary = RotaryTable(
      theta: configuration.slidingRopeTheta, headDimension: dimension, scaling: scaling)
  }

  /// Elements of a row of queries, keys and values together.
  var attentionWidth: Int { configuration.queryWidth + 2 * configuration.keyValueWidth }

  /// Runs `body` for ranges of rows, in parallel.
  func forRows(_ rows: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let tiles = (rows + Self.rowsPerTile - 1) / Self.rowsPerTile
    Parallel.perform(tiles: tiles, threads: threads) { tile in
      body(tile * Self.rowsPerTile..<min(rows, (tile + 1) * Self.rowsPerTile))
    }
  }

  /// Looks up each token's embedding, scaled as the family wants it; out: T x H.
  func embed(_ tokens: [Int32], into out: UnsafeMutablePointer<Float>) {
    let width = configuration.hiddenSize
    nonisolated(unsafe) let (out, table) = (out, weights + layout.embedding)
    let (scale, kernels) = (configuration.embeddingScale, kernels)
    forRows(tokens.count) { rows in
      for row in rows {
        kernels.scale(out + row * width, table + Int(tokens[row]) * width, scale, width)
      }
    }
  }

  /// Norms rows of x, rows x H, into `out`; `inverseRMS` gets one number a row.
  func norm(
    _ x: UnsafeMutablePointer<Float>, weight: Int, rows: Int,
    into out: UnsafeMutablePointer<Float>, inverseRMS: UnsafeMutablePointer<Float>
  ) {
    let width = configuration.hiddenSize
    nonisolated(unsafe) let (out, x, inverse, weight) = (out, x, inverseRMS, weights + weight)
    let (epsilon, offset) = (Float(configuration.normEpsilon), configuration.normWeightOffset)
    let kernels = kernels
    forRows(rows) { rows in
      kernels.rms_norm(
        out + rows.lowerBound * width, inverse + rows.lowerBound, x + rows.lowerBound * width,
        weight, rows.count, width, epsilon, offset)
    }
  }

  /// Adds x to y; both are rows x width.
  func add(
    _ x: UnsafeMutablePointer<Float>, to y: UnsafeMutablePointer<Float>, rows: Int, width: Int
  ) {
    nonisolated(unsafe) let (x, y) = (x, y)
    let kernels = kernels
    forRows(rows) { rows in
      kernels.add(y + rows.lowerBound * width, x + rows.lowerBound * width, rows.count * width)
    }
  }

  /// Adds a bias to every row of x, rows x width.
  func addBias(_ bias: Int, to x: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    nonisolated(unsafe) let (x, bias) = (x, weights + bias)
    let kernels = kernels
    forRows(rows) { rows in
      for row in rows { kernels.add(x + row * width, bias, width) }
    }
  }

  /// Copies queries, keys and values, norming (where the family does) and rotating queries and keys.
  ///
  /// `raw`, the projection's output, and `out` are T x W and may be the same. `inverseRMS`, T x (query heads plus
  /// key/value heads), is written only where queries and keys are normed. `positions` are those in the sequences.
  func prepareAttention(
    _ raw: UnsafeMutablePointer<Float>, layer: Int, positions: [Int],
    into out: UnsafeMutablePointer<Float>, inverseRMS: UnsafeMutablePointer<Float>
  ) {
    let c = configuration
    let heads = c.headCount + c.keyValueHeadCount
    let (width, dimension, rotated) = (attentionWidth, c.headDimension, heads * c.headDimension)
    let table = c.attentionKinds[layer] == .full ? fullRotary : slidingRotary
    let (epsilon, offset, half) = (Float(c.normEpsilon), c.normWeightOffset, dimension / 2)
    let norms = (layout.layers[layer].queryNorm, layout.layers[layer].keyNorm)
    let kernels = kernels
    nonisolated(unsafe) let (raw, out, inverse, weights) = (raw, out, inverseRMS, weights)
    nonisolated(unsafe) let (cosines, sines) = (table.cosines.pointer, table.sines.pointer)
    forRows(positions.count) { rows in
      for row in rows {
        let (source, target) = (raw + row * width, out + row * width)
        if let queryNorm = norms.0, let keyNorm = norms.1 {
          kernels.rms_norm(
            target, inverse + row * heads, source, weights + queryNorm, c.headCount, dimension,
            epsilon, offset)
          kernels.rms_norm(
            target + c.queryWidth, inverse + row * heads + c.headCount, source + c.queryWidth,
            weights + keyNorm, c.keyValueHeadCount, dimension, epsilon, offset)
          if source != target {
            (target + rotated).update(from: source + rotated, count: c.keyValueWidth)
          }
        } else if source != target {
          target.update(from: source, count: width)
        }
        let position = positions[row] * half
        kernels.rotate(target, cosines + position, sines + position, heads, dimension, 1)
      }
    }
  }

  /// Multiplies activation(gate) with up, for rows of both side by side; gateUp: T x 2I; out: T x I.
  func gate(_ gateUp: UnsafeMutablePointer<Float>, rows: Int, into out: UnsafeMutablePointer<Float>)
  {
    let width = configuration.intermediateSize
    let gate =
      switch configuration.family.activation {
      case .silu: kernels.silu_gate
      case .gelu: kernels.gelu_gate
      }
    nonisolated(unsafe) let (gateUp, out) = (gateUp, out)
    forRows(rows) { rows in
      for row in rows {
        gate(
          out + row * width, gateUp + row * 2 * width, gateUp + row * 2 * width + width, width)
      }
    }
  }

  /// Multiplies x with the transpose of a weight matrix.
  ///
  /// x: rows x columns; weight: outputs x columns; out: rows x outputs.
  func project(
    _ x: UnsafeMutablePointer<Float>, rows: Int, weight: Int, outputs: Int, columns: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    products.multiply(
      Matrix(x, rows: rows, columns: columns),
      Matrix(weights + weight, rows: outputs, columns: columns), transposingB: true,
      into: Matrix(out, rows: rows, columns: outputs), threads: threads)
  }
}
