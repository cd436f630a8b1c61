internal import CKernels
internal import Tensors

/// A model's forward pass over some rows, on top of the keys and values of a cache.
///
/// With portable numerics no row's bits depend on what else is in its pass.
final class IncrementalTransformer {
  let configuration: ModelConfiguration
  /// Keys and values that passes store and see.
  let cache: KeyValueCache
  /// Is told of every operation's result, with a key for every row; nil costs nothing.
  var observer: OperationObserver?
  private let math: TransformerMath
  private let attention: Attention
  private let threads: Int
  private var state: InferenceState
  /// Keys of the rows that are computed now, and of the pass's outputs; empty without an observer.
  private var rowKeys: [TokenPrefixKey] = []
  private var outputKeys: [TokenPrefixKey] = []
  // Held so that the weights that `math` points to stay alive.
  private let model: LanguageModel

  /// Prepares passes over `model`, whose weights are read anew in each, with a cache of `slots` sequences.
  init(model: LanguageModel, threads: Int, numerics: Numerics, slots: Int) {
    self.model = model
    self.threads = threads
    configuration = model.configuration
    math = TransformerMath(model: model, threads: threads, numerics: numerics)
    attention = Attention(configuration: configuration, threads: threads, numerics: numerics)
    state = InferenceState(configuration, rows: 0, positions: 0, threads: threads)
    cache = KeyValueCache(configuration, slots: slots)
  }

  /// Computes the pass's rows and stores keys and values; logits of its outputs can be asked for until the next pass.
  func run(_ pass: InferencePass) {
    let (c, s, hidden) = (configuration, state, configuration.hiddenSize)
    var rows = pass.tokens.count
    let end = (pass.positions.max() ?? -1) + 1
    s.reserve(c, rows: rows, positions: end)
    math.fullRotary.reserve(positions: end)
    math.slidingRotary.reserve(positions: end)
    for (rows, slot) in pass.stored {
      cache.reserve(slot, positions: pass.positions[rows.upperBound - 1] + 1)
    }
    let blocks = AttentionBlocks(
      rows: 0..<rows, positions: pass.positions, spans: pass.spans, configuration: c)
    rowKeys = pass.keys
    math.embed(pass.tokens, into: s.stream)
    show(.embedding, s.stream, rows, hidden)
    for (index, layer) in math.layout.layers.enumerated() {
      math.norm(
        s.stream, weight: layer.inputNorm, rows: rows, into: s.normed, inverseRMS: s.inverseRMS)
      show(.layer(index, .inputNorm), s.normed, rows, hidden)
      math.project(
        s.normed, rows: rows, weight: layer.queryKeyValue, outputs: math.attentionWidth,
        columns: hidden, into: s.queryKeyValue)
      show(.layer(index, .queryKeyValue), s.queryKeyValue, rows, math.attentionWidth)
      math.prepareAttention(
        s.queryKeyValue, layer: index, positions: pass.positions, into: s.queryKeyValue,
        inverseRMS: s.inverseRMS)
      show(.layer(index, .rotated), s.queryKeyValue, rows, math.attentionWidth)
      attention.forward(
        [blocks], layer: index, batch: s.queryKeyValue, cache: cache, into: s.attended,
        scratch: s.scratch)
      show(.layer(index, .attention), s.attended, rows, c.queryWidth)
      for (rows, slot) in pass.stored {
        cache.store(
          s.queryKeyValue + rows.lowerBound * math.attentionWidth + c.queryWidth,
          rows: rows.count, rowStride: math.attentionWidth, slot: slot, layer: index,
          position: pass.positions[rows.lowerBound])
      }
      if index == c.layerCount - 1, observer == nil {
        // From here on rows are by themselves: those that give no output are left out.
        keep(pass.outputs, of: s.attended, width: c.queryWidth)
        keep(pass.outputs, of: s.stream, width: hidden)
        rows = pass.outputs.count
      }
      math.project(
        s.attended, rows: rows, weight: layer.output, outputs: hidden, columns: c.queryWidth,
        into: s.normed)
      show(.layer(index, .attentionOutput), s.normed, rows, hidden)
      addBlock(norm: layer.postAttentionNorm, rows: rows)
      show(.layer(index, .attentionResidual), s.stream, rows, hidden)
      math.norm(
        s.stream, weight: layer.preMLPNorm, rows: rows, into: s.normed, inverseRMS: s.inverseRMS)
      show(.layer(index, .mlpNorm), s.normed, rows, hidden)
      math.project(
        s.normed, rows: rows, weight: layer.gateUp, outputs: 2 * c.intermediateSize,
        columns: hidden, into: s.gateUp)
      show(.layer(index, .gateUp), s.gateUp, rows, 2 * c.intermediateSize)
      math.gate(s.gateUp, rows: rows, into: s.gated)
      show(.layer(index, .gated), s.gated, rows, c.intermediateSize)
      math.project(
        s.gated, rows: rows, weight: layer.down, outputs: hidden, columns: c.intermediateSize,
        into: s.normed)
      show(.layer(index, .down), s.normed, rows, hidden)
      addBlock(norm: layer.postMLPNorm, rows: rows)
      show(.layer(index, .mlpResidual), s.stream, rows, hidden)
    }
    if observer != nil {
      keep(pass.outputs, of: s.stream, width: hidden)
      outputKeys = pass.outputs.map { pass.keys[$0] }
    }
  }

