internal import Tensors

/// Bytes that passes over a model take, as the code that allocates them counts, without allocating anything.
///
/// Floating-point numbers, so that no size of a file or a manifest overflows.
package struct MemoryDemand: Sendable, Equatable {
  /// The model.
  private let configuration: ModelConfiguration
  private static let elementSize = Double(MemoryLayout<Float>.size)

  /// The demand of a model.
  package init(_ configuration: ModelConfiguration) { self.configuration = configuration }

  /// The weights in fp32.
  package var weights: Double {
    Double(ParameterLayout(configuration).count) * Self.elementSize
  }

  /// Weights, gradients, two moments of the optimizer, the activations of a micro-batch and a block of logits.
  ///
  /// - Parameters:
  ///   - tokens: tokens of the largest micro-batch.
  ///   - longest: tokens of its longest sequence.
  ///   - threads: threads that compute.
  ///   - recomputes: whether the backward pass computes activations again.
  /// - Returns: bytes.
  package func training(
    tokens: Double, longest: Double, threads: Int, recomputes: Bool
  ) -> Double {
    let c = configuration
    let activations =
      tokens * Double(TrainingActivations.elementsPerToken(c, recomputes: recomputes))
    let scratch = 2 * Double(threads) * longest * Double(Attention.scratchCount(positions: 1))
    let rows = Backpropagation.rowsPerBlock(vocabulary: c.vocabularySize)
    let logits = min(tokens, Double(rows)) * Double(c.vocabularySize)
    return 4 * weights + Self.elementSize * (activations + scratch + logits)
  }

  /// Weights, the rows of a pass, keys and values, and a block of logits.
  ///
  /// - Parameters:
  ///   - weights: bytes that the weights take.
  ///   - rows: rows that there are to compute at once, of which a pass takes at most its limit.
  ///   - longest: positions of the longest sequence, its answer included.
  ///   - sequences: sequences that are generated side by side; 0 where only scores are asked.
  ///   - threads: threads that compute.
  ///   - limits: how much is computed side by side.
  /// - Returns: bytes.
  package func inference(
    weights: Double, rows: Double, longest: Double, sequences: Int, threads: Int,
    limits: InferenceEngine.PassLimits = InferenceEngine.PassLimits()
  ) -> Double {
    let c = configuration
    let state = min(rows, Double(limits.rows)) * Double(InferenceState.widths(c).reduce(0, +))
    let scratch = Double(threads) * longest * Double(Attention.scratchCount(positions: 1))
    let block = InferenceEngine.rowsPerBlock(vocabulary: c.vocabularySize)
    let logits = min(rows, Double(block)) * Double(c.vocabularySize)
    let slot =
      longest * Double(c.layerCount) * Double(KeyValueCache.stride(c)) * Self.elementSize
    let budget = max(slot, Double(InferenceEngine.cacheByteBudget))
    let cache = min(budget, slot * Double(max(1, min(sequences, limits.sequences))))
    return weights + cache + Self.elementSize * (state + scratch + logits)
  }
}
