internal import Glibc

/// Measures the tiles of parallel loops on one thread, to tell how long they would take on many.
package final class LoopRecorder {
  /// A loop.
  package struct Loop: Sendable {
    /// Processor time since the loop before, or since the recorder began, in nanoseconds: what no other thread shares.
    package let serial: UInt64
    /// How many threads may share the tiles.
    package let workers: Int
    /// Processor time of each tile, in nanoseconds.
    package let tiles: [UInt64]
  }

  private var loops: [Loop] = []
  private var last = LoopRecorder.now()
  private var isInLoop = false

  /// Begins to measure.
  package init() {}

  /// Takes the loops so far, and the processor time since the last one or since this was asked before, in nanoseconds.
  package func take() -> (loops: [Loop], serial: UInt64) {
    let (start, taken) = (last, loops)
    last = Self.now()
    loops = []
    return (taken, last - start)
  }

  /// Runs the tiles in order.
  ///
  /// A loop inside of a tile is part of it.
  func record(tiles: Int, workers: Int, _ body: (_ tile: Int) -> Void) {
    guard !isInLoop else {
      for tile in 0..<tiles { body(tile) }
      return
    }
    isInLoop = true
    let start = Self.now()
    let serial = start - last
    last = start
    let times = (0..<tiles).map { tile in
      body(tile)
      let begin = last
      last = Self.now()
      return last - begin
    }
    loops.append(Loop(serial: serial, workers: workers, tiles: times))
    isInLoop = false
    last = Self.now()
  }

  /// Processor time of the calling thread: what others do on the machine is not in it.
  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
