internal import Dispatch
internal import Synchronization

/// Parallel loops whose results cannot depend on the number of threads.
///
/// A loop is cut into tiles by the shape of the work; only where an element's bits do not depend on its tile, as in
/// portable matrix products, may the number of threads count too. Which thread does which tile is left to chance; each tile
/// writes elements of its own, and inside a tile there is one order of operations.
package enum Parallel {
  /// Is told of every loop of more than one worker, whose tiles then run one after another on the calling thread; nil, as it
  /// is but in measurements, costs nothing.
  ///
  /// Set by who is alone with all loops of the process.
  nonisolated(unsafe) package static var recorder: LoopRecorder?

  /// Runs `body` once for each tile, on up to `threads` threads, and returns when all are done.
  package static func perform(tiles: Int, threads: Int, _ body: @Sendable (_ tile: Int) -> Void) {
    perform(tiles: tiles, threads: threads) { tile, _ in body(tile) }
  }

  /// The same; `worker`, less than `threads`, is the number of the thread that has the tile, for scratch memory.
  package static func perform(
    tiles: Int, threads: Int, _ body: @Sendable (_ tile: Int, _ worker: Int) -> Void
  ) {
    let workers = min(threads, tiles)
    guard workers > 1 else {
      for tile in 0..<tiles { body(tile, 0) }
      return
    }
    if let recorder {
      return recorder.record(tiles: tiles, workers: workers) { tile in body(tile, 0) }
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard tile < tiles else { return }
        body(tile, worker)
      }
    }
  }

  /// Runs `body` for ranges of rows that are computed each by itself: about four for each thread, if they are not too short
  /// for waking a thread.
  package static func performRows(
    _ count: Int, threads: Int, _ body: @Sendable (_ rows: Range<Int>) -> Void
  ) {
    let size = count <= 32 ? 32 : min(32, max(8, count / (4 * threads)))
    performRanges(count, of: size, threads: threads, body)
  }

  /// Runs `body` for ranges of columns, each a sum over all rows, that begin at multiples of a vector.
  package static func performColumns(
    _ count: Int, threads: Int, _ body: @Sendable (_ columns: Range<Int>) -> Void
  ) {
    let vectors = (count + 15) / 16
    let size = 16 * min(4, max(1, (vectors + threads - 1) / threads))
    performRanges(count, of: size, threads: threads, body)
  }

  private static func performRanges(
    _ count: Int, of size: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Void
  ) {
    perform(tiles: (count + size - 1) / size, threads: threads) { tile in
      body(tile * size..<min(count, (tile + 1) * size))
    }
  }

  /// The elements of tile `tile` when `count` elements are cut into `tiles` parts of nearly equal size.
  package static func range(of tile: Int, tiles: Int, count: Int) -> Range<Int> {
    count * tile / tiles..<count * (tile + 1) / tiles
  }
}
