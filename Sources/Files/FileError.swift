/// What went wrong with a file, a digest or a JSON text, in one sentence.
package struct FileError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// A JSON text that the grammar or a limit forbids.
    case invalidJSON
    /// A value that canonical JSON cannot hold exactly.
    case unrepresentable
    /// A call of the operating system on a file or folder that failed.
    case file
    /// An input that cannot be opened or read at all.
    case unreadable
    /// An input that has fewer bytes than what is in it needs.
    case truncated
    /// A file that cannot be created or written, as on a full disk.
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

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String

  /// Creates an error from its kind and its sentence.
  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
