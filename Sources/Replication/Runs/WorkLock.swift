import Files

/// The right to be at an unfinished step, which one process has at a time; the system takes it from one that dies.
struct WorkLock: ~Copyable {
  private let path: ContainedPath
  private let lock: FileLock

  /// Takes the right that the file at `path` stands for.
  ///
  /// - Throws: ``FileError`` `locked` while another process has it, `unwritable` if the file cannot be created.
  init(_ path: ContainedPath) throws(FileError) {
    try path.parent.createFolder()
    lock = try FileLock(path: path)
    self.path = path
  }

  /// Nothing is left of it; whoever waits for this file finds that out when it has it.
  deinit { try? path.remove() }
}

extension Runner {
  /// What `take` gives, as soon as no other process has it: two runs that need the same step do it once.
  ///
  /// - Throws: ``EngineError`` `interrupted`, and what `take` throws but ``FileError`` `locked`.
  func taken<Right: ~Copyable>(
    _ what: String, _ take: () throws(FileError) -> Right
  ) async throws -> Right {
    var hasWaited = false
    while true {
      do throws(FileError) {
        return try take()
      } catch {
        guard error.code == .locked else { throw error }
      }
      if !hasWaited { report(.note("another run is at the \(what); waiting for its result")) }
      hasWaited = true
      try interruption.check()
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
