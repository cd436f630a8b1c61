internal import CKernels
internal import Tensors

/// The gradients that a layer is made of.
extension Backpropagation {
  /// Gradient of a block's output, behind its norm where there is one.
  func blockGradient(
    _ gradient: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>?, norm: Int?,
    statistics: UnsafeMutablePointer<Float>?, rows: Int, gradients: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let a = activations
    guard let output, let norm, let statistics else { return gradient }
    math.clear(a.middleGradient, rows: rows, width: math.configuration.hiddenSize)
    normGradient(
      gradient, input: output, statistics: statistics, weight: norm, rows: rows,
      gradients: gradients, adding: a.middleGradient)
    return a.middleGradient
  }

  /// What a block read of the residual stream: the stream, or its norm once more, in `activations.normed`.
  func normedAgain(
    _ input: UnsafeMutablePointer<Float>, norm weight: Int?,
    statistics: UnsafeMutablePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    guard let weight else { return input }
    let (width, offset) = (math.configuration.hiddenSize, math.configuration.normWeightOffset)
    let (kernels, norm) = (math.kernels, math.configuration.family.norm)
    let count = math.configuration.normStatisticCount
    nonisolated(unsafe) let (input, statistics, out) = (input, statistics, activations.normed)
    nonisolated(unsafe) let weights = weights + weight
    let roundState = math.roundState
    math.forRows(rows) { rows in
      let (start, statistics) = (rows.lowerBound * width, statistics + rows.lowerBound * count)
      switch norm {
      case .rms:
        kernels.rms_norm_again(
          out + start, statistics, input + start, weights, rows.count, width, offset)
      case .layer:
        kernels.layer_norm_again(
          out + start, statistics, input + start, weights, weights + width, rows.count, width)
      }
      roundState(out + start, rows.count * width)
    }
    return activations.normed
  }

  /// Adds the gradient in `activations.normed`, of what a block read of the residual stream, to that of the stream.
  func addStreamGradient(
    input: UnsafeMutablePointer<Float>, norm: Int?, statistics: UnsafeMutablePointer<Float>,
    rows: Int, gradients: UnsafeMutablePointer<Float>
  ) {
    let a = activations
    guard let norm else {
      return math.add(a.normed, to: a.gradient, rows: rows, width: math.configuration.hiddenSize)
    }
    normGradient(
      a.normed, input: input, statistics: statistics, weight: norm, rows: rows,
      gradients: gradients, adding: a.gradient)
  }

  /// Adds a norm's input gradient to `sum` and the gradients of its weight and bias to `gradients`.
  func normGradient(
    _ outGradient: UnsafeMutablePointer<Float>, input: UnsafeMutablePointer<Float>,
    statistics: UnsafeMutablePointer<Float>, weight: Int, rows: Int,
    gradients: UnsafeMutablePointer<Float>, adding sum: UnsafeMutablePointer<Float>
  ) {
    let (width, offset) = (math.configuration.hiddenSize, math.configuration.normWeightOffset)
    let (kernels, norm) = (math.kernels, math.configuration.family.norm)
    let count = math.configuration.normStatisticCount
    if norm == .layer {
      addColumnSums(outGradient, rows: rows, width: width, to: gradients + weight + width)
    }
    nonisolated(unsafe) let (outGradient, input, statistics) = (outGradient, input, statistics)
    nonisolated(unsafe) let (weights, sum) = (weights + weight, sum)
    nonisolated(unsafe) let gradient = gradients + weight
    let roundState = math.roundState
    // Columns, not rows: each tile adds up weights of its own over all rows, in order.
    Parallel.performColumns(width, threads: threads) { columns in
      let first = columns.lowerBound
      let weightGradient =
        switch norm {
        case .rms: kernels.rms_norm_weight_gradient
        case .layer: kernels.layer_norm_weight_gradient
        }
      weightGradient(
        gradient + first, outGradient + first, input + first, statistics, rows, columns.count,
        width)
    }
    math.forRows(rows) { rows in
      let (start, statistics) = (rows.lowerBound * width, statistics + rows.lowerBound * count)
      switch norm {
      case .rms:
        kernels.rms_norm_input_gradient(
          sum + start, outGradient + start, input + start, statistics, weights, rows.count, width,
          offset)
      case .layer:
        kernels.layer_norm_input_gradient(
          sum + start, outGradient + start, input + start, statistics, weights, rows.count, width)
      }
      roundState(sum + start, rows.count * width)
    }
  }

