internal import Tensors

/// Memory of a training pass: what each layer keeps for its backward pass, and what all layers share.
///
/// Where activations are computed again, a layer keeps the residual stream before it alone; the rest is memory that all
/// layers share.
///
/// One allocation, grown when a larger batch comes. Legend: see ``Backpropagation``.
final class TrainingActivations {
  /// What one layer keeps.
  struct Layer {
    /// The residual stream before the layer, T x H, and its norm's statistics for each row.
    let input, inputStatistics: UnsafeMutablePointer<Float>
    /// Output of the query, key and value projections, T x W.
    let queryKeyValue: UnsafeMutablePointer<Float>
    /// Factors of the query and key norms, T x (query heads + key/value heads).
    let headRMS: UnsafeMutablePointer<Float>
    /// The residual stream between attention and MLP, T x H; nil where the MLP does not read it.
    let behindAttention: UnsafeMutablePointer<Float>?
    /// Statistics of the norm before the MLP for each row.
    let middleStatistics: UnsafeMutablePointer<Float>
    /// Gate and up projections side by side, or up alone, T x M.
    let gateUp: UnsafeMutablePointer<Float>
    /// Outputs of attention and MLP before their norms, T x H each, where the family norms them.
    let attentionOutput, attentionOutputStatistics: UnsafeMutablePointer<Float>?
    let mlpOutput, mlpOutputStatistics: UnsafeMutablePointer<Float>?
    /// The residual stream that the MLP reads, T x H.
    var middle: UnsafeMutablePointer<Float> { behindAttention ?? input }

    /// The same memory behind a residual stream of its own.
    func with(input: UnsafeMutablePointer<Float>) -> Layer {
      Layer(
        input: input, inputStatistics: inputStatistics, queryKeyValue: queryKeyValue,
        headRMS: headRMS, behindAttention: behindAttention, middleStatistics: middleStatistics,
        gateUp: gateUp, attentionOutput: attentionOutput,
        attentionOutputStatistics: attentionOutputStatistics, mlpOutput: mlpOutput,
        mlpOutputStatistics: mlpOutputStatistics)
    }
  }

  private let threads: Int
  private let recomputes: Bool
  private var capacity = (tokens: -1, longest: -1)
  private var memory = FloatBuffer(count: 0)
  private(set) var layers: [Layer] = []
  /// The residual stream behind the last layer, T x H.
  private(set) var output: UnsafeMutablePointer<Float>
  /// Gradient of the residual stream, T x H.
  private(set) var gradient: UnsafeMutablePointer<Float>
  /// T x H each: a norm's output or its gradient; gradient between a block and its norm.
  private(set) var normed, middleGradient: UnsafeMutablePointer<Float>
  /// T x W each: rotated queries and keys with the values, and their gradient.
  private(set) var rotated, rotatedGradient: UnsafeMutablePointer<Float>
  /// T x I each: the MLP's gated values, and their gradient.
  private(set) var gated, gatedGradient: UnsafeMutablePointer<Float>
  /// T x Q each: attention's result before the output projection, and its gradient.
  private(set) var attended, attendedGradient: UnsafeMutablePointer<Float>
  /// T x max(Q, H) each: every query head's share in the gradients of keys and values.
  private(set) var keyGradients, valueGradients: UnsafeMutablePointer<Float>
  /// Statistics of the final norm for each row.
  private(set) var finalStatistics: UnsafeMutablePointer<Float>
  /// Blocks of attention scores and their gradients, for each thread.
  private(set) var scratch = FloatBuffer(count: 0)
  /// A block of logits.
  private(set) var logits = FloatBuffer(count: 0)

  init(
    _ configuration: ModelConfiguration, tokens: Int, longest: Int, threads: Int, recomputes: Bool
  ) {
    self.threads = threads
    self.recomputes = recomputes
    let none = memory.pointer
    (output, gradient, normed, middleGradient) = (none, none, none, none)
    (rotated, rotatedGradient, gated, gatedGradient) = (none, none, none, none)
    (attended, attendedGradient) = (none, none)
    (keyGradients, valueGradients, finalStatistics) = (none, none, none)
    reserve(configuration, tokens: tokens, longest: longest)
  }

