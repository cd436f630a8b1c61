/// What went wrong, in one sentence, and the kind of failure: the form of every error of this package that only says so.
///
/// Each module has its own kinds, and a name for its errors: ``FileError`` is `CodedError<FileErrorCode>`. A function says
/// `throws(FileError)`, a caller `catch let error as FileError where error.code == .notFound`.
package struct CodedError<Kind: Sendable & Equatable>: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package typealias Code = Kind

  /// The kind of failure.
  package let code: Kind
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String

  /// Creates an error from its kind and its sentence.
  package init(_ code: Kind, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
