import Foundation
import Provenance

/// What nobody is at: the locks are held until this object goes away, or only asked for in a dry run.
final class HousekeepingLocks {
  /// Whether no run and no evaluation uses files of the store.
  let isStoreQuiet: Bool
  /// Whether nobody adds files to the store.
  let isWriterQuiet: Bool
  /// Whether nobody creates a record.
  let areRecordsQuiet: Bool
  /// Whether no determinism ladder is being climbed.
  let isLadderQuiet: Bool
  private let locks: [Held]

  /// A lock that is held.
  private final class Held {
    private let lock: FileLock
    init(_ path: String) throws(ProvenanceError) { lock = try FileLock(path: path) }
  }

  /// Takes or asks for all locks of an artifacts folder, without waiting for any.
  ///
  /// - Throws: ``ProvenanceError`` `file`.
  init(artifacts: String, isDryRun: Bool) throws {
    var locks: [Held] = []
    func isQuiet(_ path: String) throws -> Bool {
      if isDryRun { return try !FileLock.isHeld(at: path, isShared: true) }
      // Nobody is at what does not exist; whoever begins now is seen by the lock.
      guard try FileStatus(at: (path as NSString).deletingLastPathComponent) != nil else {
        return true
      }
      do throws(ProvenanceError) {
        locks.append(try Held(path))
        return true
      } catch {
        guard error.code == .locked else { throw error }
        return false
      }
    }
    let store = ArtifactStore(root: "\(artifacts)/store")
    let isUnused = try isQuiet(StoreUse.path(in: store))
    isWriterQuiet = try isQuiet(ArtifactWriter.lockPath(of: store))
    isStoreQuiet = isUnused && isWriterQuiet
    areRecordsQuiet = try isQuiet(RunStore(artifacts: artifacts).lockPath)
    isLadderQuiet = try isQuiet(LadderSession.lockPath(artifacts: artifacts))
    self.locks = locks
  }
}
