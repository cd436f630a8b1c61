import Files
import Foundation
import Provenance
import Synchronization
import TestSupport
import Testing

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

/// The toy of the repository, run in process; every test has a folder of its own.
@Suite("A run of the toy") struct RunnerTests {
  /// Runs `body` with an empty folder that is removed afterwards.
  private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try await body(folder.path)
  }

  /// The toy's manifest with parts of its text replaced, in a folder beside copies of its files.
  private func manifest(in folder: String, replacing replacements: [(String, String)] = []) throws
    -> ManifestFile
  {
    let copy = "\(folder)/manifests"
    try FileManager.default.copyItem(atPath: Checkout.manifests, toPath: copy)
    // What is changed here is not what was locked there.
    try FileManager.default.removeItem(atPath: "\(copy)/tiny.lock.json")
    var text = try String(contentsOfFile: "\(copy)/tiny.yaml", encoding: .utf8)
    for (old, new) in replacements {
      try #require(text.contains(old), "The toy's manifest has no \"\(old)\".")
      text = text.replacingOccurrences(of: old, with: new)
    }
    try text.write(toFile: "\(copy)/tiny.yaml", atomically: true, encoding: .utf8)
    return try ManifestFile.read("\(copy)/tiny.yaml")
  }

  private func run(
    _ file: ManifestFile, in folder: String, threads: Int = 2,
    report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunOutcome {
    try await Runner(
      file, options: RunOptions(artifacts: "\(folder)/artifacts", threads: threads),
      report: report
    ).run()
  }

  @Test("trains both arms on the same batches, evaluates all three and seals an intact record")
  func endToEnd() async throws {
    try await withFolder { folder in
      let outcome = try await run(manifest(in: folder), in: folder)
      #expect(try outcome.record.findings().isEmpty)
      let arms = outcome.record.summary.arms
      #expect(arms.map(\.name) == ["base", "sft", "eaft"])
      #expect(arms[0].steps.isEmpty && !arms[1].steps.isEmpty)
      #expect(arms[1].steps.map(\.batchDigest) == arms[2].steps.map(\.batchDigest))
      #expect(arms[1].steps.map { $0.values["loss"] } != arms[2].steps.map { $0.values["loss"] })
      let (first, last) = (arms[1].steps[0], arms[1].steps[arms[1].steps.count - 1])
      let before = try #require(first.values["cross_entropy"])
      let after = try #require(last.values["cross_entropy"])
      #expect(before - after > 0.5, "Training a random model must lower its cross entropy.")
      let table = try #require(outcome.table)
      #expect(table.rows.map(\.task).starts(with: ["mmlu", "mmlu_humanities"]))
      #expect(table.rows.allSatisfy { $0.values.count == 3 && $0.values.allSatisfy(\.isFinite) })
      #expect(outcome.exitCode == 0 && outcome.reuse == nil)
    }
  }

  @Test(
    "is anchored in the repository that was named, also later, and not without one",
    .enabled(if: GitFixture.isAvailable))
  func anchored() async throws {
    let fixture = try GitFixture()
    let file = try manifest(in: fixture.path)
    let notes = Mutex<[String]>([])
    func anchored(_ isAnchoring: Bool) async throws -> [String] {
      notes.withLock { $0 = [] }
      var options = RunOptions(artifacts: "\(fixture.path)/artifacts", threads: 2)
      options.repository = isAnchoring ? fixture.path : nil
      _ = try await Runner(file, options: options) { event in
        if case .note(let text) = event { notes.withLock { $0.append(text) } }
      }.run()
      return notes.withLock { $0 }.filter { $0.contains("anchored") }
    }
    #expect(try await anchored(false) == [])
    #expect(try fixture.git("for-each-ref") == "")
    let found = try await anchored(true)
    #expect(found.count == 1)
    let reference = try #require(found.first?.split(separator: " ").last)
    #expect(
      try fixture.git("ls-tree", "--name-only", String(reference))
        == "expectations.yaml\nlock.json\nmanifest.yaml\nrecord.json\nsamples.json\ntrainings.json")
    #expect(try await anchored(true) == [])
  }

  @Test("is not repeated when it is finished, and says why, without a look at its training data")
  func finishedRunIsOnlyRead() async throws {
    try await withFolder { folder in
      let file = try manifest(in: folder)
      let first = try await run(file, in: folder)
      let preparation = try #require(first.record.history().preparations.first?.value)
      let tokens = ArtifactStore(root: "\(folder)/artifacts/store").path(of: preparation.tokens)
      try FileManager.default.removeItem(atPath: tokens)
      let trained = Atomic<Int>(0)
      let second = try await run(file, in: folder) { event in
        if case .trained = event { trained.add(1, ordering: .relaxed) }
      }
      #expect(second.record == first.record && second.table == first.table)
      #expect(second.reuse?.contains("finished and has the same inputs") == true)
      #expect(trained.load(ordering: .relaxed) == 0)
      let plan = try await Runner(
        file, options: RunOptions(artifacts: "\(folder)/artifacts", threads: 1), report: { _ in }
      ).plan()
      #expect(plan.steps.isEmpty && plan.finished != nil)
      #expect(!FileManager.default.fileExists(atPath: tokens), "Nobody prepared it again.")
    }
  }

  @Test("has the same bits for one, two and three threads")
  func threadsDoNotMatter() async throws {
    var results: [Digest] = []
    for threads in 1...3 {
      results.append(
        try await withFolder { folder in
          try await run(manifest(in: folder), in: folder, threads: threads).record.resultsDigest
        })
    }
    #expect(Set(results).count == 1)
  }

  @Test("gives bit for bit the same arm for EAFT with alpha 0 as for cross entropy")
  func alphaZeroIsCrossEntropy() async throws {
    try await withFolder { folder in
      let file = try manifest(
        in: folder, replacing: [("preset: axolotl-0.14", "preset: axolotl-0.14\n    alpha: 0")])
      let arms = try await run(file, in: folder).record.summary.arms
      #expect(arms[1].digests["weights"] == arms[2].digests["weights"])
      #expect(arms[1].steps == arms[2].steps)
      #expect(arms[1].metrics == arms[2].metrics)
    }
  }

  @Test("reuses what another run computed when only the other arm is new")
  func finishedStepsAreReused() async throws {
    try await withFolder { folder in
      let first = try await run(try manifest(in: folder), in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/manifests")
      let changed = try manifest(
        in: folder, replacing: [("preset: axolotl-0.14", "preset: llamafactory")])
      let trained = Mutex(Set<String>())
      let second = try await run(changed, in: folder) { event in
        if case .trained(let progress) = event {
          _ = trained.withLock { $0.insert(progress.arm) }
        }
      }
      #expect(trained.withLock { $0 } == ["eaft"])
      #expect(second.record.id != first.record.id)
      #expect(
        second.record.summary.arms[1].digests["weights"]
          == first.record.summary.arms[1].digests["weights"])
    }
  }

  /// Runs until the third step of an arm, where the run is asked to stop and has to.
  private func interrupt(_ file: ManifestFile, in folder: String, arm: String) async {
    let interruption = Interruption()
    let runner = Runner(
      file, options: RunOptions(artifacts: "\(folder)/artifacts", threads: 2),
      interruption: interruption
    ) { event in
      if case .trained(let progress) = event, progress.arm == arm, progress.step == 3 {
        interruption.request()
      }
    }
    await #expect {
      try await runner.run()
    } throws: {
      ($0 as? EngineError)?.code == .interrupted
    }
  }

  /// What an uninterrupted run of the toy comes to.
  private func wholeResults() async throws -> Digest {
    try await withFolder { folder in
      try await run(manifest(in: folder), in: folder).record.resultsDigest
    }
  }

  @Test("stops between steps when asked to, and goes on from there to the same results")
  func interruptionLosesNothing() async throws {
    try await withFolder { folder in
      let file = try manifest(in: folder)
      await interrupt(file, in: folder, arm: "eaft")
      let steps = Mutex<[Int]>([])
      let resumed = try await run(file, in: folder) { event in
        if case .trained(let progress) = event { steps.withLock { $0.append(progress.step) } }
      }
      #expect(steps.withLock { $0.first } == 4)
      #expect(try await resumed.record.resultsDigest == wholeResults())
      #expect(try resumed.record.findings().isEmpty)
    }
  }

  @Test("starts a training anew when its checkpoint is damaged, and comes to the same results")
  func damagedCheckpoint() async throws {
    try await withFolder { folder in
      let file = try manifest(in: folder)
      await interrupt(file, in: folder, arm: "sft")
      let work = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/artifacts/work")
      let checkpoint = "\(folder)/artifacts/work/\(try #require(work.first))/checkpoint.safetensors"
      try Data("damaged".utf8).write(to: URL(filePath: checkpoint))
      let resumed = try await run(file, in: folder)
      #expect(try await resumed.record.resultsDigest == wholeResults())
    }
  }

  @Test("refuses an input with the wrong digest, naming expected and found, and keeps nothing")
  func wrongDigest() async throws {
    try await withFolder { folder in
      let file = try manifest(in: folder)
      let data = "\(folder)/manifests/tiny/train.jsonl"
      try Data("{}\n".utf8).write(to: URL(filePath: data))
      await #expect {
        _ = try await run(file, in: folder)
      } throws: { error in
        guard let error = error as? AssetError, error.code == .wrongDigest else { return false }
        return error.message.contains("expected") && error.message.contains("found")
      }
      #expect(try RunStore(artifacts: "\(folder)/artifacts").ids().isEmpty)
    }
  }
}
