import Synchronization

/// A wish to stop, which a run grants at the next point where nothing is lost.
package final class Interruption: Sendable {
  private let requested = Atomic<Bool>(false)

  /// Creates one that nobody has asked for.
  package init() {}

  /// Whether somebody asked.
  package var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Asks.
  package func request() { requested.store(true, ordering: .relaxed) }
}
