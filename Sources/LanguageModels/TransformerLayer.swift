internal import Tensors

/// Where the forward pass of a layer reads and writes; what a pass need not keep may share memory.
///
/// Legend: see ``TransformerMath``.
struct LayerMemory {
  /// The residual stream before the layer, between attention and MLP, and behind the layer, T x H each; all three may
  /// be the same.
  let input, middle, output: UnsafeMutablePointer<Float>
  /// Factors of the norms of the first two for each row.
  let inputRMS, middleRMS: UnsafeMutablePointer<Float>
  /// Output of the norm that was last computed, T x H.
  let normed: UnsafeMutablePointer<Float>
  /// Queries, keys and values before and behind norms and rotation, T x W each; may be the same.
  let queryKeyValue, rotated: UnsafeMutablePointer<Float>
  /// Factors of the query and key norms, T x (query heads + key/value heads).
  let headRMS: UnsafeMutablePointer<Float>
  /// Attention's result before the output projection, T x query width.
  let attended: UnsafeMutablePointer<Float>
  /// Gate and up projections side by side, T x 2I, and their product, T x I.
  let gateUp, gated: UnsafeMutablePointer<Float>
  /// Outputs of attention and MLP before they are added, T x H each; may be `normed`.
  let attentionOutput, mlpOutput: UnsafeMutablePointer<Float>
  /// Factors of the norms of these outputs for each row, where the family norms them.
  let attentionOutputRMS, mlpOutputRMS: UnsafeMutablePointer<Float>?
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
    let (m, c, rows) = (memory, math.configuration, rowsBehindAttention())
    let hidden = c.hiddenSize
    math.project(
      m.attended, rows: rows, weight: parameters.output, outputs: hidden, columns: c.queryWidth,
      into: m.attentionOutput)
    show(.layer(index, .attentionOutput), m.attentionOutput, rows, hidden)
    add(
      m.attentionOutput, norm: parameters.postAttentionNorm, inverseRMS: m.attentionOutputRMS,
      to: m.input, rows: rows, into: m.middle)
    show(.layer(index, .attentionResidual), m.middle, rows, hidden)

    math.norm(
      m.middle, weight: parameters.preMLPNorm, rows: rows, into: m.normed,
      inverseRMS: m.middleRMS)
    show(.layer(index, .mlpNorm), m.normed, rows, hidden)
    math.project(
      m.normed, rows: rows, weight: parameters.gateUp, outputs: 2 * c.intermediateSize,
      columns: hidden, into: m.gateUp)
    show(.layer(index, .gateUp), m.gateUp, rows, 2 * c.intermediateSize)
    math.gate(m.gateUp, rows: rows, into: m.gated)
    show(.layer(index, .gated), m.gated, rows, c.intermediateSize)
    math.project(
      m.gated, rows: rows, weight: parameters.down, outputs: hidden, columns: c.intermediateSize,
      into: m.mlpOutput)
    show(.layer(index, .down), m.mlpOutput, rows, hidden)
    add(
      m.mlpOutput, norm: parameters.postMLPNorm, inverseRMS: m.mlpOutputRMS, to: m.middle,
      rows: rows, into: m.output)
    show(.layer(index, .mlpResidual), m.output, rows, hidden)
  }

  private func attend(
    _ m: LayerMemory, sequences: [AttentionBlocks], positions: [Int], cache: KeyValueCache?,
    show: ResultObserver
  ) {
    let (c, rows) = (math.configuration, positions.count)
    math.norm(
      m.input, weight: parameters.inputNorm, rows: rows, into: m.normed, inverseRMS: m.inputRMS)
    show(.layer(index, .inputNorm), m.normed, rows, c.hiddenSize)
    math.project(
      m.normed, rows: rows, weight: parameters.queryKeyValue, outputs: math.attentionWidth,
      columns: c.hiddenSize, into: m.queryKeyValue)
    if let bias = parameters.queryKeyValueBias {
      math.addBias(bias, to: m.queryKeyValue, rows: rows, width: math.attentionWidth)
    }
    show(.layer(index, .queryKeyValue), m.queryKeyValue, rows, math.attentionWidth)
    math.prepareAttention(
      m.queryKeyValue, layer: index, positions: positions, into: m.rotated,
      inverseRMS: m.headRMS)
    show(.layer(index, .rotated), m.rotated, rows, math.attentionWidth)
    attention.forward(
      sequences, layer: index, batch: m.rotated, cache: cache, into: m.attended,
      scratch: m.scratch)
    show(.layer(index, .attention), m.attended, rows, c.queryWidth)
  }

  /// out = residual + block, the block normed first where the family does so; `out` may be `residual`.
  private func add(
    _ block: UnsafeMutablePointer<Float>, norm: Int?,
    inverseRMS: UnsafeMutablePointer<Float>?, to residual: UnsafeMutablePointer<Float>,
    rows: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let width = math.configuration.hiddenSize
    let isInPlace = out == residual
    if let norm, let inverseRMS {
      math.norm(
        block, weight: norm, rows: rows, into: isInPlace ? block : out, inverseRMS: inverseRMS)
    } else if !isInPlace {
      out.update(from: block, count: rows * width)
    }
    math.add(isInPlace ? block : residual, to: out, rows: rows, width: width)
  }
}
