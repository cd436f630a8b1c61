/// A zeroed, 64-byte aligned block of bytes with one owner.
package final class ByteBuffer {
  /// Number of bytes.
  package let count: Int
  private let memory: FloatBuffer

  /// Allocates `count` zeros.
  package init(count: Int) {
    self.count = count
    let size = MemoryLayout<Float>.size
    memory = FloatBuffer(count: count / size + (count % size == 0 ? 0 : 1))
  }

  /// The first byte; valid as long as the buffer is.
  package var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(memory.pointer) }

  /// All bytes; valid as long as the buffer is.
  package var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: address, count: count)
  }
}
