internal import Tensors

/// Cosines and sines of the rotary position embedding, for one base.
///
/// As `LlamaRotaryEmbedding` of transformers: frequencies theta^(-2i/d) and angles are fp32 numbers. The functions
/// are the project's own, so that tables have the same bits everywhere.
final class RotaryTable {
  private let frequencies: [Float]
  private(set) var cosines: FloatBuffer
  private(set) var sines: FloatBuffer
  private var positions = 0

  init(theta: Double, headDimension: Int, scaling: RotaryScaling?) {
    frequencies = Self.frequencies(theta: theta, headDimension: headDimension, scaling: scaling)
    cosines = FloatBuffer(count: 0)
    sines = FloatBuffer(count: 0)
  }

  /// The frequency of each pair of elements, in radians a position.
  static func frequencies(
    theta: Double, headDimension: Int, scaling: RotaryScaling?
  ) -> [Float] {
    (0..<headDimension / 2).map { index in
      let frequency =
        1 / Float(ElementaryFunctions.power(theta, Double(2 * index) / Double(headDimension)))
      return scaling?.scaled(frequency) ?? frequency
    }
  }

  /// Makes the table cover positions 0 ..< count.
  func reserve(positions count: Int) {
    guard count > positions else { return }
    // Doubling keeps the number of times that a growing context computes a table small.
    positions = max(count, 2 * positions)
    let half = frequencies.count
    cosines = FloatBuffer(count: positions * half)
    sines = FloatBuffer(count: positions * half)
    for position in 0..<positions {
      for (index, frequency) in frequencies.enumerated() {
        let angle = Double(frequency * Float(position))
        cosines.pointer[position * half + index] = Float(ElementaryFunctions.cosine(angle))
        sines.pointer[position * half + index] = Float(ElementaryFunctions.sine(angle))
      }
    }
  }
}
