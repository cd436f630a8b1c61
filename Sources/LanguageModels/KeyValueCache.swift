internal import Tensors

/// Keys and values of the sequences that are being generated, for every layer.
final class KeyValueCache {
  /// Number of sequences that fit.
  let sequences: Int
  /// Positions that fit in each.
  let positions: Int
  private let width: Int
  private let layerCount: Int
  private let memory: FloatBuffer
  private var counts: [Int]

  init(_ configuration: ModelConfiguration, sequences: Int, positions: Int) {
    self.sequences = sequences
    self.positions = positions
    width = 2 * configuration.keyValueWidth
    layerCount = configuration.layerCount
    memory = FloatBuffer(count: sequences * positions * layerCount * width)
    counts = [Int](repeating: 0, count: sequences)
  }

  private func base(_ slot: Int, layer: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer + (slot * layerCount + layer) * positions * width
  }

  /// Empties a slot for another sequence.
  func clear(_ slot: Int) { counts[slot] = 0 }

  /// What a slot holds of a layer; nil when it is empty.
  func prefix(_ slot: Int, layer: Int) -> AttentionSegment.Prefix? {
    guard counts[slot] > 0 else { return nil }
    let keys = base(slot, layer: layer)
    return AttentionSegment.Prefix(
      keys: keys, values: keys + width / 2, stride: width, count: counts[slot])
  }

  /// Puts rows of keys and values behind what a slot holds; ``advance(_:by:)`` makes them count.
  func append(
    _ keysAndValues: UnsafeMutablePointer<Float>, rows: Int, stride: Int, slot: Int, layer: Int
  ) {
    precondition(counts[slot] + rows <= positions, "The key/value cache is full.")
    for row in 0..<rows {
      (base(slot, layer: layer) + (counts[slot] + row) * width).update(
        from: keysAndValues + row * stride, count: width)
    }
  }

  /// Counts the rows that every layer has got.
  func advance(_ slot: Int, by rows: Int) { counts[slot] += rows }
}
