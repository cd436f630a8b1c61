internal import CKernels
import Glibc

/// A zeroed, 64-byte aligned block of fp32 numbers with one owner and no hidden copies.
///
/// Weights, gradients, optimizer moments and activations are one buffer each, so that a step allocates nothing. Pages
/// of a large one are not touched before they are used, by the threads that use them, and are huge pages where the
/// system has them: a model's weights are then hundreds of page faults instead of a hundred thousand.
///
/// `@unchecked Sendable`: the block's address never changes; who writes which part when is decided by the code that
/// tiles the work (``Parallel``), which gives each tile elements of its own.
package final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  package let count: Int
  /// The first element; valid as long as the buffer is.
  package let pointer: UnsafeMutablePointer<Float>

  /// Bytes of a huge page on x86-64 and, with pages of 4 KiB, on ARM.
  private static let hugePage = 2 << 20
  /// Bytes of the pages of its own that a buffer has, which the system gives zeroed; 0 if it is too small for that.
  private let mappedByteCount: Int

  /// Allocates `count` zeros.
  package init(count: Int) {
    precondition(count >= 0, "A buffer cannot have \(count) elements.")
    self.count = count
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    if byteCount >= Self.hugePage {
      // Only whole numbers of huge pages are placed by the system so that they can be huge.
      mappedByteCount = (byteCount + Self.hugePage - 1) / Self.hugePage * Self.hugePage
      let pages = mmap(
        nil, mappedByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let pages, pages != MAP_FAILED, MemoryShortage.leavesRoom() else {
        MemoryShortage.end(byteCount: byteCount)
      }
      // Advice, which systems without huge pages refuse.
      madvise(pages, mappedByteCount, MADV_HUGEPAGE)
      pointer = pages.bindMemory(to: Float.self, capacity: count)
    } else {
      mappedByteCount = 0
      var block: UnsafeMutableRawPointer?
      guard posix_memalign(&block, 64, byteCount) == 0, let raw = block else {
        MemoryShortage.end(byteCount: byteCount)
      }
      pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
      pointer.initialize(repeating: 0, count: max(count, 1))
    }
  }

  deinit {
    if mappedByteCount > 0 {
      munmap(pointer, mappedByteCount)
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
