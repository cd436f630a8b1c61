import Synchronization

/// What encoders use again from text to text; each that works at the same time has its own.
final class EncodingMemory: Sendable {
  private let free = Mutex<[BytePairModel.Scratch]>([])

  /// Lends some memory to `body`.
  func lend(_ body: (inout BytePairModel.Scratch) -> Void) {
    var scratch = free.withLock { $0.popLast() } ?? BytePairModel.Scratch()
    body(&scratch)
    // What a very long text needed is given back.
    if !scratch.isLarge { free.withLock { $0.append(scratch) } }
  }
}
