internal import Tensors

extension Backpropagation {
  /// Turns `activations.gradient` from the gradient of a layer's output into that of its input.
  func backward(
    _ index: Int, sequences: [AttentionBlocks], positions: [Int],
    gradients: UnsafeMutablePointer<Float>
  ) {
    let (a, rows) = (activations, positions.count)
    // What the MLP adds to the gradient does not go through attention where both read the same stream.
    let isParallel = math.configuration.usesParallelResidual
    if isParallel {
      a.middleGradient.update(from: a.gradient, count: rows * math.configuration.hiddenSize)
    }
    mlpGradient(index, rows: rows, gradients: gradients)
    attentionGradient(
      index, of: isParallel ? a.middleGradient : a.gradient, sequences: sequences,
      positions: positions, gradients: gradients)
  }

  /// Adds what flows back through the MLP to `activations.gradient`.
  private func mlpGradient(_ index: Int, rows: Int, gradients: UnsafeMutablePointer<Float>) {
    let (c, a, parameters) = (math.configuration, activations, math.layout.layers[index])
    let (saved, hidden) = (a.layers[index], c.hiddenSize)
    let mlpGradient = blockGradient(
      a.gradient, saved.mlpOutput, norm: parameters.postMLPNorm,
      statistics: saved.mlpOutputStatistics, rows: rows, gradients: gradients)
    if let norm = parameters.postMLPNorm {
      show(.layer(index, .mlpOutputNormWeightGradient), gradients + norm, 1, hidden)
      show(.layer(index, .mlpOutputNormGradient), mlpGradient, rows, hidden)
    }
    inputGradient(
      mlpGradient, weight: parameters.down, rows: rows, outputs: hidden,
      columns: c.intermediateSize, into: a.gatedGradient)
    show(.layer(index, .downInputGradient), a.gatedGradient, rows, c.intermediateSize)
    activationGradient(saved.gateUp, rows: rows)
    show(.layer(index, .gateUpGradient), saved.gateUp, rows, c.mlpInputWidth)
    show(.layer(index, .gatedAgain), a.gated, rows, c.intermediateSize)
    weightGradient(
      mlpGradient, input: a.gated, rows: rows, outputs: hidden, columns: c.intermediateSize,
      into: gradients + parameters.down)
    show(
      .layer(index, .downWeightGradient), gradients + parameters.down, hidden, c.intermediateSize)
    biasGradient(
      index, .downBiasGradient, mlpGradient, rows: rows, width: hidden, bias: parameters.downBias,
      gradients: gradients)
    biasGradient(
      index, .upBiasGradient, saved.gateUp, rows: rows, width: c.mlpInputWidth,
      bias: parameters.upBias, gradients: gradients)
    let input = normedAgain(
      saved.middle, norm: parameters.preMLPNorm, statistics: saved.middleStatistics, rows: rows)
    if parameters.preMLPNorm != nil { show(.layer(index, .mlpNormAgain), input, rows, hidden) }
    weightGradient(
      saved.gateUp, input: input, rows: rows, outputs: c.mlpInputWidth, columns: hidden,
      into: gradients + parameters.gateUp)
    show(
      .layer(index, .gateUpWeightGradient), gradients + parameters.gateUp, c.mlpInputWidth, hidden)
    inputGradient(
      saved.gateUp, weight: parameters.gateUp, rows: rows, outputs: c.mlpInputWidth,
      columns: hidden, into: a.normed)
    show(.layer(index, .gateUpInputGradient), a.normed, rows, hidden)
    addStreamGradient(
      input: saved.middle, norm: parameters.preMLPNorm, statistics: saved.middleStatistics,
      rows: rows, gradients: gradients)
    if let norm = parameters.preMLPNorm {
      showNorm(norm, index, .mlpNormWeightGradient, .mlpNormBiasGradient, gradients)
    }
    show(.layer(index, .mlpInputGradient), a.gradient, rows, hidden)
  }

