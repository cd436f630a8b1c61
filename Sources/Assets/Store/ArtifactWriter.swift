package import Files
import Foundation

/// The right to add files to a store, which one process has at a time.
///
/// Because there is one, unfinished files can have fixed names: what a killed process left is replaced or continued, and
/// never grows.
package final class ArtifactWriter: Sendable {
  /// The store that is written to.
  let store: ArtifactStore
  private let lock: FileLock
  private let note: @Sendable (String) -> Void

  /// The file that is locked.
  package static func lock(of store: ArtifactStore) -> ContainedPath {
    store.partialFolder.appending("lock")
  }

  /// Takes the right, waiting for other holders.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - note: Takes what a person should know, such as a damaged file that was set aside.
  ///   - waiting: Called once if there is another holder.
  /// - Throws: ``FileError``.
  package init(
    _ store: ArtifactStore, note: @escaping @Sendable (String) -> Void = { _ in },
    waiting: () -> Void
  ) async throws {
    try store.partialFolder.createFolder()
    var hasWaited = false
    while true {
      do throws(FileError) {
        lock = try FileLock(path: ArtifactWriter.lock(of: store))
        break
      } catch {
        guard error.code == .locked else { throw error }
      }
      if !hasWaited { waiting() }
      hasWaited = true
      try await Task.sleep(for: .milliseconds(200))
    }
    self.store = store
    self.note = note
  }

  /// Name ending of downloads, which are continued by the next process; everything else unfinished is rubbish.
  package static let resumableSuffix = ".download"

  /// Adds what `produce` writes.
  ///
  /// - Parameters:
  ///   - name: The asset, for error messages.
  ///   - origin: Where the content comes from, for error messages.
  ///   - sha256: The digest that the content must have, if it is pinned.
  ///   - bytes: The size that the content must have, if it is pinned; writing more is stopped at once.
  ///   - produce: Hands pieces of the content to its argument.
  /// - Returns: The stored file.
  /// - Throws: ``AssetError`` `wrongDigest`; ``FileError``, as on a full disk; what `produce` throws. The store is then as
  ///   before.
  package func add(
    _ name: String, from origin: String, sha256: Digest?, bytes: Int?,
    _ produce: (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> ArtifactStore.Blob {
    let temporary = store.partialFolder.appending("unfinished")
    try temporary.remove()
    let file = try OpenFile(temporary, flags: O_WRONLY | O_CREAT | O_EXCL)
    defer { try? temporary.remove() }
    var hash = SHA256()
    var size = 0
    try produce { piece in
      size += piece.count
      if let bytes, size > bytes {
        throw AssetError(
          code: .wrongDigest,
          message:
            "\(name) from \(origin) is larger than the pinned \(bytes) bytes; nothing was kept.")
      }
      hash.update(piece)
      try file.write(piece)
    }
    let found = hash.finalize()
    try check(name, origin, expected: (sha256, bytes), found: (found, size))
    return try put(temporary, file, found, size)
  }

  /// Moves a finished download into the store.
  ///
  /// - Throws: ``AssetError`` `wrongDigest`, after which the file is gone; ``FileError``.
  package func adopt(
    fileAt place: ContainedPath, _ name: String, from origin: String, sha256: Digest?, bytes: Int?
  ) throws -> ArtifactStore.Blob {
    let file = try OpenFile.reading(place)
    let (found, size) = try file.digest()
    do {
      try check(name, origin, expected: (sha256, bytes), found: (found, size))
    } catch {
      try place.remove()
      throw error
    }
    return try put(place, file, found, size)
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

  /// Puts the open file at `temporary` in its place, and what was there and is something else aside.
  private func put(
    _ temporary: ContainedPath, _ file: borrowing OpenFile, _ digest: Digest, _ size: Int
  ) throws -> ArtifactStore.Blob {
    let place = store.place(of: digest)
    // Another process may have stored the same; a file with other content is damaged.
    if case .damaged = try store.lookUp(digest) { try setAside(place) }
    try file.synchronize()
    // Read-only, because other runs rely on the content.
    try file.setMode(0o444)
    try place.parent.createFolder()
    try temporary.move(to: place)
    return ArtifactStore.Blob(path: place.path, sha256: digest, bytes: size)
  }

  /// Moves what is damaged and in the way to where it can be looked at.
  func setAside(_ place: ContainedPath) throws {
    let folder = store.damagedFolder
    try folder.createFolder()
    var number = 1
    while try FileStatus(at: folder.appending("\(place.name)-\(number)")) != nil { number += 1 }
    let aside = folder.appending("\(place.name)-\(number)")
    try place.move(to: aside)
    note("\(place.path) was damaged and is kept as \(aside.path), to be looked at")
  }
}
