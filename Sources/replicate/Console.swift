import Files
import Foundation
import Provenance
import Replication
import Reports
import Synchronization

/// The process's standard streams, which nothing else writes to.
///
/// Of text it takes ``ReportText`` only, in which nothing that strangers wrote can move the cursor, hide, or become a line.
enum Console {
  /// Results; ends the process with a sentence if they cannot be written, but for a reader that went away.
  static func output(_ report: ReportText) { result(report.text(colors: hasColors)) }

  /// Results as one JSON object; there is no second one, though a signal ends a command that has just printed its own.
  static func output(json: JSON) throws {
    let text = try OutcomeJSON.printed(json)
    // Held while it is written: whoever ends the process meanwhile would cut it.
    hasObject.withLock { hasObject in
      if !hasObject { result(text) }
      hasObject = true
    }
  }

  private static let hasObject = Mutex(false)

  private static func result(_ text: String) {
    guard let failure = write(text, to: STDOUT_FILENO), failure != EPIPE else { return }
    error("replicate: The results could not be written: \(String(cString: strerror(failure))).")
    exit(ExitStatus.incomplete)
  }

  /// Everything else: progress, notes and errors.
  static func error(_ report: ReportText) {
    _ = write(report.text(colors: false), to: STDERR_FILENO)
  }

  /// Progress.
  static func error(_ drawing: TerminalReport.Drawing) {
    _ = write(drawing.text, to: STDERR_FILENO)
  }

  /// What GitHub Actions is to execute.
  static func error(_ commands: [WorkflowCommand]) {
    _ = write(commands.map { $0.text + "\n" }.joined(), to: STDERR_FILENO)
  }

  /// Makes the streams safe to use, whatever this process was started with.
  ///
  /// A reader that goes away ends no run. A stream that is closed stays so: a file that was opened in its place would get
  /// what is written to it.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // The lowest free number is this one. Nothing can be written to it, as to a closed one.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Whether results may be coloured: a person reads them and has not asked for none (https://no-color.org).
  private static var hasColors: Bool {
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
