import Files
import Foundation
import Manifests
package import Records

extension Runner {
  /// What the run is fixed to, checked against the lock beside the manifest, if there is one.
  ///
  /// - Throws: ``RunError`` `tampered` with everything that was changed since.
  func lock(_ inputs: RunInputs, expectations: [UInt8]?) throws -> ManifestLock {
    let lock = try ManifestLock(manifest, expectations: expectations, inputs: inputs)
    if !file.isShortened, manifest.overrides.isEmpty, let locked = try ManifestLock.read(of: file) {
      let differences = locked.differences(to: lock)
      guard differences.isEmpty else {
        throw RunError(
          .tampered,
          "\(manifest.name) is not as it was locked in \(ManifestLock.path(of: file)). \(differences.joined(separator: " ")) Restore what was locked, or lock the new state with `replicate lock \(manifest.name) --renew`."
        )
      }
    }
    return lock
  }

  /// Writes lock and expectations into a record that no arm has added to yet, or compares them with those of one that
  /// is resumed.
  func write(_ lock: ManifestLock, expectations: [UInt8]?, to record: RunRecord) throws {
    if record.contains(RecordFile.lock) {
      try check(
        lock, againstRecordAt: record.place, id: record.id,
        remedy: "remove \(record.path) to begin anew")
    }
    try record.write(try lock.encoded(), to: RecordFile.lock)
    if let expectations { try record.write(expectations, to: RecordFile.expectations) }
  }

  /// Compares what a run would be fixed to now with what an earlier one was fixed to; `remedy` completes "Restore it, or …".
  ///
  /// - Throws: ``RunError`` `tampered` with everything that was changed since.
  func check(
    _ lock: ManifestLock, againstRecordAt place: ContainedPath, id: String, remedy: String
  ) throws {
    let file = place.appending(RecordFile.lock)
    let recorded = try ManifestLock(try OpenFile.contents(of: file), source: file.path)
    let differences = recorded.differences(to: lock)
    guard differences.isEmpty else {
      throw RunError(
        .tampered,
        "The run \(id) was fixed to something else before it began. \(differences.joined(separator: " ")) Restore it, or \(remedy)."
      )
    }
  }

  /// Fixes the manifest: writes the lock beside it.
  ///
  /// - Parameter renewing: Whether to replace a lock that says otherwise.
  /// - Returns: The lock, and whether there was an equal one already.
  /// - Throws: ``RunError`` `tampered` for another lock, unless it is to be renewed; what keeps inputs from being had.
  package func lock(renewing: Bool) async throws -> (lock: ManifestLock, isUnchanged: Bool) {
    let expectations = try file.expectations()?.bytes
    let inputs = try await RunInputs(sources, quiet: false)
    let path = ManifestLock.path(of: file)
    if !renewing {
      let isLocked = FileManager.default.fileExists(atPath: path)
      let lock = try lock(inputs, expectations: expectations)
      if isLocked { return (lock, true) }
    }
    let lock = try ManifestLock(manifest, expectations: expectations, inputs: inputs)
    try AtomicFile.write(try lock.encoded(), to: path)
    return (lock, false)
  }
}
