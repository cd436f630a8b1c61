/// The numbers that a training computes with and keeps.
///
/// What is rounded to bfloat16 is rounded to the nearest number, to the even one in the middle, and held in fp32. Products
/// add up in fp32 whatever their operands are. What is in no line of the table is computed in fp32.
///
/// | rounded | mixed | bfloat16 |
/// |---|---|---|
/// | operands of all products: of projections, attention and the head, forwards and backwards | yes | yes |
/// | results of projections and of the head with their biases, and gradients of what they were given | yes | yes |
/// | weights, both moments, and the gradient after each micro-batch | no | yes |
/// | embeddings with their scale, results of norms and gradients of what they were given, the residual stream and its gradient | no | yes |
/// | cosines and sines of the rotary embedding | no | yes |
///
/// `mixed` is PyTorch's autocast to bfloat16, but for the gradients of weights, which it rounds. `bfloat16` is autocast of a
/// model that was loaded as bfloat16, as Axolotl's `bf16: true` trains it under FSDP2, or with flash attention. In both,
/// attention is that of flash attention: scores and softmax in fp32.
package enum TrainingPrecision: String, Sendable, CaseIterable {
  /// fp32 throughout.
  case float32 = "fp32"
  /// Products of bfloat16 operands; all that is kept is fp32.
  case mixed = "bf16-mixed"
  /// The same, and all that is kept is bfloat16.
  case bfloat16 = "bf16-weights"

  /// Products with the arithmetic of `numerics`, which has to be portable for those of bfloat16 operands.
  package func products(_ numerics: Numerics) -> MatrixProduct {
    MatrixProduct(numerics, of: self == .float32 ? .float32 : .bfloat16)
  }
}
