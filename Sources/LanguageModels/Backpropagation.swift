internal import CKernels
package import Tensors

/// Forward and backward passes over packed batches.
///
/// What a layer computes cheaply (norms, rotations, attention, the MLP's activation) is computed again in the backward
/// pass instead of stored, and everything else of a layer too where that is wanted; logits exist only for supervised
/// positions and only a block at a time.
/// Results have the same bits for every number of threads.
///
/// Legend: T = tokens of a batch, H = hidden size, Q = query width, W = Q plus twice the key/value width,
/// I = intermediate size, V = vocabulary size.
package final class Backpropagation {
  /// Logits of a block take at most about this many elements (64 MiB).
  private static let logitsPerBlock = 1 << 24

  let math: TransformerMath
  let attention: Attention
  let threads: Int
  private let recomputes: Bool
  private(set) var activations: TrainingActivations
  private(set) var show = ResultObserver()
  /// Is told of every operation's result; nil costs nothing.
  package var observer: OperationObserver? {
    get { show.observer }
    set { show.observer = newValue }
  }

  /// Prepares passes over `model`, whose weights are read anew in each.
  ///
  /// `recomputes` has the backward pass compute each layer again from the residual stream before it, instead of keeping what
  /// the forward pass gave: less memory, a third more work, and the same bits.
  package init(
    model: LanguageModel, threads: Int, numerics: Numerics = .portable, recomputes: Bool = false,
    precision: TrainingPrecision = .float32
  ) {
    precondition(threads > 0, "Backpropagation needs at least one thread.")
    math = TransformerMath(
      model.configuration, model.layout, WeightView(model.parameters), threads: threads,
      numerics: numerics, precision: precision)
    attention = Attention(
      configuration: model.configuration, threads: threads, numerics: numerics,
      precision: precision)
    self.threads = threads
    self.recomputes = recomputes
    activations = TrainingActivations(
      model.configuration, tokens: 0, longest: 0, threads: threads, recomputes: recomputes)
    self.model = model
  }

  /// Makes room for batches of `tokens` tokens whose longest sequence has `longest`.
  ///
  /// Who knows the largest batch says so before the first: room that grows is cleared anew each time.
  package func reserve(tokens: Int, longest: Int) {
    activations.reserve(math.configuration, tokens: tokens, longest: longest)
    math.fullRotary.reserve(positions: longest)
    math.slidingRotary.reserve(positions: longest)
  }

  // Held so that the weights that `math` points to stay alive.
  private let model: LanguageModel
  /// All weights.
  var weights: UnsafeMutablePointer<Float> { model.parameters.pointer }

  /// Adds the gradient of a loss over `batch` to `gradients`.
  ///
  /// `gradients` is laid out as the model's parameters; nil only predicts. `lossGradient` is called for one block of
  /// logits after the other, in the order of positions, and replaces the logits by the loss's gradient; every supervised
  /// position is in exactly one block.
  package func run(
    _ batch: PackedBatch, gradients: FloatBuffer?, lossGradient: (LogitsBlock) throws -> Void
  ) rethrows {
    precondition(
      gradients?.count ?? math.layout.count == math.layout.count,
      "Gradients must be laid out as the parameters.")
    guard !batch.tokens.isEmpty else { return }
    let rows = zip(batch.sequenceStarts, batch.sequenceStarts.dropFirst()).map { $0..<$1 }
    let positions = rows.flatMap { Array(0..<$0.count) }
    let c = math.configuration
    func blocks(queries: Int) -> [AttentionBlocks] {
      rows.map {
        AttentionBlocks(sequence: $0, positions: positions, configuration: c, queries: queries)
      }
    }
    let sequences = blocks(queries: attention.queriesPerBlock(rows: positions.count))
    let backwardSequences = blocks(queries: Attention.queriesPerBlock)
    reserve(tokens: batch.tokens.count, longest: rows.map(\.count).max() ?? 0)
    if let observer {
      ObservedTensor.withRow(batch.tokens) { observer(.tokens, $0) }
      ObservedTensor.withRow(batch.targets) { observer(.targets, $0) }
    }

    math.embed(batch.tokens, into: activations.layers[0].input)
    show(
      .embedding, activations.layers[0].input, batch.tokens.count, math.configuration.hiddenSize)
    for layer in 0..<math.configuration.layerCount {
      forward(layer, sequences: sequences, positions: positions, show: show)
    }
    try head(batch, gradients: gradients?.pointer, lossGradient: lossGradient)
    guard let gradients else { return }
    for layer in (0..<math.configuration.layerCount).reversed() {
      if recomputes, layer + 1 < math.configuration.layerCount {
        // The same operations on the same numbers; nobody is told of them twice.
        forward(layer, sequences: sequences, positions: positions, show: ResultObserver())
      }
      backward(
        layer, sequences: backwardSequences, positions: positions, gradients: gradients.pointer)
    }
    embeddingGradient(batch.tokens, gradients: gradients.pointer)
    show(
      .embeddingGradient, gradients.pointer + math.layout.embedding,
      math.configuration.vocabularySize, math.configuration.hiddenSize)
  }

  // MARK: - Forward

  private func forward(
    _ index: Int, sequences: [AttentionBlocks], positions: [Int], show: ResultObserver
  ) {
    let (a, saved) = (activations, activations.layers[index])
    let isLast = index + 1 == math.configuration.layerCount
    let output = isLast ? a.output : a.layers[index + 1].input
    let memory = LayerMemory(
      input: saved.input, middle: saved.behindAttention ?? output,
      output: output, inputStatistics: saved.inputStatistics,
      middleStatistics: saved.middleStatistics, normed: a.normed,
      queryKeyValue: saved.queryKeyValue,
      rotated: a.rotated, headRMS: saved.headRMS, attended: a.attended, gateUp: saved.gateUp,
      gated: a.gated, attentionOutput: saved.attentionOutput ?? a.normed,
      mlpOutput: saved.mlpOutput ?? a.normed,
      attentionOutputStatistics: saved.attentionOutputStatistics,
      mlpOutputStatistics: saved.mlpOutputStatistics, scratch: a.scratch)
    TransformerLayer(math: math, attention: attention, index: index).forward(
      memory, sequences: sequences, positions: positions, show: show,
      rowsBehindAttention: { positions.count })
  }

  // MARK: - Output projection and loss

  private func head(
    _ batch: PackedBatch, gradients: UnsafeMutablePointer<Float>?,
    lossGradient: (LogitsBlock) throws -> Void
  ) rethrows {
    let (c, a) = (math.configuration, activations)
    let (width, vocabulary) = (c.hiddenSize, c.vocabularySize)
    let supervised = batch.targets.indices.filter { batch.targets[$0] != PackedBatch.ignored }
    let rows = supervised.count
    // Rows that nothing is predicted from have no gradient here.
    math.clear(a.gradient, rows: batch.tokens.count, width: width)
    guard rows > 0 else { return }

    // Supervised rows side by side: final hidden states and, behind the norm, what the head sees.
    let (normed, statistics) = (a.normed, a.finalStatistics)
    nonisolated(unsafe) let (states, output) = (a.middleGradient, a.output)
    math.forRows(rows) { rows in
      for row in rows {
        (states + row * width).update(from: output + supervised[row] * width, count: width)
      }
    }
    math.norm(
      states, weight: math.layout.finalNorm, rows: rows, into: normed, statistics: statistics)
    show(.finalNorm, normed, rows, width)

    let normedGradient = a.rotated
    let weight = Matrix(weights + math.layout.head, rows: vocabulary, columns: width)
    let blocks = (rows - 1) / Self.rowsPerBlock(vocabulary: vocabulary) + 1
    a.reserveLogits((rows + blocks - 1) / blocks * vocabulary)
    for block in 0..<blocks {
      let range = Parallel.range(of: block, tiles: blocks, count: rows)
      let logits = Matrix(a.logits.pointer, rows: range.count, columns: vocabulary)
      let input = Matrix(normed + range.lowerBound * width, rows: range.count, columns: width)
      math.products.multiply(input, weight, transposingB: true, into: logits, threads: threads)
      math.roundResult(logits.pointer, rows: range.count, width: vocabulary)
      show(.logits, logits.pointer, range.count, vocabulary)
      try lossGradient(
        LogitsBlock(
          positions: supervised[range], targets: range.map { batch.targets[supervised[$0]] },
          logits: logits.pointer, vocabularySize: vocabulary, threads: threads))
      guard let gradients else { continue }
      let weightGradient = Matrix(gradients + math.layout.head, rows: vocabulary, columns: width)
      show(.logitsGradient, logits.pointer, range.count, vocabulary)
      math.products.multiply(
        logits, weight,
        into: Matrix(
          normedGradient + range.lowerBound * width, rows: range.count, columns: width),
        threads: threads)
      math.roundResult(
        normedGradient + range.lowerBound * width, rows: range.count, width: width)
      show(.headInputGradient, normedGradient + range.lowerBound * width, range.count, width)
      math.products.multiply(
        logits, transposingA: true, input, into: weightGradient, accumulation: .adding,
        threads: threads)
      show(.headWeightGradient, weightGradient.pointer, vocabulary, width)
    }

    guard let gradients else { return }
    nonisolated(unsafe) let (stateGradient, gradient) = (a.keyGradients, a.gradient)
    math.clear(stateGradient, rows: rows, width: width)
    normGradient(
      normedGradient, input: states, statistics: statistics, weight: math.layout.finalNorm,
      rows: rows, gradients: gradients, adding: stateGradient)
    show(.finalNormWeightGradient, gradients + math.layout.finalNorm, 1, width)
    if c.family.norm == .layer {
      show(.finalNormBiasGradient, gradients + math.layout.finalNorm + width, 1, width)
    }
    show(.finalNormGradient, stateGradient, rows, width)
    math.forRows(rows) { rows in
      for row in rows {
        (gradient + supervised[row] * width).update(
          from: stateGradient + row * width, count: width)
      }
    }
  }

  /// Rows of logits that exist at once.
  static func rowsPerBlock(vocabulary: Int) -> Int {
    min(512, max(32, logitsPerBlock / vocabulary))
  }

  /// Adds `activations.gradient` to the embeddings of the tokens; tiles are columns, since tokens repeat.
  ///
  /// In most families the padding token's embedding gets nothing, wherever it stands: transformers builds the table
  /// with it as `torch.nn.Embedding`'s `padding_idx`. Where the head is tied, its part of the gradient remains.
  private func embeddingGradient(_ tokens: [Int32], gradients: UnsafeMutablePointer<Float>) {
    let width = math.configuration.hiddenSize
    let (scale, kernels) = (math.embeddingScale, math.kernels)
    let padding = math.configuration.family.freezesPadding ? math.configuration.paddingID : nil
    nonisolated(unsafe) let source = activations.gradient
    nonisolated(unsafe) let target = gradients + math.layout.embedding
    Parallel.performColumns(width, threads: threads) { columns in
      let (first, count) = (columns.lowerBound, columns.count)
      for (row, token) in tokens.enumerated() where token != padding {
        kernels.add_scaled(
          target + Int(token) * width + first, source + row * width + first, scale, count)
      }
    }
  }
}
