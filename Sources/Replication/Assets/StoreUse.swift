import Foundation
import Provenance

/// Keeps ``GarbageCollection`` from the files of a store while they are in use, by a lock that all users share.
final class StoreUse: Sendable {
  private let lock: FileLock?

  /// The file that is locked.
  static func path(in store: ArtifactStore) -> String { "\(store.root)/in-use" }

  /// Begins to use the store, until this object goes away.
  ///
  /// Where nothing can be written, nothing can be removed either, and no lock is needed.
  ///
  /// - Throws: ``AssetError`` `file` while files are being removed for longer than a person would wait.
  init(_ store: ArtifactStore) throws {
    let path = StoreUse.path(in: store)
    do throws(ProvenanceError) {
      try AtomicFile.createFolder(store.root)
      lock = try FileLock(sharing: path, waitingSeconds: 600)
    } catch {
      guard error.code != .locked else { throw AssetError(code: .file, message: error.message) }
      lock = nil
    }
  }
}
