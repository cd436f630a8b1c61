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
  package static func anchor(
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
      "\(word)\(anchor.isSigned ? " and signed" : "") in git as \(anchor.name.reference)\(stamped); runs that begin under it are counted, and `replicate anchors push REMOTE` shows others that it came first"
  }
}
