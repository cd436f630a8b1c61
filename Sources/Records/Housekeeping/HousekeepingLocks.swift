import Assets
import Files

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
    init(_ place: ContainedPath) throws(FileError) { lock = try FileLock(path: place) }
  }

  /// Takes or asks for all locks of an artifacts folder, without waiting for any.
  ///
  /// - Throws: ``FileError`` `unwritable`.
  init(artifacts: ArtifactsFolder, isDryRun: Bool) throws {
    var locks: [Held] = []
    func isQuiet(_ place: ContainedPath) throws -> Bool {
      if isDryRun { return try !FileLock.isHeld(at: place, isShared: true) }
      // Nobody is at what does not exist; whoever begins now is seen by the lock.
      guard try FileStatus(at: place.parent) != nil else { return true }
      do throws(FileError) {
        locks.append(try Held(place))
        return true
      } catch {
        guard error.code == .locked else { throw error }
        return false
      }
    }
    let store = ArtifactStore(artifacts)
    let isUnused = try isQuiet(StoreUse.place(in: store))
    isWriterQuiet = try isQuiet(ArtifactWriter.lock(of: store))
    isStoreQuiet = isUnused && isWriterQuiet
    areRecordsQuiet = try isQuiet(RunStore(artifacts: artifacts.place.path).lock)
    isLadderQuiet = try isQuiet(artifacts.verificationLock)
    self.locks = locks
  }
}
