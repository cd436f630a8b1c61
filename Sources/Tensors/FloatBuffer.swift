/// A zeroed, 64-byte aligned block of fp32 numbers with one owner and no hidden copies.
///
/// Weights, gradients, optimizer moments and activations are one buffer each, so that a step allocates nothing.
///
/// `@unchecked Sendable`: the block's address never changes; who writes which part when is decided by the code that
/// tiles the work (``Parallel``), which gives each tile elements of its own.
package final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  package let count: Int
  /// The first element; valid as long as the buffer is.
  package let pointer: UnsafeMutablePointer<Float>

  /// Allocates `count` zeros.
  package init(count: Int) {
    precondition(count >= 0, "A buffer cannot have \(count) elements.")
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  deinit { pointer.deallocate() }

  /// All elements.
  package var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }
}