  /// Adds what flows back through attention, whose block's gradient is `gradient`, to `activations.gradient`.
  private func attentionGradient(
    _ index: Int, of gradient: UnsafeMutablePointer<Float>, sequences: [AttentionBlocks],
    positions: [Int], gradients: UnsafeMutablePointer<Float>
  ) {
    let (c, a, parameters) = (math.configuration, activations, math.layout.layers[index])
    let (saved, rows, hidden) = (a.layers[index], positions.count, c.hiddenSize)
    let outputGradient = blockGradient(
      gradient, saved.attentionOutput, norm: parameters.postAttentionNorm,
      statistics: saved.attentionOutputStatistics, rows: rows, gradients: gradients)
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
    show(.layer(index, .rotatedAgain), a.rotated, rows, c.attentionWidth)
    attention.backward(
      sequences, layer: index, batch: a.rotated, outGradient: a.attendedGradient,
      out: a.attended, gradient: a.rotatedGradient, keyGradients: a.keyGradients,
      valueGradients: a.valueGradients, scratch: a.scratch)
    show(.layer(index, .attentionAgain), a.attended, rows, c.queryWidth)
    show(.layer(index, .attentionGradient), a.rotatedGradient, rows, c.attentionWidth)
    weightGradient(
      outputGradient, input: a.attended, rows: rows, outputs: hidden, columns: c.queryWidth,
      into: gradients + parameters.output)
    show(
      .layer(index, .outputWeightGradient), gradients + parameters.output, hidden, c.queryWidth)
    biasGradient(
      index, .outputBiasGradient, outputGradient, rows: rows, width: hidden,
      bias: parameters.outputBias, gradients: gradients)
    headGradient(index, positions: positions, gradients: gradients)
    if let queryNorm = parameters.queryNorm, let keyNorm = parameters.keyNorm {
      show(
        .layer(index, .queryNormWeightGradient), gradients + queryNorm, 1,
        c.queryWidth / c.queryNormCount)
      show(
        .layer(index, .keyNormWeightGradient), gradients + keyNorm, 1,
        c.keyValueWidth / c.keyNormCount)
    }
    if c.family.interleavesHeads {
      math.separateHeads(a.rotatedGradient, rows: rows, reversed: true)
    }
    show(.layer(index, .queryKeyValueGradient), a.rotatedGradient, rows, c.attentionWidth)
    biasGradient(
      index, .queryKeyValueBiasGradient, a.rotatedGradient, rows: rows, width: c.attentionWidth,
      bias: parameters.queryKeyValueBias, gradients: gradients)
    let input = normedAgain(
      saved.input, norm: parameters.inputNorm, statistics: saved.inputStatistics, rows: rows)
    if parameters.inputNorm != nil { show(.layer(index, .inputNormAgain), input, rows, hidden) }
    weightGradient(
      a.rotatedGradient, input: input, rows: rows, outputs: c.attentionWidth, columns: hidden,
      into: gradients + parameters.queryKeyValue)
    show(
      .layer(index, .queryKeyValueWeightGradient), gradients + parameters.queryKeyValue,
      c.attentionWidth, hidden)
    inputGradient(
      a.rotatedGradient, weight: parameters.queryKeyValue, rows: rows,
      outputs: c.attentionWidth, columns: hidden, into: a.normed)
    show(.layer(index, .queryKeyValueInputGradient), a.normed, rows, hidden)
    addStreamGradient(
      input: saved.input, norm: parameters.inputNorm, statistics: saved.inputStatistics,
      rows: rows, gradients: gradients)
    if let norm = parameters.inputNorm {
      showNorm(norm, index, .inputNormWeightGradient, .inputNormBiasGradient, gradients)
    }
    show(.layer(index, .layerInputGradient), a.gradient, rows, hidden)
  }

  /// Tells the observer of the gradients of a norm's weight and, where it has one, its bias.
  private func showNorm(
    _ norm: Int, _ index: Int, _ weight: Operation.LayerOperation,
    _ bias: Operation.LayerOperation, _ gradients: UnsafeMutablePointer<Float>
  ) {
    let hidden = math.configuration.hiddenSize
    show(.layer(index, weight), gradients + norm, 1, hidden)
    guard math.configuration.family.norm == .layer else { return }
    show(.layer(index, bias), gradients + norm + hidden, 1, hidden)
  }
}
