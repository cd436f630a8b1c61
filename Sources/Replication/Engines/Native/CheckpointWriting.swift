import Foundation
import Records

/// A checkpoint that a thread of its own writes while training goes on.
///
/// Training waits for it twice: before it changes the weights, until they are all copied, and before the next checkpoint or
/// the end, until the file is durable and kept. So a checkpoint costs the time to copy its bytes, and not the time of the
/// disk or of hashing, with no second copy of weights and moments in memory.
///
/// `@unchecked Sendable`: the variables are only touched while `condition` is locked, but for one that `init` sets.
final class CheckpointWriting: @unchecked Sendable {
  /// What the writing tells and asks of the training.
  struct Turn {
    /// To be called when the weights may change.
    let taken: () -> Void
    /// To be called by what comes after, which then takes only the time that training leaves over.
    ///
    /// Nobody waits for the rest. A thread as urgent as those of the training takes a processor from one of them, and all
    /// others wait for that one at the end of each product. Where other programs keep all processors busy, what is left
    /// takes long, and the next checkpoint waits for it.
    let yieldToTraining: () -> Void
  }

  /// Whether a thread of its own writes it; else it was written before `init` returned.
  private(set) var isBesideTraining = false

  private let condition = NSCondition()
  private var isTaken = false
  private var outcome: Result<KeptCheckpoint?, any Error>?

  /// Begins, on a thread of its own if `start` can have one, else until all is done; `write` returns the checkpoint if it
  /// is kept.
  init(
    on start: (_ body: @escaping @Sendable () -> Void) -> Bool = BackgroundThread.start,
    _ write: @escaping @Sendable (Turn) throws -> KeptCheckpoint?
  ) {
    isBesideTraining = start { [self] in perform(write) { Self.lowerPriority() } }
    // Without a thread, training waits; it must not become less urgent.
    if !isBesideTraining { perform(write) {} }
  }

  private func perform(
    _ write: (Turn) throws -> KeptCheckpoint?, yielding: @escaping () -> Void
  ) {
    let turn = Turn(taken: { [self] in change { isTaken = true } }, yieldToTraining: yielding)
    let result = Result { try write(turn) }
    change { outcome = result }
  }

  private static func lowerPriority() {
    // On Linux 0 is the calling thread, and others keep their priority. If it fails, hashing is as urgent as before.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
  }

  /// Returns when the weights may change; throws if they could not be written.
  func waitUntilTaken() throws {
    wait { isTaken || outcome != nil }
    _ = try condition.withLock { try outcome?.get() }
  }

  /// Returns when nothing is left to do: the checkpoint, if it is kept; throws if it could not be written or kept.
  func finish() throws -> KeptCheckpoint? {
    wait()
    return try condition.withLock { try outcome?.get() ?? nil }
  }

  /// Returns when nothing is left to do, well or badly.
  func wait() {
    wait { outcome != nil }
  }

  private func change(_ body: () -> Void) {
    condition.withLock {
      body()
      condition.broadcast()
    }
  }

  private func wait(until isOver: () -> Bool) {
    condition.withLock {
      while !isOver() { condition.wait() }
    }
  }
}
