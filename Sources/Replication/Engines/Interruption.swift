import Files
import Synchronization

/// A wish to stop, which a run grants at the next point where nothing is lost.
package final class Interruption: Sendable {
  private let requested = Atomic<Bool>(false)
  private let holders = Atomic<Int>(0)

  /// Creates one that nobody has asked for.
  package init() {}

  /// Whether somebody asked.
  package var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Whether somebody is at work that its next safe point keeps and that would else be lost.
  ///
  /// All other work is kept as it is done, or soon done again, so that a process may end in the middle of it.
  package var isHeld: Bool { holders.load(ordering: .relaxed) > 0 }

  /// Asks.
  package func request() { requested.store(true, ordering: .relaxed) }

  /// Does work that is only kept at safe points, at which `body` calls ``check()``.
  func holding<Result>(_ body: () throws -> Result) rethrows -> Result {
    holders.add(1, ordering: .relaxed)
    defer { holders.subtract(1, ordering: .relaxed) }
    return try body()
  }

  /// Throws ``EngineError`` `interrupted` if somebody asked.
  func check() throws(EngineError) {
    if isRequested { throw .interrupted }
  }
}
