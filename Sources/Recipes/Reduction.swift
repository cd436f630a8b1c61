/// How the losses of a step's tokens become the one number that is minimised.
package enum Reduction: String, Sendable, CaseIterable {
  /// Sum over the accumulation window of all processes, divided by the window's trainable tokens: each token counts the
  /// same.
  case tokenWindow = "token-window"
  /// Mean over micro-batches of each micro-batch's token mean: tokens of short micro-batches count more.
  case microBatchMean = "micro-batch-mean"
  /// Mean over data-parallel processes of each one's token window: tokens of a process with few of them count more.
  case rankMean = "rank-mean"

  /// Which of a step's micro-batches are averaged together, by their positions.
  ///
  /// Micro-batches are dealt to processes in turn: that at position i is of process i modulo `ranks`.
  package func windows(microBatches count: Int, ranks: Int) -> [[Int]] {
    switch self {
    case .tokenWindow, .microBatchMean: [Array(0..<count)]
    case .rankMean: (0..<ranks).map { Array(stride(from: $0, to: count, by: ranks)) }
    }
  }

  /// What each token's loss is multiplied by, for each micro-batch of a step with these numbers of trainable tokens.
  package func scales(tokenCounts: [Int], ranks: Int) -> [Double] {
    switch self {
    case .tokenWindow, .rankMean:
      let windows = windows(microBatches: tokenCounts.count, ranks: ranks)
      var scales = [Double](repeating: 0, count: tokenCounts.count)
      for window in windows {
        let total = window.reduce(0) { $0 + tokenCounts[$1] }
        for index in window { scales[index] = 1 / (Double(windows.count) * Double(total)) }
      }
      return scales
    case .microBatchMean:
      // A micro-batch whose tokens are all masked has nothing to be scaled, and stays one of those averaged over.
      return tokenCounts.map { $0 == 0 ? 0 : 1 / (Double(tokenCounts.count) * Double($0)) }
    }
  }
}

extension Reduction {
  /// What a trainer does, named by it and the first version that does so.
  ///
  /// With `average_tokens_across_devices`, the default of transformers' own `Trainer` but not of Axolotl, it is
  /// ``Reduction/tokenWindow`` with any number of processes.
  package enum Preset: String, Sendable, CaseIterable {
    /// Axolotl 0.14 and 0.15, and plain fine-tuning before: each process counts the tokens of its window.
    case axolotl014 = "axolotl-0.14"
    /// Axolotl 0.16 to 0.19: plain fine-tuning averages micro-batches, custom losses count tokens as before.
    case axolotl016 = "axolotl-0.16"
    /// Axolotl since 0.20: tokens are counted again, whatever the loss.
    case axolotl020 = "axolotl-0.20"

    /// How the tokens of an arm with this objective are averaged, over so many processes.
    package func reduction(of objective: Objective, ranks: Int) -> Reduction {
      if self == .axolotl016, objective == .crossEntropy { return .microBatchMean }
      return ranks > 1 ? .rankMean : .tokenWindow
    }
  }
}
