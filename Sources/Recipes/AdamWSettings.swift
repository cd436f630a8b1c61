/// The constants of AdamW; defaults are PyTorch's, but for the decay, which is transformers'.
package struct AdamWSettings: Sendable, Equatable {
  /// Decay rate of the first moment.
  package var beta1 = 0.9
  /// Decay rate of the second moment.
  package var beta2 = 0.999
  /// Added to the root of the second moment.
  package var epsilon = 1e-8
  /// Share of a weight that a step at learning rate 1 takes away.
  package var weightDecay = 0.0

  package init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }
}
