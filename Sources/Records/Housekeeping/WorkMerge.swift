import Assets
import Files
import Foundation
import Provenance

/// Brings finished steps of another artifacts folder into this one, with the files that they left.
///
/// So several machines share a run that have no folder in common. Everything is hashed on the way; records are not brought:
/// the run that is given afterwards makes one of all that it finds done.
package struct WorkMerge: Sendable {
  /// What came of it.
  package struct Outcome: Sendable, Equatable {
    /// Steps that were brought, and those that were here already.
    package var broughtCount = 0
    package var knownCount = 0
    /// Bytes of files that were copied.
    package var byteCount = 0
    /// What was not brought, and why, in sentences.
    package var notes: [String] = []
  }

  private let source: ArtifactsFolder
  private let target: ArtifactsFolder

  /// Prepares to bring what lies in the folder at `source`, which has to be there.
  ///
  /// - Throws: ``FileError`` `noFolder`.
  package init(from source: String, to target: String) throws {
    self.source = try ArtifactsFolder(existing: source)
    self.target = ArtifactsFolder(target)
  }

  /// Brings all finished steps; `note` is told of what should be known meanwhile.
  ///
  /// - Throws: ``FileError`` if something cannot be read or written; what was brought by then stays.
  package func run(note: @escaping @Sendable (String) -> Void) async throws -> Outcome {
    var outcome = Outcome()
    let entries = try StepCache(artifacts: source.place.path).entries()
    let (store, cache) = (ArtifactStore(target), StepCache(artifacts: target.place.path))
    let use = try StoreUse(store)
    defer { withExtendedLifetime(use) {} }
    let writer = try await ArtifactWriter(
      store, note: note, waiting: { note("waiting for another run") })
    for entry in entries {
      guard let result = entry.result else {
        outcome.notes.append("\(entry.place) is no finished step: \(entry.problem ?? "damaged").")
        continue
      }
      if try cache.find(entry.key) != nil {
        outcome.knownCount += 1
        continue
      }
      do {
        for digest in result.outputs.values.sorted(by: { $0.hex < $1.hex }) {
          outcome.byteCount += try bring(digest, writer)
        }
        try bringCheckpoints(of: result, &outcome)
        try cache.store(result, for: entry.key)
        outcome.broughtCount += 1
      } catch let error as AssetError {
        // Damaged or gone there: the step is then done here.
        outcome.notes.append("\(entry.place) was not brought: \(error.message)")
      } catch let error as FileError
        where [.invalidJSON, .link, .notFound, .unreadable].contains(error.code)
      {
        outcome.notes.append("\(entry.place) was not brought: \(error.message)")
      }
    }
    return outcome
  }

  /// Copies a file of the store unless it is here; gives the bytes that were copied.
  private func bring(_ digest: Digest, _ writer: ArtifactWriter) throws -> Int {
    if case .present = try ArtifactStore(target).lookUp(digest) { return 0 }
    let from = ArtifactStore(source)
    guard case .present = try from.lookUp(digest) else {
      throw AssetError(
        code: .missing,
        message: "\(from.path(of: digest)) is missing or not what its name says.")
    }
    let file = try Self.open(from.place(of: digest))
    _ = try writer.add(
      "a file of a finished step", from: file.path, sha256: digest, bytes: file.size
    ) { try file.forEachPiece(in: 0..<file.size, $0) }
    return file.size
  }

  /// Opens a file of the other folder, for which no link may stand.
  private static func open(_ place: ContainedPath) throws -> InputFile {
    try place.withFolderDescriptor { try InputFile(path: place.path, in: $0) }
  }

  /// Copies the checkpoints that were kept of a training; those that are gone are said and missed by no result.
  private func bringCheckpoints(of result: StepResult, _ outcome: inout Outcome) throws {
    let (from, to) = (
      CheckpointStore(artifacts: source.place.path), CheckpointStore(artifacts: target.place.path)
    )
    let listed = JSONField(result.details, source: "a finished step")["checkpoints"]
    guard !listed.isNull else { return }
    let threads = ProcessInfo.processInfo.activeProcessorCount
    for checkpoint in try listed.elements().map({ try KeptCheckpoint($0) })
    where !to.contains(checkpoint) {
      guard from.contains(checkpoint) else {
        outcome.notes.append(
          "\(from.path(of: checkpoint.root)) is gone: an audit will replay from an earlier one.")
        continue
      }
      if let finding = try from.finding(checkpoint, threads: threads) {
        outcome.notes.append("A checkpoint was not brought. \(finding)")
        continue
      }
      let file = try Self.open(from.place(of: checkpoint.root))
      try to.folder.createFolder()
      try AtomicFile.write(to: to.place(of: checkpoint.root)) { written in
        try file.forEachPiece(in: 0..<file.size) { try written.write($0) }
      }
      outcome.byteCount += file.size
    }
  }
}
