internal import CKernels
internal import Tensors

/// The operations of one transformer layer over packed rows, for training and inference alike.
///
/// Legend: T = rows (tokens) of all sequences of a batch together, H = hidden size, W = query width plus twice the
/// key/value width, I = intermediate size, M = width of the MLP's first projection, 2I with a gate and I without. Every
/// row is computed by itself.
struct TransformerMath {
  let configuration: ModelConfiguration
  let layout: ParameterLayout
  /// The weights that the next operations need.
  var weights: WeightView
  let threads: Int
  let kernels: ck_vector_kernels
  let precision: TrainingPrecision
  let roundState: StateRounding
  let products: MatrixProduct
  /// What embeddings are multiplied with.
  let embeddingScale: Float
  let fullRotary: RotaryTable
  let slidingRotary: RotaryTable

  init(
    _ configuration: ModelConfiguration, _ layout: ParameterLayout, _ weights: WeightView,
    threads: Int, numerics: Numerics, precision: TrainingPrecision = .float32
  ) {
    (self.configuration, self.layout, self.weights) = (configuration, layout, weights)
    self.threads = threads
    kernels = ck_vector().pointee
    self.precision = precision
    products = precision.products(numerics)
    roundState = StateRounding(precision)
    var scale = configuration.embeddingScale
    roundState(&scale, 1)
    embeddingScale = scale
    let dimension = configuration.rotaryDimension
    let scaling = configuration.rotaryScaling
    fullRotary = RotaryTable(
      theta: configuration.ropeTheta, dimension: dimension, scaling: scaling,
      roundState: roundState)
    slidingRotary = RotaryTable(
      theta: configuration.slidingRopeTheta, dimension: dimension, scaling: scaling,
      roundState: roundState)
  }

  /// Runs `body` for ranges of rows, in parallel.
  func forRows(_ rows: Int, _ body: @Sendable (Range<Int>) -> Void) {
    Parallel.performRows(rows, threads: threads, body)
  }

  /// Sets x, rows x width, to zero.
  func clear(_ x: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    nonisolated(unsafe) let x = x
    forRows(rows) { rows in
      (x + rows.lowerBound * width).update(repeating: 0, count: rows.count * width)
    }
  }

  /// Rounds rows of what a product gave, rows x width, where products are those of bfloat16 operands.
  func roundResult(_ x: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    guard precision != .float32 else { return }
    nonisolated(unsafe) let x = x
    let kernels = kernels
    forRows(rows) { rows in
      kernels.round_bfloat16(x + rows.lowerBound * width, rows.count * width)
    }
  }

  /// Looks up each token's embedding, scaled as the family wants it; out: T x H.
  func embed(_ tokens: [Int32], into out: UnsafeMutablePointer<Float>) {
    let width = configuration.hiddenSize
    nonisolated(unsafe) let out = out
    let table = weights.matrix(
      layout.embedding, rows: configuration.vocabularySize, columns: width)
    let (scale, kernels, roundState) = (embeddingScale, kernels, roundState)
    forRows(tokens.count) { rows in
      for row in rows {
        table.copyRow(Int(tokens[row]), into: out + row * width)
        kernels.scale(out + row * width, out + row * width, scale, width)
        roundState(out + row * width, width)
      }
    }
  }

  /// Norms rows of x, rows x H, into `out`; `statistics` gets what the gradient needs of each row.
  func norm(
    _ x: UnsafeMutablePointer<Float>, weight: Int, rows: Int,
    into out: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    let (width, count) = (configuration.hiddenSize, configuration.normStatisticCount)
    nonisolated(unsafe) let (out, x, statistics) = (out, x, statistics)
    nonisolated(unsafe) let weight = weights.vector(weight)
    let (epsilon, offset) = (Float(configuration.normEpsilon), configuration.normWeightOffset)
    let (kernels, norm, roundState) = (kernels, configuration.family.norm, roundState)
    forRows(rows) { rows in
      let (start, statistics) = (rows.lowerBound * width, statistics + rows.lowerBound * count)
      switch norm {
      case .rms:
        kernels.rms_norm(
          out + start, statistics, x + start, weight, rows.count, width, epsilon, offset)
      case .layer:
        kernels.layer_norm(
          out + start, statistics, x + start, weight, weight + width, rows.count, width, epsilon)
      }
      roundState(out + start, rows.count * width)
    }
  }

