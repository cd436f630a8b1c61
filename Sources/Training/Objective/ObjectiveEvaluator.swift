internal import CKernels
internal import LanguageModels
internal import Recipes
internal import Tensors

/// Computes an objective over blocks of logits, with memory that is kept from block to block.
final class ObjectiveEvaluator {
  private let settings: ck_objective
  /// Cross entropies, then entropies, then weights of a block's rows.
  private var rowResults: [Double] = []
  /// Is told of every row's results.
  var observer: OperationObserver?

  init(_ objective: Objective) {
    settings = objective.kernelSettings
  }

  /// Overwrites the block's logits with the gradient of `scale` times the sum of weighted cross entropies.
  ///
  /// `weights` are those of the block's rows, for an objective that takes them from elsewhere. Returns the sums over the
  /// block's rows, unscaled, added in the order of rows.
  func evaluate(
    _ block: LogitsBlock, scale: Double, weights: ArraySlice<Double>? = nil
  ) -> TokenLosses {
    compute(block, scale: scale, weights: weights)
    let rows = block.targets.count
    if let observer {
      for (index, operation) in [Operation.crossEntropy, .entropy, .weight].enumerated() {
        ObservedTensor.withRow(rowResults[index * rows..<(index + 1) * rows]) {
          observer(operation, $0)
        }
      }
    }
    var sums = TokenLosses(count: rows)
    for row in 0..<rows {
      let (crossEntropy, weight) = (rowResults[row], rowResults[2 * rows + row])
      sums.crossEntropy += crossEntropy
      sums.entropy += rowResults[rows + row]
      sums.weight += weight
      sums.weighted += weight * crossEntropy
    }
    return sums
  }

  /// How well the block's rows are predicted; its logits are lost.
  func predictions(_ block: LogitsBlock) -> TokenPredictions {
    let rows = block.targets.count
    compute(block, scale: 1, weights: [Double](repeating: 1, count: rows)[...])
    return TokenPredictions(
      crossEntropies: Array(rowResults[..<rows]), entropies: Array(rowResults[rows..<2 * rows]))
  }

  /// What the objective does at each of the block's rows, with weights of 1 where it takes them from elsewhere; its logits
  /// are lost.
  func measures(_ block: LogitsBlock) -> TokenMeasures {
    let (rows, vocabulary) = (block.targets.count, block.vocabularySize)
    compute(block, scale: 1, weights: [Double](repeating: 1, count: rows)[...])
    let kernels = ck_adamw().pointee
    var norms = [Double](repeating: 0, count: rows)
    nonisolated(unsafe) let gradients = block.logits
    norms.withUnsafeMutableBufferPointer { norms in
      nonisolated(unsafe) let norms = norms
      Parallel.perform(tiles: rows, threads: block.threads) { row in
        norms[row] = kernels.sum_of_squares(gradients + row * vocabulary, vocabulary).squareRoot()
      }
    }
    return TokenMeasures(
      crossEntropies: Array(rowResults[..<rows]), entropies: Array(rowResults[rows..<2 * rows]),
      weights: Array(rowResults[2 * rows..<3 * rows]), gradientNorms: norms)
  }

  /// Fills `rowResults` and overwrites the block's logits.
  private func compute(_ block: LogitsBlock, scale: Double, weights: ArraySlice<Double>?) {
    let (rows, vocabulary) = (block.targets.count, block.vocabularySize)
    if rowResults.count < 3 * rows { rowResults = [Double](repeating: 0, count: 3 * rows) }
    if let weights {
      precondition(weights.count == rows, "Every row needs a weight.")
      rowResults.replaceSubrange(2 * rows..<3 * rows, with: weights)
    }
    let (settings, kernel) = (settings, ck_objective_rows())
    nonisolated(unsafe) let logits = block.logits
    rowResults.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      block.targets.withUnsafeBufferPointer { targets in
        nonisolated(unsafe) let targets = targets
        Parallel.perform(tiles: rows, threads: block.threads) { row in
          guard let targets = targets.baseAddress, let results = results.baseAddress else { return }
          withUnsafePointer(to: settings) { settings in
            kernel?(
              results + row, results + rows + row, results + 2 * rows + row,
              logits + row * vocabulary, targets + row, 1, vocabulary, settings, scale)
          }
        }
      }
    }
  }
}
