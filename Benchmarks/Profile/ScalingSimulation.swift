import Tensors

/// How long what one thread did would take on many: each tile goes, in order, to the thread that is free first, and those
/// that have to be woken begin later.
///
/// Memory is as fast for many as it is for one, and so are caches and clocks: an upper bound.
struct ScalingSimulation {
  /// What a part of the work takes, in seconds.
  struct Part {
    /// Of all threads: in tiles, and on one thread while the others wait.
    var (tiles, serial) = (0.0, 0.0)
    /// From begin to end.
    var elapsed = 0.0

    /// What threads wait for each other, together.
    func waiting(_ threads: Int) -> Double { Double(threads) * elapsed - tiles - serial }

    static func += (sum: inout Part, part: Part) {
      sum.tiles += part.tiles
      sum.serial += part.serial
      sum.elapsed += part.elapsed
    }
  }

  let threads: Int
  /// Seconds until a thread that was woken computes.
  let waking: Double
  private(set) var parts: [String: Part] = [:]

  init(threads: Int, waking: Double) { (self.threads, self.waking) = (threads, waking) }

  var total: Part { parts.values.reduce(into: Part()) { $0 += $1 } }

  /// Adds what was recorded to a part, `count` times.
  mutating func add(
    _ recorded: (loops: [LoopRecorder.Loop], serial: UInt64), to name: String, count: Double
  ) {
    var part = Part()
    func seconds(_ nanoseconds: UInt64) -> Double { count * Double(nanoseconds) * 1e-9 }
    for loop in recorded.loops {
      part.serial += seconds(loop.serial)
      part.tiles += seconds(loop.tiles.reduce(0, +))
      part.elapsed += seconds(loop.serial) + count * makespan(loop)
    }
    part.serial += seconds(recorded.serial)
    part.elapsed += seconds(recorded.serial)
    parts[name, default: Part()] += part
  }

  private func makespan(_ loop: LoopRecorder.Loop) -> Double {
    var free = [0] + [Double](repeating: waking, count: loop.workers - 1)
    for tile in loop.tiles {
      let first = free.indices.min { free[$0] < free[$1] } ?? 0
      free[first] += Double(tile) * 1e-9
    }
    // Who found no tile is waited for by nobody.
    return free.filter { $0 > waking }.max() ?? free[0]
  }
}
