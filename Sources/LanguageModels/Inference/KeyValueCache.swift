internal import Tensors

/// Keys and values of sequences, for every layer; a slot holds those of one.
final class KeyValueCache {
  /// Elements from one position to the next: all key heads, then all value heads.
  let stride: Int
  /// Positions that a slot grows by, at least.
  private static let growth = 128
  private let layerCount: Int
  private var slots: [(memory: FloatBuffer, positions: Int)]

  init(_ configuration: ModelConfiguration, slots count: Int) {
    stride = Self.stride(configuration)
    layerCount = configuration.layerCount
    slots = (0..<count).map { _ in (FloatBuffer(count: 0), 0) }
  }

  /// Elements of one position's keys and values in one layer.
  static func stride(_ configuration: ModelConfiguration) -> Int { 2 * configuration.keyValueWidth }

  /// Bytes that a slot takes for so many positions.
  func byteCount(positions: Int) -> Int {
    layerCount * positions * stride * MemoryLayout<Float>.size
  }

  /// Makes room for positions below `positions` in a slot, and keeps what it holds.
  func reserve(_ slot: Int, positions: Int) {
    let (old, capacity) = slots[slot]
    guard positions > capacity else { return }
    // Attention reads the whole slot for every token: copying it once in so many costs little beside that.
    let new = max(positions, capacity + Self.growth)
    let memory = FloatBuffer(count: layerCount * new * stride)
    for layer in 0..<layerCount {
      (memory.pointer + layer * new * stride).update(
        from: old.pointer + layer * capacity * stride, count: capacity * stride)
    }
    slots[slot] = (memory, new)
  }

  /// Has a slot begin as another one does, up to a position.
  func copy(positions count: Int, from source: Int, to target: Int) {
    guard count > 0 else { return }
    reserve(target, positions: count)
    for layer in 0..<layerCount {
      keys(target, layer: layer, position: 0).update(
        from: keys(source, layer: layer, position: 0), count: count * stride)
    }
  }

  /// Gives a slot's memory back.
  func release(_ slot: Int) { slots[slot] = (FloatBuffer(count: 0), 0) }

  /// A layer's keys at a position, one row each; its values are half a row further.
  func keys(_ slot: Int, layer: Int, position: Int) -> UnsafeMutablePointer<Float> {
    slots[slot].memory.pointer + (layer * slots[slot].positions + position) * stride
  }

  /// Puts rows of keys and values, `rowStride` apart, at the positions from `position` on.
  func store(
    _ keysAndValues: UnsafeMutablePointer<Float>, rows: Int, rowStride: Int, slot: Int,
    layer: Int, position: Int
  ) {
    precondition(position + rows <= slots[slot].positions, "The key/value cache is full.")
    let target = keys(slot, layer: layer, position: position)
    for row in 0..<rows {
      (target + row * stride).update(from: keysAndValues + row * rowStride, count: stride)
    }
  }
}
