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

/// Housekeeping around real runs of the repository's toy.
@Suite("Housekeeping around a run")
struct RunHousekeepingTests {
  private static let manifest = "\(Checkout.manifests)/tiny.yaml"

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(
    interruption: Interruption = Interruption(),
    report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunOutcome {
    try await Runner(
      try ManifestFile.read(Self.manifest),
      options: RunOptions(artifacts: folder.path, threads: 2), interruption: interruption,
      report: report
    ).run()
  }

  private static func collect(_ artifacts: String) throws -> GarbageCollection.Outcome {
    var options = GarbageCollection.Options()
    (options.keepDays, options.removesInputs) = (0, true)
    return try GarbageCollection(artifacts: artifacts, options: options).run()
  }

  @Test("Collecting as hard as possible during and after a run costs it nothing")
  func duringRun() async throws {
    let artifacts = folder.path
    let count = Mutex(0)
    let outcome = try await run { event in
      switch event {
      case .trained, .evaluated, .note:
        do {
          let outcome = try Self.collect(artifacts)
          #expect(outcome.items == [])
          count.withLock { $0 += 1 }
        } catch {
          Issue.record("\(error)")
        }
      default: break
      }
    }
    #expect(count.withLock { $0 } > 10)
    #expect(try Self.collect(artifacts).items == [])
    #expect(try StoreVerification(artifacts: artifacts).run().exitCode == 0)
    let again = try await run()
    #expect(again.reuse != nil && again.record == outcome.record)
    // Without its record nothing is left of the run.
    try FileManager.default.removeItem(atPath: outcome.record.path)
    let removed = try Self.collect(artifacts)
    #expect(removed.items.count > 10 && removed.bytes > 1_000_000)
    #expect(try ArtifactStore(root: "\(artifacts)/store").entries() == [])
    #expect(try StepCache(artifacts: artifacts).entries().isEmpty)
  }

  @Test("An interrupted run goes on at its checkpoint after a collection, and is listed before")
  func interrupted() async throws {
    let interruption = Interruption()
    await #expect(throws: EngineError.self) {
      try await run(interruption: interruption) { event in
        if case .trained(let progress) = event, progress.arm == "eaft", progress.step == 3 {
          interruption.request()
        }
      }
    }
    let entry = try #require(try RunLog(artifacts: folder.path).entries.first)
    #expect(entry.status == .interrupted && entry.run.arms == ["sft", "eaft"])
    #expect(entry.run.seeds == ["42"])
    let shown = try RecordOverview(entry.run.id, artifacts: folder.path)
    #expect(shown.arms.map(\.steps.count) == [20, 3] && shown.inputs.count == 9)
    #expect(try Self.collect(folder.path).items == [])
    let steps = Mutex<[Int]>([])
    let resumed = try await run { event in
      if case .trained(let progress) = event { steps.withLock { $0.append(progress.step) } }
    }
    #expect(steps.withLock { $0.first } == 4)
    // The log tells of every arm and step what the summary says, before and after it was interrupted.
    let progress = RunProgress(
      try RunHistory(recordAt: resumed.record.place, id: resumed.record.id))
    let trained = resumed.record.summary.arms.filter { $0.seed != nil }
    #expect(progress.arms.filter { $0.seed != nil }.map(\.steps) == trained.map(\.steps))
    #expect(progress.evaluations.count == 12)
  }
}