  /// Makes room for batches of `tokens` tokens whose longest sequence has `longest`.
  func reserve(_ c: ModelConfiguration, tokens: Int, longest: Int) {
    if longest > capacity.longest {
      capacity.longest = longest
      scratch = FloatBuffer(
        count: threads * 2 * Attention.scratchCount(positions: longest))
    }
    guard tokens > capacity.tokens else { return }
    capacity.tokens = tokens
    let (hidden, width, statistics) = (c.hiddenSize, c.attentionWidth, c.normStatisticCount)
    let heads = c.headCount + c.keyValueHeadCount
    let rotatedWidth = Self.rotatedWidth(c)
    // The old memory goes first, so that growing does not need room for both.
    memory = FloatBuffer(count: 0)
    memory = FloatBuffer(count: tokens * Self.elementsPerToken(c, recomputes: recomputes))
    var next = memory.pointer
    func take(_ elementsPerToken: Int) -> UnsafeMutablePointer<Float> {
      defer { next += tokens * elementsPerToken }
      return next
    }
    func layer(input: UnsafeMutablePointer<Float>) -> Layer {
      let normed = c.normsBlockOutputs
      return Layer(
        input: input, inputStatistics: take(statistics), queryKeyValue: take(width),
        headRMS: take(heads), behindAttention: c.usesParallelResidual ? nil : take(hidden),
        middleStatistics: take(statistics), gateUp: take(c.mlpInputWidth),
        attentionOutput: normed ? take(hidden) : nil,
        attentionOutputStatistics: normed ? take(statistics) : nil,
        mlpOutput: normed ? take(hidden) : nil,
        mlpOutputStatistics: normed ? take(statistics) : nil)
    }
    if recomputes {
      let shared = layer(input: take(hidden))
      layers = (0..<c.layerCount).map { $0 == 0 ? shared : shared.with(input: take(hidden)) }
    } else {
      layers = (0..<c.layerCount).map { _ in layer(input: take(hidden)) }
    }
    (output, gradient, normed, middleGradient) = (
      take(hidden), take(hidden), take(hidden), take(hidden)
    )
    (rotated, rotatedGradient) = (take(rotatedWidth), take(width))
    (gated, gatedGradient) = (take(c.intermediateSize), take(c.intermediateSize))
    (attended, attendedGradient) = (take(c.queryWidth), take(c.queryWidth))
    keyGradients = take(max(c.queryWidth, hidden))
    valueGradients = take(max(c.queryWidth, hidden))
    finalStatistics = take(statistics)
  }

  /// Numbers that a batch needs for each of its tokens.
  static func elementsPerToken(_ c: ModelConfiguration, recomputes: Bool) -> Int {
    let (hidden, width, statistics) = (c.hiddenSize, c.attentionWidth, c.normStatisticCount)
    let heads = c.headCount + c.keyValueHeadCount
    let behindAttention = c.usesParallelResidual ? 0 : hidden
    let besideInput =
      behindAttention + 2 * statistics + width + heads + c.mlpInputWidth
      + (c.normsBlockOutputs ? 2 * (hidden + statistics) : 0)
    let shared =
      4 * hidden + rotatedWidth(c) + width + 2 * c.intermediateSize + 2 * c.queryWidth
      + 2 * max(c.queryWidth, hidden) + statistics
    return c.layerCount * hidden + (recomputes ? 1 : c.layerCount) * besideInput + shared
  }

  /// Width of `rotated`, which doubles as memory for rows of the head's gradient.
  private static func rotatedWidth(_ c: ModelConfiguration) -> Int {
    max(c.attentionWidth, c.hiddenSize)
  }

  /// Makes room for `count` logits.
  func reserveLogits(_ count: Int) {
    guard count > logits.count else { return }
    logits = FloatBuffer(count: 0)
    logits = FloatBuffer(count: count)
  }
}
