internal import Tensors

/// Where the forward pass of a layer reads and writes; what a pass need not keep may share memory.
///
/// Legend: see ``TransformerMath``.
struct LayerMemory {
  /// The residual stream before the layer, behind attention, and behind the layer, T x H each; all three may be the
  /// same.
  let input, middle, output: UnsafeMutablePointer<Float>
  /// Statistics of the norms before attention and before the MLP for each row.
  let inputStatistics, middleStatistics: UnsafeMutablePointer<Float>
  /// Output of the norm that was last computed, T x H.
  let normed: UnsafeMutablePointer<Float>
  /// Queries, keys and values before and behind norms and rotation, T x W each; may be the same.
  let queryKeyValue, rotated: UnsafeMutablePointer<Float>
  /// Factors of the query and key norms, T x (query heads + key/value heads).
  let headRMS: UnsafeMutablePointer<Float>
  /// Attention's result before the output projection, T x query width.
  let attended: UnsafeMutablePointer<Float>
  /// Gate and up projections side by side, or up alone, T x M, and the MLP's activation, T x I.
  let gateUp, gated: UnsafeMutablePointer<Float>
  /// Outputs of attention and MLP before they are added, T x H each; may be `normed`.
  let attentionOutput, mlpOutput: UnsafeMutablePointer<Float>
  /// Statistics of the norms of these outputs for each row, where the family norms them.
  let attentionOutputStatistics, mlpOutputStatistics: UnsafeMutablePointer<Float>?
  /// Blocks of attention scores for each thread.
  let scratch: FloatBuffer
}

/// The one order of a layer's operations, for training and inference alike.
struct TransformerLayer {
  let math: TransformerMath
  let attention: Attention
  let index: Int

  private var parameters: ParameterLayout.Layer { math.layout.layers[index] }

  /// Computes the layer for rows at `positions`, which attend as `sequences` say, on top of what `cache` holds.
  ///
  /// When attention is done, `rowsBehindAttention` says how many of the first rows go on; it may move them there.
  func forward(
    _ memory: LayerMemory, sequences: [AttentionBlocks], positions: [Int],
    cache: KeyValueCache? = nil, show: ResultObserver,
    rowsBehindAttention: () -> Int
  ) {
    attend(memory, sequences: sequences, positions: positions, cache: cache, show: show)
    let rows = rowsBehindAttention()
    if math.configuration.usesParallelResidual {
      // The stream may be one memory: the MLP reads it before attention's output is added.
      activate(memory, stream: memory.input, rows: rows, show: show)
      addAttention(memory, rows: rows, show: show)
    } else {
      addAttention(memory, rows: rows, show: show)
      activate(memory, stream: memory.middle, rows: rows, show: show)
    }
    addMLP(memory, rows: rows, show: show)
  }

  private func attend(
    _ m: LayerMemory, sequences: [AttentionBlocks], positions: [Int], cache: KeyValueCache?,
    show: ResultObserver
  ) {
    let (c, rows) = (math.configuration, positions.count)
    let input = normed(m, m.input, parameters.inputNorm, m.inputStatistics, rows: rows)
    if parameters.inputNorm != nil { show(.layer(index, .inputNorm), input, rows, c.hiddenSize) }
    math.project(
      input, rows: rows, weight: parameters.queryKeyValue, bias: parameters.queryKeyValueBias,
      outputs: c.attentionWidth, columns: c.hiddenSize, into: m.queryKeyValue)
    if c.family.interleavesHeads { math.separateHeads(m.queryKeyValue, rows: rows) }
    show(.layer(index, .queryKeyValue), m.queryKeyValue, rows, c.attentionWidth)
    math.prepareAttention(
      m.queryKeyValue, layer: index, positions: positions, into: m.rotated,
      inverseRMS: m.headRMS)
    show(.layer(index, .rotated), m.rotated, rows, c.attentionWidth)
    attention.forward(
      sequences, layer: index, batch: m.rotated, cache: cache, into: m.attended,
      scratch: m.scratch)
    show(.layer(index, .attention), m.attended, rows, c.queryWidth)
  }

  /// middle = input + the output projection of attention.
  private func addAttention(_ m: LayerMemory, rows: Int, show: ResultObserver) {
    let (c, hidden) = (math.configuration, math.configuration.hiddenSize)
    math.project(
      m.attended, rows: rows, weight: parameters.output, bias: parameters.outputBias,
      outputs: hidden, columns: c.queryWidth, into: m.attentionOutput)
    show(.layer(index, .attentionOutput), m.attentionOutput, rows, hidden)
    add(
      m.attentionOutput, norm: parameters.postAttentionNorm,
      statistics: m.attentionOutputStatistics, to: m.input, rows: rows, into: m.middle)
    show(.layer(index, .attentionResidual), m.middle, rows, hidden)
  }

  /// The MLP of the residual stream up to its activation.
  private func activate(
    _ m: LayerMemory, stream: UnsafeMutablePointer<Float>, rows: Int, show: ResultObserver
  ) {
    let (c, hidden) = (math.configuration, math.configuration.hiddenSize)
    let input = normed(m, stream, parameters.preMLPNorm, m.middleStatistics, rows: rows)
    if parameters.preMLPNorm != nil { show(.layer(index, .mlpNorm), input, rows, hidden) }
    math.project(
      input, rows: rows, weight: parameters.gateUp, bias: parameters.upBias,
      outputs: c.mlpInputWidth, columns: hidden, into: m.gateUp)
    show(.layer(index, .gateUp), m.gateUp, rows, c.mlpInputWidth)
    math.activate(m.gateUp, rows: rows, into: m.gated)
    show(.layer(index, .gated), m.gated, rows, c.intermediateSize)
  }

  /// output = middle + the MLP's down projection.
  private func addMLP(_ m: LayerMemory, rows: Int, show: ResultObserver) {
    let (c, hidden) = (math.configuration, math.configuration.hiddenSize)
    math.project(
      m.gated, rows: rows, weight: parameters.down, bias: parameters.downBias, outputs: hidden,
      columns: c.intermediateSize, into: m.mlpOutput)
    show(.layer(index, .down), m.mlpOutput, rows, hidden)
    add(
      m.mlpOutput, norm: parameters.postMLPNorm, statistics: m.mlpOutputStatistics, to: m.middle,
      rows: rows, into: m.output)
    show(.layer(index, .mlpResidual), m.output, rows, hidden)
  }

  /// What a block reads of the residual stream: its norm, where the family has one, in `m.normed`.
  private func normed(
    _ m: LayerMemory, _ stream: UnsafeMutablePointer<Float>, _ norm: Int?,
    _ statistics: UnsafeMutablePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    guard let norm else { return stream }
    math.norm(stream, weight: norm, rows: rows, into: m.normed, statistics: statistics)
    return m.normed
  }

  /// out = residual + block, the block normed first where the family does so; `out` may be `residual`.
  private func add(
    _ block: UnsafeMutablePointer<Float>, norm: Int?,
    statistics: UnsafeMutablePointer<Float>?, to residual: UnsafeMutablePointer<Float>,
    rows: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let width = math.configuration.hiddenSize
    let isInPlace = out == residual
    if let norm, let statistics {
      math.norm(
        block, weight: norm, rows: rows, into: isInPlace ? block : out, statistics: statistics)
    }
    math.add(
      isInPlace ? block : residual, to: out, first: isInPlace || norm != nil ? nil : block,
      rows: rows, width: width)
  }
}
