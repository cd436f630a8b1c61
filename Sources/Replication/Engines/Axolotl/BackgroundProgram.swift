import Files
import Glibc

/// A program that runs beside this one, with its output in a file, and in a session of its own: what a terminal sends to
/// this program does not reach it.
struct BackgroundProgram: ~Copyable {
  /// `POSIX_SPAWN_SETSID` of <spawn.h>, which Swift does not see.
  private static let ownSession: Int16 = 0x80

  private let pid: pid_t
  private var ended: Int32?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: Absolute path of the program, or a name to be looked up in PATH, and arguments.
  ///   - environment: Variables that are set besides the inherited ones.
  ///   - folder: Where it works.
  ///   - log: The file that its output is appended to.
  /// - Throws: ``EngineError`` `engineFailed` if it cannot be started.
  init(
    _ command: [String], environment: [String: String], in folder: String, log: String
  ) throws(EngineError) {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee.map({ String(cString: $0) }) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    variables.merge(environment) { $1 }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // This process ignores what asks it to stop, which others must not inherit.
    var handled = sigset_t()
    sigemptyset(&handled)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&handled, signal) }
    posix_spawnattr_setsigdefault(&attributes, &handled)
    posix_spawnattr_setflags(&attributes, Self.ownSession | Int16(POSIX_SPAWN_SETSIGDEF))
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // The shell, because Swift does not see the call that changes the folder.
    let line = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder] + command
    var arguments = line.map { strdup($0) } + [nil]
    var settings = variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") }
    settings.append(nil)
    defer { for text in arguments + settings { free(text) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, line[0], &actions, &attributes, &arguments, &settings)
    guard status == 0 else {
      throw EngineError(
        .engineFailed, "\(command[0]) cannot be started: \(String(cString: strerror(status))).")
    }
    self.pid = pid
  }

  /// How it ended: its exit status, or 128 plus the signal that ended it; nil while it runs.
  mutating func status() -> Int32? {
    if ended == nil {
      var status: Int32 = 0
      let result = waitpid(pid, &status, WNOHANG)
      if result == pid {
        let signal = status & 0x7f
        ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
      } else if result < 0, errno == ECHILD {
        ended = -1
      }
    }
    return ended
  }

  /// Waits for its end while `body` is done again and again, and gives its status; what `body` throws ends it.
  mutating func wait(whileRunning body: () throws -> Void) throws -> Int32 {
    do {
      while status() == nil {
        try body()
        usleep(50_000)
      }
    } catch {
      end()
      throw error
    }
    return status() ?? -1
  }

  /// Asks it and what it started to end, and waits for it; whoever does not within ten seconds is ended.
  mutating func end() {
    kill(-pid, SIGTERM)
    for _ in 0..<200 where status() == nil { usleep(50_000) }
    guard status() == nil else { return }
    kill(-pid, SIGKILL)
    while status() == nil { usleep(50_000) }
  }
}
