package import Files
import Foundation

/// Keeps ``GarbageCollection`` from the files of a store while they are in use, by a lock that all users share.
package final class StoreUse: Sendable {
  private let lock: FileLock?

  /// The file that is locked.
  package static func place(in store: ArtifactStore) -> ContainedPath {
    store.folder.appending("in-use")
  }

  /// Begins to use the store, until this object goes away.
  ///
  /// Where nothing can be written, nothing can be removed either, and no lock is needed. With `isReading` nothing is
  /// written, not even the file that is locked: without it nobody has ever used the store.
  ///
  /// - Throws: ``AssetError`` `file` while files are being removed for longer than a person would wait;
  ///   ``FileError`` `link`.
  package init(_ store: ArtifactStore, isReading: Bool = false) throws {
    let place = StoreUse.place(in: store)
    do throws(FileError) {
      if isReading {
        lock = try FileLock(sharingExisting: place, waitingSeconds: 600)
      } else {
        try store.folder.createFolder()
        lock = try FileLock(sharing: place, waitingSeconds: 600)
      }
    } catch {
      guard ![.locked, .link].contains(error.code) else { throw AssetError.wrapped(error) }
      lock = nil
    }
  }
}
