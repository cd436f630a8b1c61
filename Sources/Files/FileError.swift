/// What went wrong with a file, a digest or a JSON text, in one sentence.
package typealias FileError = CodedError<FileErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum FileErrorCode: String, Sendable {
  /// A JSON text that the grammar or a limit forbids.
  case invalidJSON
  /// A value that canonical JSON cannot hold exactly.
  case unrepresentable
  /// A file or folder that cannot be opened, looked at or read, or is not of the kind that is wanted.
  case unreadable
  /// An input that has fewer bytes than what is in it needs.
  case truncated
  /// A file or folder that cannot be created, written, moved or removed, as on a full disk.
  case unwritable
  /// A file or folder that does not exist.
  case notFound
  /// There is no such folder for a command to work in.
  case noFolder
  /// A link where a file or folder has to be: whoever made it may have led it anywhere.
  case link
  /// Another process holds the lock.
  case locked
}
