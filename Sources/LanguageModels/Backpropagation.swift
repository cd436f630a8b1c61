internal import CKernels
package import Tensors

/// Forward and backward passes over packed batches, in fp32.
///
/// What a layer computes cheaply (norms, rotations, attention, the MLP's activation) is computed again
/// in the backward pass instead of stored; logits exist only for supervised positions and only a block at a time.
/// Results have the same bits for every number of threads.
///
/// Legend: T = tokens of a batch, H = hidden size, Q = query width, W = Q plus twice the key/value width,
/// I = intermediate size, V = vocabulary size.
package final class Backpropagation {
  /// Logits of a block take at most about this many elements (64 MiB).
  private static let logitsPerBlock = 1 << 24

  private let math: TransformerMath
  private let attention: Attention
  private let threads: Int
  private var activations: TrainingActivations
  private var show = ResultObserver()
  /// Is told of every operation's result; nil costs nothing.
  package var observer: OperationObserver? {
    get { show.observer }
    set { show.observer = newValue }
  }

  /// Prepares passes over `model`, whose weights are read anew in each.
  package init(model: LanguageModel, threads: Int, numerics: Numerics = .portable) {
    precondition(threads > 0, "Backpropagation needs at least one thread.")
    math = TransformerMath(model: model, threads: threads, numerics: numerics)
    attention = Attention(
      configuration: model.configuration, threads: threads, numerics: numerics)
    self.threads = threads
    activations = TrainingActivations(model.configuration, tokens: 0, longest: 0, threads: threads)
    self.model = model
  }

  // Held so that the weights that `math` points to stay alive.
  private let model: LanguageModel

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
    let sequences = rows.map {
      AttentionBlocks(sequence: $0, positions: positions, configuration: math.configuration)
    }
    let longest = rows.map(\.count).max() ?? 0
    activations.reserve(math.configuration, tokens: batch.tokens.count, longest: longest)
    math.fullRotary.reserve(positions: longest)
    math.slidingRotary.reserve(positions: longest)
    if let observer {
      ObservedTensor.withRow(batch.tokens) { observer(.tokens, $0) }
      ObservedTensor.withRow(batch.targets) { observer(.targets, $0) }
    }

    math.embed(batch.tokens, into: activations.layers[0].input)
    show(
      .embedding, activations.layers[0].input, batch.tokens.count, math.configuration.hiddenSize)
    for layer in 0..<math.configuration.layerCount {
      forward(layer, sequences: sequences, positions: positions)
    }
    try head(batch, gradients: gradients?.pointer, lossGradient: lossGradient)
    guard let gradients else { return }
    for layer in (0..<math.configuration.layerCount).reversed() {
      backward(layer, sequences: sequences, positions: positions, gradients: gradients.pointer)
    }
    embeddingGradient(batch.tokens, gradients: gradients.pointer)
    show(
      .embeddingGradient, gradients.pointer + math.layout.embedding,
      math.configuration.vocabularySize, math.configuration.hiddenSize)
  }

  // MARK: - Forward

  private func forward(_ index: Int, sequences: [AttentionBlocks], positions: [Int]) {
    let (a, saved) = (activations, activations.layers[index])
    let isLast = index + 1 == math.configuration.layerCount
    let memory = LayerMemory(
      input: saved.input, middle: saved.middle,
      output: isLast ? a.output : a.layers[index + 1].input, inputRMS: saved.inputRMS,
      middleRMS: saved.middleRMS, normed: a.normed, queryKeyValue: saved.queryKeyValue,
      rotated: a.rotated, headRMS: saved.headRMS, attended: a.attended, gateUp: saved.gateUp,
      gated: a.gated, attentionOutput: saved.attentionOutput ?? a.normed,
      mlpOutput: saved.mlpOutput ?? a.normed, attentionOutputRMS: saved.attentionOutputRMS,
      mlpOutputRMS: saved.mlpOutputRMS, scratch: a.scratch)
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
    a.gradient.update(repeating: 0, count: batch.tokens.count * width)
    guard rows > 0 else { return }

    // Supervised rows side by side: final hidden states and, behind the norm, what the head sees.
    let (states, normed, inverse) = (a.middleGradient, a.normed, a.finalRMS)
    for (row, position) in supervised.enumerated() {
      (states + row * width).update(from: a.output + position * width, count: width)
    }
    math.norm(states, weight: math.layout.finalNorm, rows: rows, into: normed, inverseRMS: inverse)
    show(.finalNorm, normed, rows, width)

    let normedGradient = a.rotated
    let weight = Matrix(math.weights + math.layout.head, rows: vocabulary, columns: width)
    let blocks = (rows - 1) / Self.rowsPerBlock(vocabulary: vocabulary) + 1
    a.reserveLogits((rows + blocks - 1) / blocks * vocabulary)
    for block in 0..<blocks {
      let range = Parallel.range(of: block, tiles: blocks, count: rows)
      let logits = Matrix(a.logits.pointer, rows: range.count, columns: vocabulary)
      let input = Matrix(normed + range.lowerBound * width, rows: range.count, columns: width)
      math.products.multiply(input, weight, transposingB: true, into: logits, threads: threads)
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
      show(.headInputGradient, normedGradient + range.lowerBound * width, range.count, width)
      math.products.multiply(
        logits, transposingA: true, input, into: weightGradient, accumulation: .adding,
        threads: threads)
      show(.headWeightGradient, weightGradient.pointer, vocabulary, width)
    }

    guard let gradients else { return }
    let stateGradient = a.keyGradients
    stateGradient.update(repeating: 0, count: rows * width)
    normGradient(
      normedGradient, input: states, inverseRMS: inverse, weight: math.layout.finalNorm,
      rows: rows, gradients: gradients, adding: stateGradient)
    show(.finalNormWeightGradient, gradients + math.layout.finalNorm, 1, width)
    show(.finalNormGradient, stateGradient, rows, width)
    for (row, position) in supervised.enumerated() {
      (a.gradient + position * width).update(from: stateGradient + row * width, count: width)
    }
  }

  private static func rowsPerBlock(vocabulary: Int) -> Int {
    min(512, max(32, logitsPerBlock / vocabulary))
  }

  // MARK: - Backward

  /// Turns `activations.gradient` from the gradient of a layer's output into that of its input.
  private func backward(
    _ index: Int, sequences: [AttentionBlocks], positions: [Int],
    gradients: UnsafeMutablePointer<Float>
  ) {
    let (c, a, parameters) = (math.configuration, activations, math.layout.layers[index])
    let (saved, rows, hidden) = (a.layers[index], positions.count, math.configuration.hiddenSize)

    // MLP.
    let mlpGradient = blockGradient(
      saved.mlpOutput, norm: parameters.postMLPNorm, inverseRMS: saved.mlpOutputRMS, rows: rows,
      gradients: gradients)
    if let norm = parameters.postMLPNorm {
      show(.layer(index, .mlpOutputNormWeightGradient), gradients + norm, 1, hidden)
      show(.layer(index, .mlpOutputNormGradient), mlpGradient, rows, hidden)
    }
    inputGradient(
      mlpGradient, weight: parameters.down, rows: rows, outputs: hidden,
      columns: c.intermediateSize, into: a.gatedGradient)
    show(.layer(index, .downInputGradient), a.gatedGradient, rows, c.intermediateSize)
    gateGradient(saved.gateUp, rows: rows)
    show(.layer(index, .gateUpGradient), saved.gateUp, rows, 2 * c.intermediateSize)
    show(.layer(index, .gatedAgain), a.gated, rows, c.intermediateSize)
    weightGradient(
      mlpGradient, input: a.gated, rows: rows, outputs: hidden, columns: c.intermediateSize,
      into: gradients + parameters.down)
    show(
      .layer(index, .downWeightGradient), gradients + parameters.down, hidden, c.intermediateSize)
    normAgain(
      saved.middle, weight: parameters.preMLPNorm, inverseRMS: saved.middleRMS, rows: rows)
    show(.layer(index, .mlpNormAgain), a.normed, rows, hidden)
    weightGradient(
      saved.gateUp, input: a.normed, rows: rows, outputs: 2 * c.intermediateSize,
      columns: hidden, into: gradients + parameters.gateUp)
    show(
      .layer(index, .gateUpWeightGradient), gradients + parameters.gateUp,
      2 * c.intermediateSize, hidden)
    inputGradient(
      saved.gateUp, weight: parameters.gateUp, rows: rows, outputs: 2 * c.intermediateSize,
      columns: hidden, into: a.normed)
    show(.layer(index, .gateUpInputGradient), a.normed, rows, hidden)
    normGradient(
      a.normed, input: saved.middle, inverseRMS: saved.middleRMS, weight: parameters.preMLPNorm,
      rows: rows, gradients: gradients, adding: a.gradient)
    show(.layer(index, .mlpNormWeightGradient), gradients + parameters.preMLPNorm, 1, hidden)
    show(.layer(index, .mlpInputGradient), a.gradient, rows, hidden)

    // Attention.
    let outputGradient = blockGradient(
      saved.attentionOutput, norm: parameters.postAttentionNorm,
      inverseRMS: saved.attentionOutputRMS, rows: rows, gradients: gradients)
    if let norm = parameters.postAttentionNorm {
      show(.layer(index, .attentionOutputNormWeightGradient), gradients + norm, 1, hidden)
      show(.layer(index, .attentionOutputNormGradient), outputGradient, rows, hidden)
    }
    inputGradient(
      outputGradient, weight: parameters.output, rows: rows, outputs: hidden,
      columns: c.queryWidth, into: a.attendedGradient)
    show(.layer(index, .outputInputGradient), a.attendedGradient, rows, c.queryWidth)
    math.prepareAttention(
      saved.queryKeyValue, layer: index, positions: positions, into: a.rotated,
      inverseRMS: saved.headRMS)
    show(.layer(index, .rotatedAgain), a.rotated, rows, math.attentionWidth)
    attention.backward(
      sequences, layer: index, batch: a.rotated, outGradient: a.attendedGradient,
      out: a.attended, gradient: a.rotatedGradient, keyGradients: a.keyGradients,
      valueGradients: a.valueGradients, scratch: a.scratch)
    show(.layer(index, .attentionAgain), a.attended, rows, c.queryWidth)
    show(.layer(index, .attentionGradient), a.rotatedGradient, rows, math.attentionWidth)
    weightGradient(
      outputGradient, input: a.attended, rows: rows, outputs: hidden, columns: c.queryWidth,
      into: gradients + parameters.output)
    show(
      .layer(index, .outputWeightGradient), gradients + parameters.output, hidden, c.queryWidth)
    headGradient(index, positions: positions, gradients: gradients)
    if let queryNorm = parameters.queryNorm, let keyNorm = parameters.keyNorm {
      show(.layer(index, .queryNormWeightGradient), gradients + queryNorm, 1, c.headDimension)
      show(.layer(index, .keyNormWeightGradient), gradients + keyNorm, 1, c.headDimension)
    }
    show(.layer(index, .queryKeyValueGradient), a.rotatedGradient, rows, math.attentionWidth)
    if let bias = parameters.queryKeyValueBias {
      biasGradient(
        a.rotatedGradient, rows: rows, width: math.attentionWidth, into: gradients + bias)
      show(
        .layer(index, .queryKeyValueBiasGradient), gradients + bias, 1, math.attentionWidth)
    }
    normAgain(saved.input, weight: parameters.inputNorm, inverseRMS: saved.inputRMS, rows: rows)
    show(.layer(index, .inputNormAgain), a.normed, rows, hidden)
    weightGradient(
      a.rotatedGradient, input: a.normed, rows: rows, outputs: math.attentionWidth,
      columns: hidden, into: gradients + parameters.queryKeyValue)
    show(
      .layer(index, .queryKeyValueWeightGradient), gradients + parameters.queryKeyValue,
      math.attentionWidth, hidden)
    inputGradient(
      a.rotatedGradient, weight: parameters.queryKeyValue, rows: rows,
      outputs: math.attentionWidth, columns: hidden, into: a.normed)
    show(.layer(index, .queryKeyValueInputGradient), a.normed, rows, hidden)
    normGradient(
      a.normed, input: saved.input, inverseRMS: saved.inputRMS, weight: parameters.inputNorm,
      rows: rows, gradients: gradients, adding: a.gradient)
    show(.layer(index, .inputNormWeightGradient), gradients + parameters.inputNorm, 1, hidden)
    show(.layer(index, .layerInputGradient), a.gradient, rows, hidden)
  }

  /// Gradient of a block's output, behind its norm where there is one.
  private func blockGradient(
    _ output: UnsafeMutablePointer<Float>?, norm: Int?,
    inverseRMS: UnsafeMutablePointer<Float>?, rows: Int, gradients: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let a = activations
    guard let output, let norm, let inverseRMS else { return a.gradient }
    a.middleGradient.update(repeating: 0, count: rows * math.configuration.hiddenSize)
    normGradient(
      a.gradient, input: output, inverseRMS: inverseRMS, weight: norm, rows: rows,
      gradients: gradients, adding: a.middleGradient)
    return a.middleGradient
  }

  /// The output of a norm, once more, into `activations.normed`.
  private func normAgain(
    _ input: UnsafeMutablePointer<Float>, weight: Int, inverseRMS: UnsafeMutablePointer<Float>,
    rows: Int
  ) {
    let (width, offset) = (math.configuration.hiddenSize, math.configuration.normWeightOffset)
    let kernels = math.kernels
    nonisolated(unsafe) let (input, inverse, out) = (input, inverseRMS, activations.normed)
    nonisolated(unsafe) let weight = math.weights + weight
    math.forRows(rows) { rows in
      kernels.rms_norm_again(
        out + rows.lowerBound * width, inverse + rows.lowerBound,
        input + rows.lowerBound * width, weight, rows.count, width, offset)
    }
  }

  /// Adds a norm's input gradient to `sum` and its weight's gradient to `gradients`.
  private func normGradient(
    _ outGradient: UnsafeMutablePointer<Float>, input: UnsafeMutablePointer<Float>,
    inverseRMS: UnsafeMutablePointer<Float>, weight: Int, rows: Int,
    gradients: UnsafeMutablePointer<Float>, adding sum: UnsafeMutablePointer<Float>
  ) {
    let (width, offset) = (math.configuration.hiddenSize, math.configuration.normWeightOffset)
    let kernels = math.kernels
    nonisolated(unsafe) let (outGradient, input, inverse) = (outGradient, input, inverseRMS)
    nonisolated(unsafe) let (weights, sum) = (math.weights + weight, sum)
    nonisolated(unsafe) let gradient = gradients + weight
    // Columns, not rows: each tile adds up weights of its own over all rows, in order.
    let columns = 64
    Parallel.perform(tiles: (width + columns - 1) / columns, threads: threads) { tile in
      let first = tile * columns
      kernels.rms_norm_weight_gradient(
        gradient + first, outGradient + first, input + first, inverse, rows,
        min(columns, width - first), width)
    }
    math.forRows(rows) { rows in
      let start = rows.lowerBound * width
      kernels.rms_norm_input_gradient(
        sum + start, outGradient + start, input + start, inverse + rows.lowerBound, weights,
        rows.count, width, offset)
    }
  }

  /// Replaces gate and up by their gradients and computes the gated values again, into `activations.gated`.
  private func gateGradient(_ gateUp: UnsafeMutablePointer<Float>, rows: Int) {
    let width = math.configuration.intermediateSize
    let gradient =
      switch math.configuration.family.activation {
      case .silu: math.kernels.silu_gate_gradient
      case .gelu: math.kernels.gelu_gate_gradient
      }
    nonisolated(unsafe) let (gateUp, out) = (gateUp, activations.gated)
    nonisolated(unsafe) let outGradient = activations.gatedGradient
    math.forRows(rows) { rows in
      for row in rows {
        gradient(
          out + row * width, gateUp + row * 2 * width, gateUp + row * 2 * width + width,
          outGradient + row * width, width)
      }
    }
  }

  /// Turns gradients of rotated, normed queries and keys into those of the projection's output, in place.
  private func headGradient(
    _ index: Int, positions: [Int], gradients: UnsafeMutablePointer<Float>
  ) {
    let (c, saved, parameters) = (
      math.configuration, activations.layers[index], math.layout.layers[index]
    )
    let heads = c.headCount + c.keyValueHeadCount
    let (width, dimension, half) = (math.attentionWidth, c.headDimension, c.headDimension / 2)
    let table = c.attentionKinds[index] == .full ? math.fullRotary : math.slidingRotary
    let (kernels, offset) = (math.kernels, c.normWeightOffset)
    nonisolated(unsafe) let (cosines, sines) = (table.cosines.pointer, table.sines.pointer)
    nonisolated(unsafe) let gradient = activations.rotatedGradient
    math.forRows(positions.count) { rows in
      for row in rows {
        let position = positions[row] * half
        kernels.rotate(
          gradient + row * width, cosines + position, sines + position, heads, dimension, -1)
      }
    }
    guard let queryNorm = parameters.queryNorm, let keyNorm = parameters.keyNorm else { return }
    nonisolated(unsafe) let (raw, inverse) = (saved.queryKeyValue, saved.headRMS)
    nonisolated(unsafe) let (gradients, weights) = (gradients, math.weights)
    let sections = [
      (start: 0, heads: 0..<c.headCount, norm: queryNorm),
      (start: c.queryWidth, heads: c.headCount..<heads, norm: keyNorm),
    ]
    Parallel.perform(tiles: sections.count, threads: threads) { tile in
      let section = sections[tile]
      for row in positions.indices {
        kernels.rms_norm_weight_gradient(
          gradients + section.norm, gradient + row * width + section.start,
          raw + row * width + section.start, inverse + row * heads + section.heads.lowerBound,
          section.heads.count, dimension, dimension)
      }
    }
    nonisolated(unsafe) let copies = activations.keyGradients
    math.forRows(positions.count) { rows in
      for row in rows {
        for section in sections {
          let target = gradient + row * width + section.start
          let count = section.heads.count * dimension
          let copy = copies + row * c.queryWidth
          copy.update(from: target, count: count)
          target.update(repeating: 0, count: count)
          kernels.rms_norm_input_gradient(
            target, copy, raw + row * width + section.start,
            inverse + row * heads + section.heads.lowerBound, weights + section.norm,
            section.heads.count, dimension, offset)
        }
      }
    }
  }

  /// Adds the sums of outGradient's columns, first row first, to a bias's gradient; outGradient: rows x width.
  private func biasGradient(
    _ outGradient: UnsafeMutablePointer<Float>, rows: Int, width: Int,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    let (kernels, columns) = (math.kernels, 64)
    nonisolated(unsafe) let (outGradient, gradient) = (outGradient, gradient)
    Parallel.perform(tiles: (width + columns - 1) / columns, threads: threads) { tile in
      let first = tile * columns
      for row in 0..<rows {
        kernels.add(
          gradient + first, outGradient + row * width + first, min(columns, width - first))
      }
    }
  }

  /// Adds outGradient^T input to a weight's gradient.
  ///
  /// outGradient: rows x outputs; input: rows x columns; gradient: outputs x columns.
  private func weightGradient(
    _ outGradient: UnsafeMutablePointer<Float>, input: UnsafeMutablePointer<Float>, rows: Int,
    outputs: Int, columns: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    math.products.multiply(
      Matrix(outGradient, rows: rows, columns: outputs), transposingA: true,
      Matrix(input, rows: rows, columns: columns),
      into: Matrix(gradient, rows: outputs, columns: columns), accumulation: .adding,
      threads: threads)
  }

  /// Multiplies outGradient with a weight matrix.
  ///
  /// outGradient: rows x outputs; weight: outputs x columns; out: rows x columns.
  private func inputGradient(
    _ outGradient: UnsafeMutablePointer<Float>, weight: Int, rows: Int, outputs: Int,
    columns: Int, into out: UnsafeMutablePointer<Float>
  ) {
    math.products.multiply(
      Matrix(outGradient, rows: rows, columns: outputs),
      Matrix(math.weights + weight, rows: outputs, columns: columns),
      into: Matrix(out, rows: rows, columns: columns), threads: threads)
  }

  /// Adds `activations.gradient` to the embeddings of the tokens; tiles are columns, since tokens repeat.
  ///
  /// The padding token's embedding gets nothing, wherever it stands: transformers builds the table with it as
  /// `torch.nn.Embedding`'s `padding_idx`. Where the head is tied, its part of the gradient remains.
  private func embeddingGradient(_ tokens: [Int32], gradients: UnsafeMutablePointer<Float>) {
    let (width, columns) = (math.configuration.hiddenSize, 64)
    let (scale, kernels) = (math.configuration.embeddingScale, math.kernels)
    let padding = math.configuration.paddingID
    nonisolated(unsafe) let source = activations.gradient
    nonisolated(unsafe) let target = gradients + math.layout.embedding
    Parallel.perform(tiles: (width + columns - 1) / columns, threads: threads) { tile in
      let first = tile * columns
      let count = min(columns, width - first)
      for (row, token) in tokens.enumerated() where token != padding {
        kernels.add_scaled(
          target + Int(token) * width + first, source + row * width + first, scale, count)
      }
    }
  }
}