  /// Adds x to y, or to `first` and gives y; all are rows x width.
  func add(
    _ x: UnsafeMutablePointer<Float>, to y: UnsafeMutablePointer<Float>,
    first: UnsafeMutablePointer<Float>? = nil, rows: Int, width: Int
  ) {
    nonisolated(unsafe) let (x, y, first) = (x, y, first)
    let (kernels, roundState) = (kernels, roundState)
    forRows(rows) { rows in
      let (start, count) = (rows.lowerBound * width, rows.count * width)
      if let first { (y + start).update(from: first + start, count: count) }
      kernels.add(y + start, x + start, count)
      roundState(y + start, count)
    }
  }

  /// Adds a bias to every row of x, rows x width.
  private func addBias(_ bias: Int, to x: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    nonisolated(unsafe) let (x, bias) = (x, weights.vector(bias))
    let kernels = kernels
    forRows(rows) { rows in
      for row in rows { kernels.add(x + row * width, bias, width) }
    }
  }

  /// Puts the queries, keys and values of each row, T x W, side by side, in place, where they lie head by head.
  ///
  /// `reversed` puts them head by head again.
  func separateHeads(_ x: UnsafeMutablePointer<Float>, rows: Int, reversed: Bool = false) {
    let (heads, dimension) = (configuration.headCount, configuration.headDimension)
    let width = configuration.attentionWidth
    nonisolated(unsafe) let x = x
    forRows(rows) { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { copy in
        for row in rows {
          let values = UnsafeMutableBufferPointer(start: x + row * width, count: width)
          _ = copy.update(fromContentsOf: values)
          for head in 0..<heads {
            for part in 0..<3 {
              let apart = (part * heads + head) * dimension
              let together = (head * 3 + part) * dimension
              let (source, target) = reversed ? (apart, together) : (together, apart)
              _ = values[target..<target + dimension].update(
                fromContentsOf: copy[source..<source + dimension])
            }
          }
        }
      }
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
    let (width, rotated) = (c.attentionWidth, heads * c.headDimension)
    let (queryNorms, keyNorms) = (c.queryNormCount, c.keyNormCount)
    let table = c.attentionKinds[layer] == .full ? fullRotary : slidingRotary
    let (epsilon, offset) = (Float(c.normEpsilon), c.normWeightOffset)
    let rotation = HeadRotation(kernels, c, table)
    let norms = (layout.layers[layer].queryNorm, layout.layers[layer].keyNorm)
    let kernels = kernels
    nonisolated(unsafe) let (raw, out, inverse) = (raw, out, inverseRMS)
    let weights = weights
    forRows(positions.count) { rows in
      for row in rows {
        let (source, target) = (raw + row * width, out + row * width)
        if let queryNorm = norms.0, let keyNorm = norms.1 {
          kernels.rms_norm(
            target, inverse + row * heads, source, weights.vector(queryNorm), queryNorms,
            c.queryWidth / queryNorms, epsilon, offset)
          kernels.rms_norm(
            target + c.queryWidth, inverse + row * heads + queryNorms, source + c.queryWidth,
            weights.vector(keyNorm), keyNorms, c.keyValueWidth / keyNorms, epsilon, offset)
          if source != target {
            (target + rotated).update(from: source + rotated, count: c.keyValueWidth)
          }
        } else if source != target {
          target.update(from: source, count: width)
        }
        rotation.turn(target, position: positions[row], sign: 1)
      }
    }
  }

  /// The MLP's activation: function(gate) times up, for rows of both side by side, or function(up).
  ///
  /// gateUp: T x M; out: T x I.
  func activate(
    _ gateUp: UnsafeMutablePointer<Float>, rows: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let (width, kernels) = (configuration.intermediateSize, kernels)
    let activation = configuration.family.activation
    nonisolated(unsafe) let (gateUp, out) = (gateUp, out)
    forRows(rows) { rows in
      for row in rows {
        let (out, gate) = (out + row * width, gateUp + row * 2 * width)
        switch activation {
        case .silu: kernels.silu_gate(out, gate, gate + width, width)
        case .gelu: kernels.gelu_gate(out, gate, gate + width, width)
        case .exactGELU: kernels.exact_gelu(out, gateUp + row * width, width)
        }
      }
    }
  }

  /// Multiplies x with the transpose of a weight matrix, and adds a bias where there is one.
  ///
  /// x: rows x columns; weight: outputs x columns; out: rows x outputs.
  func project(
    _ x: UnsafeMutablePointer<Float>, rows: Int, weight: Int, bias: Int? = nil, outputs: Int,
    columns: Int, into out: UnsafeMutablePointer<Float>
  ) {
    products.multiply(
      Matrix(x, rows: rows, columns: columns),
      transposing: weights.matrix(weight, rows: outputs, columns: columns),
      into: Matrix(out, rows: rows, columns: outputs), threads: threads)
    if let bias { addBias(bias, to: out, rows: rows, width: outputs) }
    roundResult(out, rows: rows, width: outputs)
  }
}
