import Assets
import Files
import Foundation

/// Verifies everything that lies in an artifacts folder: files against their names, finished steps and sealed records
/// against what they say of themselves.
package struct StoreVerification: Sendable {
  /// What came of it.
  package struct Outcome: Sendable, Equatable {
    /// The number of files of the store, and their bytes.
    package var fileCount = 0
    package var byteCount = 0
    /// The number of finished steps.
    package var stepCount = 0
    /// The number of records of each kind.
    package var sealedCount = 0
    package var openCount = 0
    /// What is wrong, in sentences.
    package var findings: [String] = []

    /// 0 if nothing is wrong, else 3.
    package var exitCode: Int32 {
      findings.isEmpty ? ExitStatus.success : ExitStatus.tampered
    }
  }

  private let store: ArtifactStore
  private let cache: StepCache
  private let records: RunStore
  private let checkpoints: CheckpointStore

  /// Prepares to verify; nothing is read yet.
  package init(artifacts: String) {
    store = ArtifactStore(ArtifactsFolder(artifacts))
    cache = StepCache(artifacts: artifacts)
    records = RunStore(artifacts: artifacts)
    checkpoints = CheckpointStore(artifacts: artifacts)
  }

  /// Reads and hashes everything; nothing is changed or removed.
  ///
  /// - Throws: ``FileError`` `unreadable` when a folder cannot be read.
  package func run() throws -> Outcome {
    var outcome = Outcome()
    try verifyFiles(&outcome)
    try verifyCheckpoints(&outcome)
    try verifySteps(&outcome)
    try verifyRecords(&outcome)
    return outcome
  }

  private func verifyFiles(_ outcome: inout Outcome) throws {
    for entry in try store.entries() {
      guard let digest = entry.digest else {
        outcome.findings.append(
          "\(entry.place) is not named by a digest and its first two digits; nothing uses it.")
        continue
      }
      do {
        let (found, bytes) = try ArtifactStore.hash(entry.place)
        outcome.fileCount += 1
        outcome.byteCount += bytes
        if found != digest {
          outcome.findings.append("\(entry.place) hashes to \(found), not to its name.")
        }
      } catch {
        // A run that needs the place of a damaged file sets it aside.
        guard try FileStatus(at: entry.place) != nil else { continue }
        outcome.findings.append("\(error)")
      }
    }
    for folder in try store.linkedFolders() {
      outcome.findings += folder.broken.map { "\($0) is a link to a file that is missing." }
    }
  }

  private func verifyCheckpoints(_ outcome: inout Outcome) throws {
    for entry in try checkpoints.entries() {
      guard let root = entry.root else {
        outcome.findings.append(
          "\(entry.place) is not named by the root of a checkpoint; nothing uses it.")
        continue
      }
      let (bytes, found) = try CheckpointStore.root(
        ofFileAt: entry.place, threads: ProcessInfo.processInfo.activeProcessorCount)
      outcome.fileCount += 1
      outcome.byteCount += bytes
      if found != root {
        outcome.findings.append("\(entry.place) has chunks with the root \(found), not its name.")
      }
    }
  }

  private func verifySteps(_ outcome: inout Outcome) throws {
    for entry in try cache.entries() {
      outcome.stepCount += 1
      if let problem = entry.problem { outcome.findings.append("\(entry.place): \(problem)") }
      for (name, digest) in (entry.result?.outputs ?? [:]).sorted(by: { $0.key < $1.key })
      where !store.contains(digest) {
        outcome.findings.append(
          "\(entry.place) names \(name) that are missing: \(store.path(of: digest)).")
      }
    }
  }

  private func verifyRecords(_ outcome: inout Outcome) throws {
    for id in try records.ids() {
      switch records.listing(of: id).status {
      case .sealed:
        outcome.sealedCount += 1
        do {
          outcome.findings += try records.sealedRecord(beginning: id).findings()
        } catch {
          outcome.findings.append("\(error)")
        }
      case .running, .interrupted: outcome.openCount += 1
      case .damaged(let problem):
        outcome.findings.append("The record \(records.path(of: id)) is damaged: \(problem)")
      }
    }
  }
}
