/// How the losses of a step's tokens become the one number that is minimised.
package enum Reduction: String, Sendable, CaseIterable {
  /// Sum over the accumulation window, divided by the window's trainable tokens: each token counts the same.
  case tokenWindow = "token-window"
  /// Mean over micro-batches of each micro-batch's token mean: tokens of short micro-batches count more. What Axolotl
  /// 0.16 and later minimise in plain fine-tuning.
  case microBatchMean = "micro-batch-mean"

  /// What each token's loss is multiplied by, for each micro-batch of a window with these numbers of trainable tokens.
  func scales(tokenCounts: [Int]) -> [Double] {
    switch self {
    case .tokenWindow:
      let total = tokenCounts.reduce(0, +)
      return tokenCounts.map { _ in 1 / Double(total) }
    case .microBatchMean:
      return tokenCounts.map { 1 / (Double(tokenCounts.count) * Double($0)) }
    }
  }
}
