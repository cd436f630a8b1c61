import Glibc

/// What the operating system says about a file, a folder or a link without opening it.
package struct FileStatus: Sendable, Equatable {
  /// What there is.
  package enum Kind: Sendable { case file, folder, link, other }

  /// A point in time as file systems keep it.
  package struct Time: Sendable, Equatable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, and nanoseconds of the second.
    package let seconds: Int
    package let nanoseconds: Int

    /// Creates a time.
    package init(seconds: Int, nanoseconds: Int = 0) {
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }

    init(_ time: timespec) { self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }

    /// The time now.
    package static func now() -> Time {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Time(time)
    }

    /// The seconds from another time to this one.
    package func seconds(since other: Time) -> Double {
      Double(seconds - other.seconds) + Double(nanoseconds - other.nanoseconds) / 1e9
    }

    /// The time in UTC as records write it.
    package var text: String {
      Timestamp.text(seconds: seconds, milliseconds: nanoseconds / 1_000_000)
    }

    package static func < (left: Time, right: Time) -> Bool {
      (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
  }

  /// What there is.
  package let kind: Kind
  /// The file's number in its file system, which another file put in its place does not have.
  package let inode: UInt64
  /// The number of names that the file has; removing one of several frees nothing.
  package let linkCount: Int
  /// The size in bytes.
  package let byteCount: Int
  /// When the content was last written, which anybody can set.
  package let modified: Time
  /// When the content, the name or anything else was last changed, which only the clock sets.
  package let changed: Time

  /// Looks at a path, whose last component may be a link, which is not followed; nil if there is nothing.
  ///
  /// - Throws: ``FileError`` `link` for a link on the way, `unreadable` if it cannot be looked at.
  package init?(at path: ContainedPath) throws(FileError) {
    var status = stat()
    do throws(FileError) {
      try path.withFolder { (folder, name) throws(FileError) in
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
          throw .reading("look at", path.path)
        }
      }
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
    self.init(status)
  }

  /// Looks at a name in an open folder, which may be a link, and is not followed; nil if there is nothing.
  package init?(_ name: String, in folder: borrowing OpenFolder, path: @autoclosure () -> String)
    throws(FileError)
  {
    var status = stat()
    guard fstatat(folder.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return nil }
      throw .reading("look at", path())
    }
    self.init(status)
  }

  /// Reads what stat(2) says.
  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    inode = UInt64(status.st_ino)
    linkCount = Int(clamping: status.st_nlink)
    byteCount = Int(clamping: status.st_size)
    modified = Time(status.st_mtim)
    changed = Time(status.st_ctim)
  }
}