  /// Replaces what the MLP's activation was given by its gradient and computes the activation again, into
  /// `activations.gated`.
  func activationGradient(_ gateUp: UnsafeMutablePointer<Float>, rows: Int) {
    let (width, kernels) = (math.configuration.intermediateSize, math.kernels)
    let activation = math.configuration.family.activation
    nonisolated(unsafe) let (gateUp, out) = (gateUp, activations.gated)
    nonisolated(unsafe) let outGradient = activations.gatedGradient
    math.forRows(rows) { rows in
      for row in rows {
        let (out, gate, d) = (
          out + row * width, gateUp + row * 2 * width, outGradient + row * width
        )
        switch activation {
        case .silu: kernels.silu_gate_gradient(out, gate, gate + width, d, width)
        case .gelu: kernels.gelu_gate_gradient(out, gate, gate + width, d, width)
        case .exactGELU: kernels.exact_gelu_gradient(out, gateUp + row * width, d, width)
        }
      }
    }
  }

  /// Turns gradients of rotated, normed queries and keys into those of the projection's output, in place.
  func headGradient(
    _ index: Int, positions: [Int], gradients: UnsafeMutablePointer<Float>
  ) {
    let (c, saved, parameters) = (
      math.configuration, activations.layers[index], math.layout.layers[index]
    )
    let heads = c.headCount + c.keyValueHeadCount
    let width = c.attentionWidth
    let table = c.attentionKinds[index] == .full ? math.fullRotary : math.slidingRotary
    let (kernels, offset) = (math.kernels, c.normWeightOffset)
    let rotation = HeadRotation(kernels, c, table)
    nonisolated(unsafe) let gradient = activations.rotatedGradient
    math.forRows(positions.count) { rows in
      for row in rows {
        rotation.turn(gradient + row * width, position: positions[row], sign: -1)
      }
    }
    guard let queryNorm = parameters.queryNorm, let keyNorm = parameters.keyNorm else { return }
    nonisolated(unsafe) let (raw, inverse) = (saved.queryKeyValue, saved.headRMS)
    nonisolated(unsafe) let (gradients, weights) = (gradients, weights)
    let sections = [
      (start: 0, width: c.queryWidth, factor: 0, count: c.queryNormCount, norm: queryNorm),
      (
        start: c.queryWidth, width: c.keyValueWidth, factor: c.queryNormCount,
        count: c.keyNormCount, norm: keyNorm
      ),
    ]
    for section in sections {
      let dimension = section.width / section.count
      Parallel.performColumns(dimension, threads: threads) { columns in
        for row in positions.indices {
          let start = row * width + section.start + columns.lowerBound
          kernels.rms_norm_weight_gradient(
            gradients + section.norm + columns.lowerBound, gradient + start, raw + start,
            inverse + row * heads + section.factor, section.count, columns.count, dimension)
        }
      }
    }
    nonisolated(unsafe) let copies = activations.keyGradients
    math.forRows(positions.count) { rows in
      for row in rows {
        for section in sections {
          let target = gradient + row * width + section.start
          let copy = copies + row * c.queryWidth
          copy.update(from: target, count: section.width)
          target.update(repeating: 0, count: section.width)
          kernels.rms_norm_input_gradient(
            target, copy, raw + row * width + section.start,
            inverse + row * heads + section.factor, weights + section.norm, section.count,
            section.width / section.count, offset)
        }
      }
    }
  }

  /// Adds to the gradient of a bias, where there is one, and tells the observer; outGradient: rows x width.
  func biasGradient(
    _ index: Int, _ operation: Operation.LayerOperation,
    _ outGradient: UnsafeMutablePointer<Float>, rows: Int, width: Int, bias: Int?,
    gradients: UnsafeMutablePointer<Float>
  ) {
    guard let bias else { return }
    addColumnSums(outGradient, rows: rows, width: width, to: gradients + bias)
    show(.layer(index, operation), gradients + bias, 1, width)
  }

  /// Adds the sums of outGradient's columns, first row first, to `gradient`; outGradient: rows x width.
  private func addColumnSums(
    _ outGradient: UnsafeMutablePointer<Float>, rows: Int, width: Int,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    let kernels = math.kernels
    nonisolated(unsafe) let (outGradient, gradient) = (outGradient, gradient)
    Parallel.performColumns(width, threads: threads) { columns in
      let first = columns.lowerBound
      for row in 0..<rows {
        kernels.add(gradient + first, outGradient + row * width + first, columns.count)
      }
    }
  }

  /// Adds outGradient^T input to a weight's gradient.
  ///
  /// outGradient: rows x outputs; input: rows x columns; gradient: outputs x columns.
  func weightGradient(
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
  func inputGradient(
    _ outGradient: UnsafeMutablePointer<Float>, weight: Int, rows: Int, outputs: Int,
    columns: Int, into out: UnsafeMutablePointer<Float>
  ) {
    math.products.multiply(
      Matrix(outGradient, rows: rows, columns: outputs),
      Matrix(weights + weight, rows: outputs, columns: columns),
      into: Matrix(out, rows: rows, columns: columns), threads: threads)
    math.roundResult(out, rows: rows, width: columns)
  }
}
