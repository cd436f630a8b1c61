internal import CKernels
internal import Tensors

/// Cosines and sines of the rotary position embedding, for one base.
///
/// As `LlamaRotaryEmbedding` of transformers: frequencies theta^(-2i/d) and angles are fp32 numbers. The functions
/// are the project's own, so that tables have the same bits everywhere.
final class RotaryTable {
  private let frequencies: [Float]
  private(set) var cosines: FloatBuffer
  private(set) var sines: FloatBuffer
  private let roundState: StateRounding
  private var positions = 0

  init(
    theta: Double, dimension: Int, scaling: RotaryScaling?, roundState: StateRounding
  ) {
    self.roundState = roundState
    frequencies = Self.frequencies(theta: theta, dimension: dimension, scaling: scaling)
    cosines = FloatBuffer(count: 0)
    sines = FloatBuffer(count: 0)
  }

  /// The frequency of each pair of elements, in radians a position.
  static func frequencies(
    theta: Double, dimension: Int, scaling: RotaryScaling?
  ) -> [Float] {
    (0..<dimension / 2).map { index in
      let frequency =
        1 / Float(ElementaryFunctions.power(theta, Double(2 * index) / Double(dimension)))
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
    for table in [cosines, sines] { roundState(table.pointer, table.count) }
  }
}

/// Turns the queries and keys of a row by the row's position.
struct HeadRotation: @unchecked Sendable {
  private let kernels: ck_vector_kernels
  /// Heads of queries and keys, their width, and how many of their elements turn.
  private let heads, dimension, rotated: Int
  private let cosines, sines: UnsafeMutablePointer<Float>

  /// `table` has to cover the positions, and lives as long as this is used.
  init(_ kernels: ck_vector_kernels, _ c: ModelConfiguration, _ table: RotaryTable) {
    self.kernels = kernels
    heads = c.headCount + c.keyValueHeadCount
    (dimension, rotated) = (c.headDimension, c.rotaryDimension)
    (cosines, sines) = (table.cosines.pointer, table.sines.pointer)
  }

  /// Turns a row's heads, which lie side by side; sign -1 turns back.
  func turn(_ row: UnsafeMutablePointer<Float>, position: Int, sign: Float) {
    let first = position * (rotated / 2)
    guard rotated < dimension else {
      return kernels.rotate(row, cosines + first, sines + first, heads, dimension, sign)
    }
    for head in 0..<heads {
      kernels.rotate(row + head * dimension, cosines + first, sines + first, 1, rotated, sign)
    }
  }
}
