import Glibc

/// A lock between processes (and between owners in one process) on a file, held until this value goes away.
///
/// It is advisory, flock(2): the operating system releases it when the holder dies, so that no stale lock remains.
package struct FileLock: ~Copyable, Sendable {
  private let file: OpenFile

  /// Takes the lock on the file at `path`, which is created if it is missing.
  ///
  /// - Parameters:
  ///   - path: The file that stands for what is locked.
  ///   - waitingSeconds: How long to wait for another holder.
  /// - Throws: ``FileError`` `locked` if another holder keeps it.
  package init(path: ContainedPath, waitingSeconds: Double = 0) throws(FileError) {
    file = try Self.locked(path, waitingSeconds, LOCK_EX)
  }

  /// Takes the lock together with everybody else who shares it; it keeps out those who want it alone.
  ///
  /// - Throws: ``FileError`` `locked` if a holder keeps it for itself.
  package init(sharing path: ContainedPath, waitingSeconds: Double = 0) throws(FileError) {
    file = try Self.locked(path, waitingSeconds, LOCK_SH)
  }

  private static func locked(_ path: ContainedPath, _ waitingSeconds: Double, _ kind: Int32)
    throws(FileError) -> OpenFile
  {
    while true {
      let file = try OpenFile(path, flags: O_RDWR | O_CREAT)
      try file.lock(waitingSeconds: waitingSeconds, kind: kind)
      // A holder may remove the file before it lets go; whoever comes then locks another one.
      if try file.isInPlace(path) { return file }
    }
  }

  /// Takes the lock together with everybody else who shares it, on a file that is there already; nil if there is none.
  ///
  /// For those who only read: it makes nothing, not even the file.
  ///
  /// - Throws: ``FileError`` `locked` if a holder keeps it for itself.
  package init?(sharingExisting path: ContainedPath, waitingSeconds: Double = 0)
    throws(FileError)
  {
    let file: OpenFile
    do throws(FileError) {
      file = try OpenFile.reading(path)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
    try file.lock(waitingSeconds: waitingSeconds, kind: LOCK_SH)
    self.file = file
  }

  /// Whether somebody holds the lock on the file at `path` at this moment; false if there is no such file.
  ///
  /// Holders who share the lock count only if `isShared`.
  package static func isHeld(at path: ContainedPath, isShared: Bool = false)
    throws(FileError) -> Bool
  {
    do throws(FileError) {
      return try !OpenFile.reading(path).tryLock(isShared ? LOCK_EX : LOCK_SH)
    } catch {
      guard error.code == .notFound else { throw error }
      return false
    }
  }
}

extension OpenFile {
  /// Takes the lock of the file, alone unless `kind` says otherwise; closing releases it.
  package func lock(waitingSeconds: Double, kind: Int32 = LOCK_EX) throws(FileError) {
    // At least a moment: somebody who only asks whether the lock is held holds it while asking.
    let deadline = ContinuousClock.now + .seconds(max(waitingSeconds, 0.1))
    while try !tryLock(kind) {
      guard ContinuousClock.now < deadline else {
        throw FileError(
          .locked,
          "\(path) is in use by another process; wait until it ends, or end it.")
      }
      usleep(5000)
    }
  }

  /// Whether this file is still what lies at `path`.
  fileprivate func isInPlace(_ path: ContainedPath) throws(FileError) -> Bool {
    let mine = try status()
    return try path.withFolder { (folder, name) throws(FileError) in
      var there = stat()
      return fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0
        && there.st_ino == mine.st_ino && there.st_dev == mine.st_dev
    }
  }

  fileprivate func tryLock(_ kind: Int32) throws(FileError) -> Bool {
    while flock(rawValue, kind | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw .writing("lock", path) }
      return false
    }
    return true
  }
}
