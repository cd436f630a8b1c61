import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Assets
@testable import Records

/// An artifacts folder with a store, steps and records that refer to each other.
struct HousekeepingFixtures {
  let runs: RunFixtures
  let store: ArtifactStore
  let cache: StepCache
  var artifacts: String { runs.folder.path }

  init() throws {
    runs = try RunFixtures()
    store = ArtifactStore(root: runs.folder.path + "/store")
    cache = StepCache(artifacts: runs.folder.path)
  }

  /// Puts content into the store.
  func add(_ content: String) async throws -> Digest {
    try await ArtifactWriter(store, waiting: {}).add(
      content, from: "the test", sha256: nil, bytes: nil
    ) { write in try Array(content.utf8).withUnsafeBytes { try write($0) } }.sha256
  }

  /// A finished step with one output.
  func addStep(_ name: String, output: Digest) throws -> Digest {
    let key = SHA256.digest(of: "step \(name)")
    try cache.store(StepResult(outputs: ["weights": output], details: [:]), for: key)
    return key
  }

  /// A sealed record whose arm has these weights.
  func seal(_ name: String, weights: Digest) throws -> SealedRecord {
    let record = try runs.begin(RunFixtures.description(name))
    return try record.seal(
      RunSummary(arms: [.init(name: "sft", seed: 1, digests: ["weights": weights])]))
  }

  /// Collects with nothing kept for its age but what `change` says.
  func collect(_ change: (inout GarbageCollection.Options) -> Void = { _ in }) throws
    -> GarbageCollection.Outcome
  {
    var options = GarbageCollection.Options()
    options.keepDays = 0
    change(&options)
    return try GarbageCollection(artifacts: artifacts, options: options).run()
  }

  /// Makes a file or folder look as if it was last changed so many days ago.
  func age(_ path: String, days: Int) {
    let time = timespec(tv_sec: FileStatus.Time.now().seconds - days * 86400, tv_nsec: 0)
    #expect(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
  }
}
