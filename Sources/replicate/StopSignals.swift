import Dispatch
import Foundation
import Replication

/// Turns Ctrl-C and SIGTERM into a wish to stop; the second one stops at once.
struct StopSignals {
  private let sources: [any DispatchSourceSignal]

  /// Watches until this value goes away.
  init(_ interruption: Interruption) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        if interruption.isRequested { exit(ExitStatus.interrupted) }
        interruption.request()
        Console.error("\nStopping at the next safe point; Ctrl-C again stops at once.\n")
      }
      source.resume()
      return source
    }
  }
}
