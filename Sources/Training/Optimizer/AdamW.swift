internal import CKernels
package import LanguageModels
package import Recipes
package import Tensors

/// AdamW with decoupled weight decay, over all parameters of a model.
///
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019); the order of operations is that of PyTorch's
/// `torch.optim.AdamW`: decay first, bias corrections folded into step size and denominator.
package final class AdamW {
  /// A stretch of parameters that one thread updates.
  private struct Tile {
    let range: Range<Int>
    let decays: Bool
  }

  /// Elements of a tile; also of a block of the gradient norm, whose value depends on it.
  private static let blockSize = 1 << 16

  /// The constants.
  package let settings: AdamWSettings
  /// Running means of the gradients.
  let firstMoments: FloatBuffer
  /// Running means of their squares.
  let secondMoments: FloatBuffer
  /// Updates done.
  var completedUpdates = 0

  private let tiles: [Tile]
  private var blockSums: [Double]

  /// Creates an optimizer whose moments are zero.
  package init(layout: ParameterLayout, settings: AdamWSettings) {
    self.settings = settings
    firstMoments = FloatBuffer(count: layout.count)
    secondMoments = FloatBuffer(count: layout.count)
    tiles = layout.entries.flatMap { entry in
      let decays = settings.weightDecay != 0 && WeightDecayRule.decays(entry.name)
      return stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: Self.blockSize)
        .map {
          Tile(range: $0..<min($0 + Self.blockSize, entry.range.upperBound), decays: decays)
        }
    }
    blockSums = [Double](
      repeating: 0, count: (layout.count + Self.blockSize - 1) / Self.blockSize)
  }

  /// The L2 norm of all gradients, summed in double over fixed blocks.
  package func norm(of gradients: FloatBuffer, threads: Int) -> Double {
    let kernels = ck_adamw().pointee
    let count = gradients.count
    nonisolated(unsafe) let elements = gradients.pointer
    blockSums.withUnsafeMutableBufferPointer { blockSums in
      nonisolated(unsafe) let sums = blockSums
      Parallel.perform(tiles: sums.count, threads: threads) { block in
        let start = block * Self.blockSize
        sums[block] = kernels.sum_of_squares(elements + start, min(Self.blockSize, count - start))
      }
    }
    return blockSums.reduce(0, +).squareRoot()
  }

  /// Updates `parameters` by one step and sets `gradients` to zero, ready for the next accumulation.
  ///
  /// The gradients are multiplied by `gradientScale` first (clipping).
  package func update(
    _ parameters: FloatBuffer, gradients: FloatBuffer, gradientScale: Double, learningRate: Double,
    threads: Int
  ) {
    precondition(
      parameters.count == firstMoments.count && gradients.count == firstMoments.count,
      "Parameters and gradients must be laid out as the moments.")
    completedUpdates += 1
    let correction1 = 1 - Self.power(settings.beta1, completedUpdates)
    let correction2 = 1 - Self.power(settings.beta2, completedUpdates)
    let steady = ck_adamw_constants(
      gradient_scale: Float(gradientScale), decay: 1, beta1: Float(settings.beta1),
      beta2: Float(settings.beta2), one_minus_beta1: Float(1 - settings.beta1),
      one_minus_beta2: Float(1 - settings.beta2), step_size: Float(learningRate / correction1),
      second_moment_scale: Float(1 / correction2.squareRoot()), epsilon: Float(settings.epsilon))
    var decaying = steady
    decaying.decay = Float(1 - learningRate * settings.weightDecay)
    let constants = (steady: steady, decaying: decaying)
    let (kernels, tiles) = (ck_adamw().pointee, tiles)
    nonisolated(unsafe) let (weights, slopes) = (parameters.pointer, gradients.pointer)
    nonisolated(unsafe) let (first, second) = (firstMoments.pointer, secondMoments.pointer)
    Parallel.perform(tiles: tiles.count, threads: threads) { index in
      let start = tiles[index].range.lowerBound
      var constants = tiles[index].decays ? constants.decaying : constants.steady
      kernels.update(
        weights + start, first + start, second + start, slopes + start, tiles[index].range.count,
        &constants)
    }
  }

  /// base to a power of at least 1, by squaring.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
