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
  var observer: OperationObserver? {
    get { show.observer }
    set { show.observer = newValue }
  }
  private var show = ResultObserver()
  private var math: TransformerMath
  private let attention: Attention
  private let threads: Int
  private var state: InferenceState
  /// Keys of the pass's outputs; empty without an observer.
  private var outputKeys: [TokenPrefixKey] = []
  // Held so that the weights that `math` points to stay alive.
  private let weights: InferenceWeights

  /// Prepares passes over a model with `weights`, which are read anew in each, with a cache of `slots` sequences.
  init(weights: InferenceWeights, threads: Int, numerics: Numerics, slots: Int) {
    self.weights = weights
    self.threads = threads
    configuration = weights.configuration
    math = TransformerMath(
      configuration, weights.layout, weights.embedding, threads: threads, numerics: numerics)
    attention = Attention(configuration: configuration, threads: threads, numerics: numerics)
    state = InferenceState(configuration, rows: 0, positions: 0, threads: threads)
    cache = KeyValueCache(configuration, slots: slots)
  }

  /// Computes the pass's rows and stores keys and values; logits of its outputs can be asked for until the next pass.
  ///
  /// Throws what reading weights does, where they are read layer by layer.
  func run(_ pass: InferencePass) throws {
    let (c, s, hidden) = (configuration, state, configuration.hiddenSize)
    let rows = pass.tokens.count
    let end = (pass.positions.max() ?? -1) + 1
    s.reserve(c, rows: rows, positions: end)
    math.fullRotary.reserve(positions: end)
    math.slidingRotary.reserve(positions: end)
    for (rows, slot) in pass.stored {
      cache.reserve(slot, positions: pass.positions[rows.upperBound - 1] + 1)
    }
    let blocks = AttentionBlocks(
      rows: 0..<rows, positions: pass.positions, spans: pass.spans, configuration: c,
      queries: attention.queriesPerBlock(rows: rows))
    show.rowKeys = pass.keys
    math.weights = weights.embedding
    math.embed(pass.tokens, into: s.stream)
    show(.embedding, s.stream, rows, hidden)
    let memory = memory
    for index in 0..<c.layerCount {
      math.weights = try weights.layer(index)
      TransformerLayer(math: math, attention: attention, index: index).forward(
        memory, sequences: [blocks], positions: pass.positions, cache: cache, show: show
      ) {
        store(pass, layer: index)
        if index == c.layerCount - 1, observer == nil {
          // From here on rows are by themselves: those that give no output are left out.
          keep(pass.outputs, of: s.attended, width: c.queryWidth)
          keep(pass.outputs, of: s.stream, width: hidden)
          return pass.outputs.count
        }
        return rows
      }
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

  /// A layer writes over what the one before it left: nothing is kept but the cache.
  private var memory: LayerMemory {
    let s = state
    return LayerMemory(
      input: s.stream, middle: s.stream, output: s.stream, inputStatistics: s.statistics,
      middleStatistics: s.statistics, normed: s.normed, queryKeyValue: s.queryKeyValue,
      rotated: s.queryKeyValue, headRMS: s.statistics, attended: s.attended, gateUp: s.gateUp,
      gated: s.gated, attentionOutput: s.normed, mlpOutput: s.normed,
      attentionOutputStatistics: s.statistics, mlpOutputStatistics: s.statistics, scratch: s.scratch
    )
  }

  /// Puts the keys and values that a layer computed where later passes see them.
  private func store(_ pass: InferencePass, layer: Int) {
    for (rows, slot) in pass.stored {
      cache.store(
        state.queryKeyValue + rows.lowerBound * configuration.attentionWidth
          + configuration.queryWidth,
        rows: rows.count, rowStride: configuration.attentionWidth, slot: slot, layer: layer,
        position: pass.positions[rows.lowerBound])
    }
  }

  /// States of the last pass's outputs, from which their logits are computed; outputs x hidden size.
  func outputStates(count: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: state.stream, count: count * configuration.hiddenSize)
  }

  /// Puts states that a pass gave in the place of the last pass's outputs, of which nobody observes the logits.
  func takeOutputs(_ states: ArraySlice<Float>, count: Int) {
    precondition(states.count == count * configuration.hiddenSize, "There is a state an output.")
    state.reserve(configuration, rows: count, positions: 0)
    let place = UnsafeMutableBufferPointer(start: state.stream, count: states.count)
    _ = place.update(fromContentsOf: states)
  }

  /// Logits of some outputs of the last pass, rows x vocabulary size; gone with the next call.
  func logits(ofOutputs outputs: Range<Int>) -> UnsafeMutablePointer<Float> {
    let (c, s) = (configuration, state)
    s.reserveLogits(rows: outputs.count, c)
    if observer != nil { show.rowKeys = Array(outputKeys[outputs]) }
    math.weights = weights.head
    math.norm(
      s.stream + outputs.lowerBound * c.hiddenSize, weight: math.layout.finalNorm,
      rows: outputs.count, into: s.normed, statistics: s.statistics)
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

  /// Divergence of each row's distribution from that of another model's row, in nats; see `ck_vector_kernels`.
  func divergences(
    of logits: UnsafeMutablePointer<Float>, from reference: UnsafeMutablePointer<Float>, rows: Int
  ) -> [Double] {
    let (kernels, vocabulary) = (math.kernels, configuration.vocabularySize)
    var results = [Double](repeating: 0, count: rows)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let (buffer, logits, reference) = (buffer, logits, reference)
      Parallel.perform(tiles: rows, threads: threads) { row in
        buffer[row] = kernels.divergence(
          reference + row * vocabulary, logits + row * vocabulary, vocabulary)
      }
    }
    return results
  }
}
