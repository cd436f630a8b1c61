import Dispatch
import Files
import Foundation
import Replication
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into a wish to stop; the second one stops at once.
///
/// The command is cancelled, which ends child processes, and asked to stop at its next safe point. Whatever it is doing,
/// the process ends soon after: only a training is waited for as long as it takes, whose work would be lost.
final class StopSignals: Sendable {
  /// Those of this process.
  static let shared = StopSignals()

  /// Seconds in which a cancelled command may end by itself; child processes have two of them.
  private static let patience = 3

  /// What asks the command to stop.
  let interruption = Interruption()
  private let queue = DispatchQueue(label: "replicate.signals", qos: .userInitiated)
  private let state = Mutex(State())

  private struct State {
    var sources: [any DispatchSourceSignal] = []
    var task: Task<Void, Never>?
    var end: (@Sendable () -> Never)?
    var endAtOnce: (@Sendable () -> Never)?
  }

  /// Watches for signals while `task` works; `end` ends the process as one that was interrupted.
  func watch(_ task: Task<Void, Never>, end: @escaping @Sendable () -> Never) {
    state.withLock { state in
      (state.task, state.end) = (task, end)
      state.sources = [SIGINT, SIGTERM, SIGHUP].compactMap(source)
    }
  }

  /// Makes the first signal end the process at once, by `end`.
  func endAtOnce(_ end: @escaping @Sendable () -> Never) {
    state.withLock { $0.endAtOnce = end }
  }

  /// Watches for one signal; nil if this process was started to ignore it, as by nohup.
  private func source(_ number: Int32) -> (any DispatchSourceSignal)? {
    let former = signal(number, SIG_IGN)
    if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { return nil }
    let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler { [self] in received() }
    source.resume()
    return source
  }

  private func received() {
    let state = state.withLock { ($0.task, $0.end, $0.endAtOnce) }
    state.2?()
    if interruption.isRequested { state.1?() }
    interruption.request()
    state.0?.cancel()
    if interruption.isHeld {
      Console.error("Stopping at the next safe point; Ctrl-C again stops at once.")
    }
    endWhenFree()
  }

  private func endWhenFree() {
    queue.asyncAfter(deadline: .now() + .seconds(Self.patience)) { [self] in
      if interruption.isHeld { return endWhenFree() }
      state.withLock { $0.end }?()
    }
  }
}
