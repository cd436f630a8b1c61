internal import CKernels
import Glibc

/// A zeroed, 64-byte aligned block of fp32 numbers with one owner and no hidden copies.
///
/// Weights, gradients, optimizer moments and activations are one buffer each, so that a step allocates nothing. Pages
/// of a large one are not touched before they are used, by the threads that use them.
///
/// `@unchecked Sendable`: the block's address never changes; who writes which part when is decided by the code that
/// tiles the work (``Parallel``), which gives each tile elements of its own.
package final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  package let count: Int
  /// The first element; valid as long as the buffer is.
  package let pointer: UnsafeMutablePointer<Float>

  /// Bytes from which on a buffer has pages of its own, which the system gives zeroed.
  private static let mappedByteCount = 8 << 20

  /// Allocates `count` zeros.
  package init(count: Int) {
    precondition(count >= 0, "A buffer cannot have \(count) elements.")
    self.count = count
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    if byteCount >= Self.mappedByteCount {
      let pages = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let pages, pages != MAP_FAILED, MemoryShortage.leavesRoom() else {
        MemoryShortage.end(byteCount: byteCount)
      }
      pointer = pages.bindMemory(to: Float.self, capacity: count)
    } else {
      var block: UnsafeMutableRawPointer?
      guard posix_memalign(&block, 64, byteCount) == 0, let raw = block else {
        MemoryShortage.end(byteCount: byteCount)
      }
      pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
      pointer.initialize(repeating: 0, count: max(count, 1))
    }
  }

  deinit {
    let byteCount = count * MemoryLayout<Float>.stride
    if byteCount >= Self.mappedByteCount {
      munmap(pointer, byteCount)
    } else {
      free(pointer)
    }
  }

  /// Rounds every element to the nearest bfloat16 number, to the even one in the middle.
  package func roundToBFloat16(threads: Int) {
    let (kernels, size) = (ck_vector().pointee, 1 << 16)
    Parallel.perform(tiles: (count + size - 1) / size, threads: threads) { tile in
      let start = tile * size
      kernels.round_bfloat16(pointer + start, min(size, count - start))
    }
  }

  /// All elements.
  package var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }
}
