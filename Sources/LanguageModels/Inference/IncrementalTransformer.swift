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
  /// Keys of the rows of the pass, and of those that are computed now; empty without an observer.
  private var passKeys: [TokenPrefixKey] = []
  private var rowKeys: [TokenPrefixKey] = []
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

  /// Computes the pass's rows, whose logits can be asked for until the next pass, and stores keys and values.
  func run(_ pass: InferencePass) {
    let (c, s, rows) = (configuration, state, pass.tokens.count)
    let hidden = c.hiddenSize
    let end = (pass.positions.max() ?? -1) + 1
    s.reserve(c, rows: rows, positions: end)
    math.fullRotary.reserve(positions: end)
    math.slidingRotary.reserve(positions: end)
    for (rows, slot) in pass.stored {
      cache.reserve(slot, positions: pass.positions[rows.upperBound - 1] + 1)
    }
    let blocks = AttentionBlocks(
      rows: 0..<rows, positions: pass.positions, spans: pass.spans, configuration: c)
    (passKeys, rowKeys) = (pass.keys, pass.keys)
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

  /// Logits of some rows of the last pass, rows x vocabulary size; gone with the next call.
  func logits(ofRows rows: [Int]) -> UnsafeMutablePointer<Float> {
    let (c, s) = (configuration, state)
    s.reserveLogits(rows: rows.count, c)
    for (index, row) in rows.enumerated() {
      (s.chosen.pointer + index * c.hiddenSize).update(
        from: s.stream + row * c.hiddenSize, count: c.hiddenSize)
    }
    if observer != nil { rowKeys = rows.map { passKeys[$0] } }
    math.norm(
      s.chosen.pointer, weight: math.layout.finalNorm, rows: rows.count, into: s.chosen.pointer,
      inverseRMS: s.chosenRMS.pointer)
    show(.finalNorm, s.chosen.pointer, rows.count, c.hiddenSize)
    math.project(
      s.chosen.pointer, rows: rows.count, weight: math.layout.head, outputs: c.vocabularySize,
      columns: c.hiddenSize, into: s.logits.pointer)
    show(.logits, s.logits.pointer, rows.count, c.vocabularySize)
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
