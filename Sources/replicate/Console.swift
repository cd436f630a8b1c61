import Foundation
import Replication

/// The process's standard streams.
enum Console {
  /// Results; ends the process with a sentence if they cannot be written, but for a reader that went away.
  static func output(_ text: String) {
    guard let failure = write(text, to: STDOUT_FILENO), failure != EPIPE else { return }
    error("replicate: The results could not be written: \(String(cString: strerror(failure))).\n")
    exit(ExitStatus.incomplete)
  }

  /// Everything else: progress, notes and errors.
  static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Whether results may be coloured: a person reads them and has not asked for none (https://no-color.org).
  static var hasColors: Bool {
    let choice = ProcessInfo.processInfo.environment["NO_COLOR"] ?? ""
    return choice.isEmpty && isatty(STDOUT_FILENO) == 1
  }

  /// What standard error is connected to.
  static var style: TerminalReport.Style {
    var size = winsize()
    let isTerminal = isatty(STDERR_FILENO) == 1
    let known = isTerminal && ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return TerminalReport.Style(
      isInteractive: isTerminal, width: known && size.ws_col > 0 ? Int(size.ws_col) : 100)
  }

  /// Writes all bytes; gives the number of the error that kept it from doing so.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return errno }
      bytes = bytes.dropFirst(count)
    }
    return nil
  }
}
