internal import CKernels
package import LanguageModels
package import Recipes
package import Tensors

/// AdamW with decoupled weight decay, over all parameters of a model.
///
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019); the order of operations is that of PyTorch's
/// `torch.optim.AdamW`: decay first, bias corrections folded into step size and denominator.
package final class AdamW {
  /// What became of the weights of an update.
  package struct Movement: Sendable, Equatable {
    /// Those that a moment or the decay was to move.
    package let moving: Int
    /// Of these, those that are what they were, because the step was smaller than what they are rounded to.
    package let vanished: Int
  }

  /// A stretch of parameters that one thread updates.
  private struct Tile {
    let range: Range<Int>
    let decays: Bool
  }

  /// Elements of a tile; also of a block of the gradient norm, whose value depends on it.
  private static let blockSize = 1 << 16

  /// The constants.
  package let settings: AdamWSettings
  /// Whether weights and moments are rounded to bfloat16.
  private let rounds: Bool
  /// Running means of the gradients.
  let firstMoments: FloatBuffer
  /// Running means of their squares.
  let secondMoments: FloatBuffer
  /// Updates done.
  var completedUpdates = 0

  private let tiles: [Tile]
  private var blockSums: [Double]

  /// Creates an optimizer whose moments are zero; where `rounds` says so, they and the weights are bfloat16 numbers.
  package init(layout: ParameterLayout, settings: AdamWSettings, rounds: Bool = false) {
    self.settings = settings
    self.rounds = rounds
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
  /// The gradients are multiplied by `gradientScale` first (clipping). What is rounded is computed in fp32 before.
  ///
  /// - Returns: What became of the weights where they are rounded; nil in fp32.
  @discardableResult
  package func update(
    _ parameters: FloatBuffer, gradients: FloatBuffer, gradientScale: Double, learningRate: Double,
    threads: Int
  ) -> Movement? {
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
    let rounds = rounds
    var moved = [ck_moved](repeating: ck_moved(), count: tiles.count)
    moved.withUnsafeMutableBufferPointer { moved in
      nonisolated(unsafe) let moved = moved
      Parallel.perform(tiles: tiles.count, threads: threads) { index in
        let (start, count) = (tiles[index].range.lowerBound, tiles[index].range.count)
        var constants = tiles[index].decays ? constants.decaying : constants.steady
        if rounds {
          moved[index] = kernels.update_bfloat16(
            weights + start, first + start, second + start, slopes + start, count, &constants)
        } else {
          kernels.update(
            weights + start, first + start, second + start, slopes + start, count, &constants)
        }
      }
    }
    guard rounds else { return nil }
    return Movement(
      moving: moved.reduce(0) { $0 + $1.moving }, vanished: moved.reduce(0) { $0 + $1.vanished })
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
