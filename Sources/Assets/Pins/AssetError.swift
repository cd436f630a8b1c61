import Files
import Foundation

/// What went wrong with an asset, an archive or a data file, in one sentence.
package struct AssetError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable {
    /// An asset's description that cannot be right, whatever the network says.
    case invalidAsset
    /// Content whose SHA-256 or size is not the pinned one.
    case wrongDigest
    /// Something that is needed and neither stored nor mirrored while the network is off.
    case offline
    /// Something that would have to be stored first, where nothing may be written.
    case notStored
    /// Inputs that are not here and that this program cannot fetch.
    case missing
    /// A download that failed for good.
    case downloadFailed
    /// A zip archive that is damaged, hostile or uses what this reader does not know.
    case damagedArchive
    /// A member that the archive does not have.
    case missingMember
    /// A gzip, JSON-lines, Arrow or Parquet file that is damaged, hostile or uses what this reader does not know.
    case damagedData
    /// A row of a data file without the field that was asked for, or with one of another type.
    case wrongField
    /// A call of the operating system on a file or folder that failed.
    case file
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence for a person: what failed, on what, expected and found, what to do.
  package let message: String
  /// All inputs that are missing, for an error of that kind.
  package var missing: MissingInputs?

  /// Creates an error from its kind and its sentence.
  package init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}

extension AssetError {
  /// The error for a call of the operating system that has just failed and left its reason in `errno`.
  static func system(_ operation: String, _ path: String) -> AssetError {
    let reason = String(validatingCString: strerror(errno)) ?? "error \(errno)"
    return AssetError(code: .file, message: "Could not \(operation) \(path): \(reason).")
  }

  /// What ``Provenance`` threw on a file, as an asset error; a link stays the error that it is.
  static func wrapped(_ error: FileError) -> any Error {
    error.code == .link ? error : AssetError(code: .file, message: error.message)
  }

  /// Runs `body` and turns what ``Provenance`` throws into an asset error of the given kind, but for links.
  static func wrapping<Result: ~Copyable>(
    _ code: Code, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as FileError where error.code != .link {
      throw AssetError(code: code, message: error.message)
    }
  }

  /// The error for content that differs from its pin.
  static func wrongDigest(
    _ name: String, from origin: String, expected: Digest, found: Digest
  ) -> AssetError {
    AssetError(
      code: .wrongDigest,
      message:
        "\(name) from \(origin) has the wrong SHA-256: expected \(expected), found \(found); nothing was kept."
    )
  }

  /// The error for content whose size differs from its pin.
  static func wrongSize(_ name: String, from origin: String, expected: Int, found: Int)
    -> AssetError
  {
    AssetError(
      code: .wrongDigest,
      message:
        "\(name) from \(origin) has the wrong size: expected \(expected) bytes, found \(found); nothing was kept."
    )
  }
}
