/// How Llama 3.1 and later stretch the waves of the rotary embedding, for contexts longer than they were first made for.
///
/// `_compute_llama3_parameters` of transformers (`rope_type` llama3), in its order of fp32 operations.
package struct RotaryScaling: Sendable, Equatable {
  /// What the frequencies of long waves are divided by.
  package let factor: Double
  /// A wave is long when it is longer than `originalPositions` divided by this.
  package let lowFrequencyFactor: Double
  /// A wave is short, and stays as it is, when it is shorter than `originalPositions` divided by this.
  package let highFrequencyFactor: Double
  /// Number of positions that the model was first made for.
  package let originalPositions: Int

  /// Creates a scaling from all its values.
  package init(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int
  ) {
    self.factor = factor
    self.lowFrequencyFactor = lowFrequencyFactor
    self.highFrequencyFactor = highFrequencyFactor
    self.originalPositions = originalPositions
  }

  /// The frequency that stands for an unscaled one, both in radians a position.
  func scaled(_ frequency: Float) -> Float {
    let positions = Double(originalPositions)
    let wave = Float(2 * Double.pi) / frequency
    if wave < Float(positions / highFrequencyFactor) { return frequency }
    if wave > Float(positions / lowFrequencyFactor) { return frequency / Float(factor) }
    let smooth =
      (Float(positions) / wave - Float(lowFrequencyFactor))
      / Float(highFrequencyFactor - lowFrequencyFactor)
    return (1 - smooth) * frequency / Float(factor) + smooth * frequency
  }
}
