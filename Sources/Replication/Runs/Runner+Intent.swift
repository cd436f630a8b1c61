import Files
import Foundation
import Manifests
package import Provenance
package import Records

extension Runner {
  /// Anchors the lock of the manifest before the first run under it.
  ///
  /// - Parameters:
  ///   - lock: The lock that ``lock(renewing:)`` gave.
  ///   - authority: The address of a time stamp authority that is asked; nil for none.
  /// - Returns: The anchor, new or old.
  /// - Throws: ``ProvenanceError`` (`noRepository` if there is none), ``AnchorError``.
  package func intend(_ lock: ManifestLock, authority: String?) async throws -> AnchorOutcome {
    try await Intent.anchor(
      lock: try lock.encoded(), manifest: try OpenFile.contents(of: file.path),
      expectations: try file.expectations()?.bytes, in: options.repository,
      artifacts: options.artifacts, authority: authority)
  }

  /// Counts a run that begins under an intent of the user's repository, and lets the record say which.
  ///
  /// A run that goes on with steps behind it was begun all the same, but does not say that the intent came first.
  func noteBegun(_ record: RunRecord, under lock: ManifestLock) async throws {
    let intents: [String]
    do {
      intents = try await begin(record, under: SHA256.digest(of: try lock.encoded()))
    } catch let error as ProvenanceError where error.code == .noRepository {
      return
    } catch {
      report(.note("not counted among the runs under its lock: \(error)"))
      return
    }
    guard !intents.isEmpty else { return }
    let history = try RunHistory(recordAt: record.place, id: record.id)
    let isKnown = history.events.contains { event in
      if case .intent = event.content { true } else { event.content.isWork }
    }
    guard !isKnown else { return }
    try record.append(
      .intent(lock: SHA256.digest(of: try lock.encoded()), commits: intents))
  }

  /// Anchors the beginning of a run, once for each log that there is of it.
  ///
  /// - Returns: The commits of the intents that the run is under; empty for none.
  private func begin(_ record: RunRecord, under lock: Digest) async throws -> [String] {
    let store = try AnchorRepository.open(options.repository, outside: [options.artifacts])
    var intents: [String] = []
    for reference in try store.references("intents/\(lock)") {
      if let anchor = try? store.anchor(reference) { intents.append(anchor.commit) }
    }
    guard !intents.isEmpty else { return [] }
    let log = try OpenFile.contents(of: record.path(of: RecordFile.events))
    let first = Array(log.prefix { $0 != UInt8(ascii: "\n") })
    let name = AnchorName.begun(lock: lock, id: record.id, event: SHA256.digest(of: first))
    if case .anchored = try await store.anchor(
      name, files: [GitAnchor.File(name: name.file, bytes: first)], time: Int(time(nil)), sign: nil)
    {
      report(.note("counted in git among the runs under its lock"))
    }
    return intents
  }
}