  /// Moves some rows, in rising order, to the front.
  private func keep(_ rows: [Int], of matrix: UnsafeMutablePointer<Float>, width: Int) {
    for (index, row) in rows.enumerated() where index < row {
      (matrix + index * width).update(from: matrix + row * width, count: width)
    }
  }

  /// Tells the observer of a result of rows x columns, if there is an observer.
  private func show(
    _ operation: @autoclosure () -> Operation, _ result: UnsafeMutablePointer<Float>, _ rows: Int,
    _ columns: Int
  ) {
    observer?(operation(), ObservedTensor(result, rows: rows, columns: columns, rowKeys: rowKeys))
  }

  /// Adds `state.normed` to the stream, normed first where the architecture does so.
  private func addBlock(norm: Int?, rows: Int) {
    if let norm {
      math.norm(
        state.normed, weight: norm, rows: rows, into: state.normed,
        inverseRMS: state.inverseRMS)
    }
    math.add(
      state.normed, to: state.stream, rows: rows, width: configuration.hiddenSize)
  }

  /// Logits of some outputs of the last pass, rows x vocabulary size; gone with the next call.
  func logits(ofOutputs outputs: Range<Int>) -> UnsafeMutablePointer<Float> {
    let (c, s) = (configuration, state)
    s.reserveLogits(rows: outputs.count, c)
    if observer != nil { rowKeys = Array(outputKeys[outputs]) }
    math.norm(
      s.stream + outputs.lowerBound * c.hiddenSize, weight: math.layout.finalNorm,
      rows: outputs.count, into: s.normed, inverseRMS: s.inverseRMS)
    show(.finalNorm, s.normed, outputs.count, c.hiddenSize)
    math.project(
      s.normed, rows: outputs.count, weight: math.layout.head, outputs: c.vocabularySize,
      columns: c.hiddenSize, into: s.logits.pointer)
    show(.logits, s.logits.pointer, outputs.count, c.vocabularySize)
    return s.logits.pointer
  }

  /// Greatest logit's lowest index and log of the sum of exponentials, for each row.
  func summaries(
    of logits: UnsafeMutablePointer<Float>, rows: Int
  ) -> [(best: Int, logSumExp: Float)] {
    let (kernels, vocabulary) = (math.kernels, configuration.vocabularySize)
    var results = [(best: Int, logSumExp: Float)](repeating: (0, 0), count: rows)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let (buffer, logits) = (buffer, logits)
      Parallel.perform(tiles: rows, threads: threads) { row in
        var best = 0
        let value = kernels.log_sum_exp(&best, logits + row * vocabulary, vocabulary)
        buffer[row] = (best, value)
      }
    }
    return results
  }
}
