/// What one optimizer step did.
///
/// Means are over the step's trainable tokens, all equal, whatever the reduction.
package struct StepRecord: Sendable, Equatable {
  /// Number of the step, from 1.
  package let step: Int
  /// The pass over the examples that it belongs to, from 0.
  package let epoch: Int
  /// What was minimised: weighted cross entropy under the configured reduction, in nats.
  package let loss: Double
  /// Mean cross entropy, comparable across objectives, in nats.
  package let crossEntropy: Double
  /// Mean entropy of the k largest logits, in nats.
  package let entropy: Double
  /// Mean weight.
  package let weight: Double
  /// L2 norm of the whole gradient, before clipping.
  package let gradientNorm: Double
  /// Learning rate of this step.
  package let learningRate: Double
  /// Tokens that were predicted.
  package let trainableTokens: Int
  /// All tokens of the batch.
  package let totalTokens: Int
  /// What became of the weights where they are rounded; nil in fp32.
  package let movement: AdamW.Movement?
  /// Examples of each micro-batch, as positions in the trainer's examples; those of several ranks in turn.
  package let microBatches: [[Int]]
}
