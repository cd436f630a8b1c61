import Files
import Foundation
import Synchronization
import Testing

@testable import Records
@testable import Replication

@Suite("A checkpoint that is written beside the training")
struct CheckpointWritingTests {
  private let kept = KeptCheckpoint(
    arm: "sft", seed: 42, step: 8, byteCount: 5, root: SHA256.digest(of: "root"))

  @Test("lets the weights change before the file is durable")
  func phases() throws {
    let disk = DispatchSemaphore(value: 0)
    let isDurable = Mutex(false)
    let writing = CheckpointWriting { [kept] turn in
      turn.taken()
      disk.wait()
      isDurable.withLock { $0 = true }
      return kept
    }
    try writing.waitUntilTaken()
    #expect(!isDurable.withLock { $0 })
    disk.signal()
    #expect(try writing.finish() == kept)
    #expect(isDurable.withLock { $0 })
    #expect(try writing.finish() == kept)
  }

  @Test("holds the weights until all of them are written")
  func holding() throws {
    let isTaken = Mutex(false)
    let writing = CheckpointWriting { turn in
      Thread.sleep(forTimeInterval: 0.05)
      isTaken.withLock { $0 = true }
      turn.taken()
      return nil
    }
    try writing.waitUntilTaken()
    #expect(isTaken.withLock { $0 })
    #expect(try writing.finish() == nil)
  }

  @Test("lets training go first when its weights may change, whose threads keep their priority")
  func priority() throws {
    @Sendable func niceness() -> CInt {
      getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    }
    let before = niceness()
    let writers = Mutex<CInt?>(nil)
    let writing = CheckpointWriting { turn in
      turn.taken()
      turn.yieldToTraining()
      writers.withLock { $0 = niceness() }
      return nil
    }
    #expect(try writing.finish() == nil)
    #expect(writers.withLock { $0 } == 19)
    #expect(niceness() == before)
  }

  @Test(
    "stops the training where it fails, before the weights change and at the end",
    arguments: [false, true])
  func failure(afterTheBytes: Bool) throws {
    let writing = CheckpointWriting { turn in
      if afterTheBytes { turn.taken() }
      throw RunError(.damaged, "The disk is full.")
    }
    if !afterTheBytes { #expect(throws: RunError.self) { try writing.waitUntilTaken() } }
    #expect(throws: RunError.self) { try writing.finish() }
    writing.wait()
    #expect(throws: RunError.self) { try writing.waitUntilTaken() }
  }

  /// A system that gives no thread.
  private static func noThread(_ body: @escaping @Sendable () -> Void) -> Bool { false }

  @Test("is written by the training itself where the system gives no thread, as urgent as before")
  func withoutThread() throws {
    let before = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    let writing = CheckpointWriting(on: Self.noThread) { [kept] turn in
      turn.taken()
      turn.yieldToTraining()
      return kept
    }
    #expect(!writing.isBesideTraining)
    try writing.waitUntilTaken()
    #expect(try writing.finish() == kept)
    #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == before)
    let failing = CheckpointWriting(on: Self.noThread) { _ in
      throw RunError(.damaged, "The disk is full.")
    }
    #expect(throws: RunError.self) { try failing.waitUntilTaken() }
    #expect(throws: RunError.self) { try failing.finish() }
  }
}
