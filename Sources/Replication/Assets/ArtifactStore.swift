import Foundation
import Provenance

/// A folder of files that are named by the SHA-256 of their content: `sha256/<first two digits>/<all 64 digits>`.
///
/// A file appears under its name only when it is complete, verified and on the storage device. Unfinished work lies in
/// `partial/` beside it, on the same file system.
struct ArtifactStore: Sendable, Equatable {
  /// A verified file of the store.
  struct Blob: Sendable, Equatable {
    /// Absolute path of the file, which must not be changed.
    let path: String
    /// SHA-256 of the content.
    let sha256: Digest
    /// Size in bytes.
    let bytes: Int
  }

  /// What a look into the store found.
  enum Lookup: Sendable, Equatable {
    /// Nothing under this digest.
    case absent
    /// The file, whose content was hashed just now.
    case present(Blob)
    /// A file whose content was not what its name says; it has been removed from this path.
    case removedDamaged(path: String)
  }

  /// Absolute path of the folder.
  let root: String

  /// Uses the folder at `root`, which need not exist yet.
  init(root: String) {
    // Child processes and messages must not depend on the current folder.
    self.root = URL(fileURLWithPath: root).standardizedFileURL.path
  }

  /// Where the content with this digest is or will be.
  func path(of digest: Digest) -> String {
    let hex = digest.hex
    return "\(root)/sha256/\(hex.prefix(2))/\(hex)"
  }

  /// The folder of unfinished work.
  var partialFolder: String { "\(root)/partial" }

  /// Whether there is a file under this digest; its content is not looked at.
  func contains(_ digest: Digest) -> Bool {
    access(path(of: digest), R_OK) == 0
  }

  /// Looks for content and hashes it, so that nothing damaged is ever used.
  ///
  /// Hashing runs at more than 1 GB/s with the SHA instructions of current processors, so it is done at every use.
  func lookUp(_ digest: Digest) throws -> Lookup {
    let path = path(of: digest)
    guard access(path, F_OK) == 0 else { return .absent }
    let (found, bytes) = try ArtifactStore.hash(fileAt: path)
    if found == digest { return .present(Blob(path: path, sha256: digest, bytes: bytes)) }
    guard unlink(path) == 0 || errno == ENOENT else {
      throw AssetError.system("remove the damaged file", path)
    }
    return .removedDamaged(path: path)
  }

  /// SHA-256 and size of a regular file.
  static func hash(fileAt path: String) throws -> (sha256: Digest, bytes: Int) {
    try AssetError.wrapping(.file) {
      let file = try OpenFile.reading(path)
      var hash = SHA256()
      var bytes = 0
      try file.readAll { piece in
        hash.update(piece)
        bytes += piece.count
      }
      return (hash.finalize(), bytes)
    }
  }
}

/// The right to add files to a store, which one process has at a time.
///
/// Because there is one, unfinished files can have fixed names: what a killed process left is overwritten, continued or
/// swept up, and never grows.
final class ArtifactWriter: Sendable {
  /// The store that is written to.
  let store: ArtifactStore
  private let lock: FileLock

  /// The file that is locked.
  static func lockPath(of store: ArtifactStore) -> String { "\(store.partialFolder)/lock" }

  /// Takes the right, waiting for other holders; `waiting` is called once if there is one.
  init(_ store: ArtifactStore, waiting: () -> Void) async throws {
    try AssetError.wrapping(.file) { try AtomicFile.createFolder(store.partialFolder) }
    var hasWaited = false
    while true {
      do {
        lock = try FileLock(path: ArtifactWriter.lockPath(of: store))
        break
      } catch {
        guard error.code == .locked else { throw AssetError(code: .file, message: error.message) }
      }
      if !hasWaited { waiting() }
      hasWaited = true
      try await Task.sleep(for: .milliseconds(200))
    }
    self.store = store
    try sweep()
  }

  /// Name ending of downloads, which are continued by the next process; everything else unfinished is rubbish.
  static let resumableSuffix = ".download"

  private func sweep() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: store.partialFolder)
    for name in names where name != "lock" && !name.hasSuffix(ArtifactWriter.resumableSuffix) {
      try FileManager.default.removeItem(atPath: "\(store.partialFolder)/\(name)")
    }
  }

  /// Adds what `produce` writes.
  ///
  /// - Parameters:
  ///   - name: The asset, for error messages.
  ///   - origin: Where the content comes from, for error messages.
  ///   - sha256: The digest that the content must have, if it is pinned.
  ///   - bytes: The size that the content must have, if it is pinned; writing more is stopped at once.
  ///   - produce: Hands pieces of the content to its argument.
  /// - Returns: The stored file.
  /// - Throws: ``AssetError`` `wrongDigest` or `file`; what `produce` throws. The store is then as before.
  func add(
    _ name: String, from origin: String, sha256: Digest?, bytes: Int?,
    _ produce: (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> ArtifactStore.Blob {
    let temporary = "\(store.partialFolder)/unfinished"
    defer { unlink(temporary) }
    var hash = SHA256()
    var size = 0
    let file = try AssetError.wrapping(.file) {
      try OpenFile(path: temporary, flags: O_WRONLY | O_CREAT | O_TRUNC)
    }
    try produce { piece in
      size += piece.count
      if let bytes, size > bytes {
        throw AssetError(
          code: .wrongDigest,
          message:
            "\(name) from \(origin) is larger than the pinned \(bytes) bytes; nothing was kept.")
      }
      hash.update(piece)
      try AssetError.wrapping(.file) { try file.write(piece) }
    }
    let found = hash.finalize()
    try check(name, origin, expected: (sha256, bytes), found: (found, size))
    try AssetError.wrapping(.file) { try file.synchronize() }
    return try put(temporary, found, size)
  }

  /// Moves a finished download into the store.
  ///
  /// - Throws: ``AssetError`` `wrongDigest`, after which the file at `path` is gone, or `file`.
  func adopt(
    fileAt path: String, _ name: String, from origin: String, sha256: Digest?, bytes: Int?
  ) throws -> ArtifactStore.Blob {
    let (found, size) = try ArtifactStore.hash(fileAt: path)
    do {
      try check(name, origin, expected: (sha256, bytes), found: (found, size))
    } catch {
      unlink(path)
      throw error
    }
    try AssetError.wrapping(.file) { try OpenFile.reading(path).synchronize() }
    return try put(path, found, size)
  }

  private func check(
    _ name: String, _ origin: String, expected: (sha256: Digest?, bytes: Int?),
    found: (sha256: Digest, bytes: Int)
  ) throws {
    if let bytes = expected.bytes, bytes != found.bytes {
      throw AssetError.wrongSize(name, from: origin, expected: bytes, found: found.bytes)
    }
    if let sha256 = expected.sha256, sha256 != found.sha256 {
      throw AssetError.wrongDigest(name, from: origin, expected: sha256, found: found.sha256)
    }
  }

  private func put(_ temporary: String, _ digest: Digest, _ size: Int) throws
    -> ArtifactStore.Blob
  {
    let path = store.path(of: digest)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try AssetError.wrapping(.file) { try AtomicFile.createFolder(folder) }
    // Read-only, because other runs rely on the content.
    chmod(temporary, 0o444)
    guard rename(temporary, path) == 0 else { throw AssetError.system("put in place", path) }
    try AssetError.wrapping(.file) { try AtomicFile.synchronizeFolder(folder) }
    return ArtifactStore.Blob(path: path, sha256: digest, bytes: size)
  }
}
