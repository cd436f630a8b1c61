import Files
import Foundation
package import Provenance

/// A lock that is made public before the first run under it, so that runs which nobody was shown can be missed.
package enum Intent {
  /// The file of an intent that holds an authority's time stamp over the lock.
  static let stamp = "lock.tsr"
  /// By how many seconds the clocks of two machines may differ without anybody being accused.
  static let clockTolerance = 600

  /// Anchors a lock with the manifest and the expectations that it fixes.
  ///
  /// - Throws: ``ProvenanceError`` (`noRepository` if there is none), ``AnchorError`` `signing`, `timeStamp`, `foreign`.
  static func anchor(
    lock: [UInt8], manifest: [UInt8], expectations: [UInt8]?, in repository: String?,
    artifacts: String, authority: String?
  ) async throws -> AnchorOutcome {
    let store = try AnchorRepository.open(repository, outside: [artifacts])
    var files = [
      GitAnchor.File(name: RecordFile.lock, bytes: lock),
      GitAnchor.File(name: RecordFile.manifest, bytes: manifest),
    ]
    if let expectations {
      files.insert(GitAnchor.File(name: RecordFile.expectations, bytes: expectations), at: 0)
    }
    if let authority {
      let bytes = try await TimeStamp.request(lock, from: authority)
      files.insert(GitAnchor.File(name: stamp, bytes: bytes), at: files.count - 1)
    }
    return try await store.anchor(
      .intent(lock: SHA256.digest(of: lock)), files: files, time: Int(time(nil))
    ) {
      try await GitProgram.signature($0, of: $1)
    }
  }
}

extension Intent {
  /// What is said of a lock that was made public, in one sentence.
  package static func text(_ outcome: AnchorOutcome) -> String {
    let (anchor, word) =
      switch outcome {
      case .anchored(let anchor): (anchor, "anchored")
      case .unchanged(let anchor): (anchor, "anchored before")
      }
    let stamped = anchor.content(of: stamp) == nil ? "" : ", with a time stamp"
    return
      "\(word)\(anchor.isSigned ? " and signed" : "") in git as \(anchor.name.reference)\(stamped); runs that begin under it are counted, and `replicate push REMOTE` shows others that it came first"
  }
}

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
