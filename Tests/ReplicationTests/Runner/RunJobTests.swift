import Files
import Foundation
import TestSupport
import Testing

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

/// The repository's toy, done in parts.
@Suite("A run as several jobs")
struct RunJobTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func runner(_ artifacts: String) throws -> Runner {
    let file = try ManifestFile.read(
      "\(Checkout.manifests)/tiny.yaml",
      overrides: ["training.seeds=[1, 2]", "training.max_steps=4"])
    var options = RunOptions(artifacts: folder.path(of: artifacts), threads: 2)
    options.isOffline = true
    return Runner(file, options: options) { _ in }
  }

  @Test("ends in the same results, done on three machines and merged, as in one go")
  func merged() async throws {
    let whole = try await runner("whole").run()
    let first = try await runner("first").run(only: ["base", "sft:1"])
    #expect(first.done == ["base", "sft:1"])
    #expect(first.remaining == ["sft:2", "eaft:1", "eaft:2"])
    #expect(try await runner("second").run(only: ["eaft"]).done == ["eaft:1", "eaft:2"])
    let third = try await runner("third").run(only: ["sft:2", "sft:2"])
    #expect(third.done == ["sft:2"])
    #expect(try await runner("third").run(only: ["sft:2"]).remaining.count == 4)
    // No record is begun by any of them.
    #expect(try RunStore(artifacts: folder.path(of: "first")).ids() == [])
    for other in ["second", "third"] {
      let outcome = try await WorkMerge(
        from: folder.path(of: other), to: folder.path(of: "first")
      ).run { _ in }
      #expect(outcome.broughtCount > 0 && outcome.notes == [])
    }
    let again = try await WorkMerge(
      from: folder.path(of: "second"), to: folder.path(of: "first")
    ).run { _ in }
    #expect(again.broughtCount == 0 && again.byteCount == 0)
    let joined = try await runner("first").run()
    #expect(joined.record.resultsDigest == whole.record.resultsDigest)
    #expect(joined.record.summary == whole.record.summary)
    #expect(joined.record.sampleTree.root == whole.record.sampleTree.root)
    // Nothing was left to be trained or asked.
    let history = try joined.record.history()
    let begun = history.events.filter {
      if case .trainingStarted = $0.content { true } else { false }
    }
    #expect(begun.isEmpty)
    #expect(try StoreVerification(artifacts: folder.path(of: "first")).run().findings == [])
    let report = try await Audit(
      joined.record.id, manifest: { _ in try runner("first").file }, run: runner("first").options,
      options: Audit.Options(), report: { _ in }
    ).report()
    #expect(report.entries.flatMap(\.findings) == [])
  }

  @Test("does not bring what is damaged, and says so")
  func damaged() async throws {
    _ = try await runner("other").run(only: ["sft:1"])
    let other = ArtifactsFolder(folder.path(of: "other"))
    let steps = try StepCache(artifacts: other.place.path).entries()
    let training = try #require(steps.first { $0.result?.outputs["weights"] != nil })
    let weights = try #require(training.result?.outputs["weights"])
    let path = ArtifactStore(other).path(of: weights)
    #expect(chmod(path, 0o644) == 0)
    try Data("other".utf8).write(to: URL(filePath: path))
    let outcome = try await WorkMerge(
      from: other.place.path, to: folder.path(of: "own")
    ).run { _ in }
    #expect(outcome.broughtCount == steps.count - 1)
    #expect(outcome.notes.count == 1)
    #expect(outcome.notes.first?.contains("was not brought") == true)
    // Nor what lists checkpoints that are none, which keeps no other step from being brought.
    try StepCache(artifacts: other.place.path).store(
      StepResult(outputs: [:], details: ["checkpoints": ["none"]]), for: SHA256.digest(of: "x"))
    let mixed = try await WorkMerge(
      from: other.place.path, to: folder.path(of: "third")
    ).run { _ in }
    #expect(mixed.broughtCount == steps.count - 1 && mixed.notes.count == 2)
    #expect(throws: FileError.self) {
      try WorkMerge(from: folder.path(of: "nowhere"), to: folder.path(of: "own"))
    }
  }

  @Test("is refused for a name that means none of them")
  func unknown() async throws {
    let error = await #expect(throws: ManifestError.self) {
      try await runner("a").run(only: ["sft:3"])
    }
    #expect(
      error?.problems.first?.message == "there is no arm with a seed 'sft:3'; did you mean 'sft:1'?"
    )
  }
}
