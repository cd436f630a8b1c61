package import Files
import Foundation

/// A folder of files that are named by the SHA-256 of their content: `sha256/<first two digits>/<all 64 digits>`.
///
/// A file appears under its name only when it is complete, verified and on the storage device. Unfinished work lies in
/// `partial/` beside it, on the same file system; files that were found damaged, and whose place was needed, in
/// `damaged/`. Nothing in it is reached through a link, and nothing damaged is ever removed.
package struct ArtifactStore: Sendable, Equatable {
  /// A verified file of the store.
  package struct Blob: Sendable, Equatable {
    /// Absolute path of the file, which must not be changed.
    package let path: String
    /// SHA-256 of the content.
    package let sha256: Digest
    /// Size in bytes.
    let bytes: Int
  }

  /// What a look into the store found.
  package enum Lookup: Sendable, Equatable {
    /// Nothing under this digest.
    case absent
    /// The file, whose content was hashed just now.
    case present(Blob)
    /// A file whose content is not what its name says; it is where it was.
    case damaged(path: String)
  }

  /// The folder.
  let folder: ContainedPath

  /// Uses the store of an artifacts folder, which need not exist yet.
  package init(_ artifacts: ArtifactsFolder) { folder = artifacts.store }

  /// Uses the folder at `root`, which need not exist yet; it must not be a link.
  init(root: String) { folder = ContainedPath(root) }

  /// Where the content with this digest is or will be.
  package func place(of digest: Digest) -> ContainedPath {
    folder.appending("sha256/\(digest.hex.prefix(2))/\(digest.hex)")
  }

  /// Where the content with this digest is or will be, as text.
  package func path(of digest: Digest) -> String { place(of: digest).path }

  /// The folder of unfinished work.
  package var partialFolder: ContainedPath { folder.appending("partial") }

  /// The folder of files that were found damaged.
  package var damagedFolder: ContainedPath { folder.appending("damaged") }

  /// Whether there is a file under this digest; its content is not looked at.
  package func contains(_ digest: Digest) -> Bool {
    (try? FileStatus(at: place(of: digest)))?.kind == .file
  }

  /// Looks for content and hashes it, so that nothing damaged is ever used; nothing is changed.
  ///
  /// Hashing runs at more than 1 GB/s with the SHA instructions of current processors, so it is done at every use.
  ///
  /// - Throws: ``FileError`` `link` for a link in the place of the file or on the way, ``AssetError`` `file`.
  package func lookUp(_ digest: Digest) throws -> Lookup {
    let place = place(of: digest)
    guard try FileStatus(at: place) != nil else { return .absent }
    let (found, bytes) = try ArtifactStore.hash(place)
    guard found == digest else { return .damaged(path: place.path) }
    return .present(Blob(path: place.path, sha256: digest, bytes: bytes))
  }

  /// SHA-256 and size of a regular file that somebody named.
  package static func hash(fileAt path: String) throws -> (sha256: Digest, bytes: Int) {
    try AssetError.wrapping(.file) {
      let (sha256, bytes) = try OpenFile.reading(path).digest()
      return (sha256, bytes)
    }
  }

  /// SHA-256 and size of a regular file, which no link may stand for.
  package static func hash(_ place: ContainedPath) throws -> (sha256: Digest, bytes: Int) {
    try AssetError.wrapping(.file) {
      let (sha256, bytes) = try OpenFile.reading(place).digest()
      return (sha256, bytes)
    }
  }
}
