import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

/// Runs of different manifests that need the same trainings and evaluations at the same time.
@Suite("Runs that share steps") struct SharedWorkTests {
  private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try await body(folder.path)
  }

  /// The toy's manifest under several names, which are no part of what its steps depend on.
  private func manifests(_ names: [String], in folder: String) throws -> [ManifestFile] {
    let copy = "\(folder)/manifests"
    try FileManager.default.copyItem(atPath: Checkout.manifests, toPath: copy)
    try? FileManager.default.removeItem(atPath: "\(copy)/tiny.lock.json")
    let text = try String(contentsOfFile: "\(copy)/tiny.yaml", encoding: .utf8)
    return try names.map { name in
      let path = "\(copy)/\(name).yaml"
      try put(Array(text.replacing("\nname: tiny\n", with: "\nname: \(name)\n").utf8), path)
      return try ManifestFile.read(path)
    }
  }

  /// What several runs tell.
  private final class Witness: Sendable {
    let trained = Mutex<[String]>([])
    let notes = Mutex<[String]>([])

    @Sendable func see(_ event: RunEvent) {
      switch event {
      case .trained(let progress):
        trained.withLock { $0.append("\(progress.arm) \(progress.step)") }
      case .note(let text): notes.withLock { $0.append(text) }
      default: break
      }
    }
  }

  @Test("do each step once: the others wait for it and come to the same bits")
  func once() async throws {
    try await withFolder { folder in
      let files = try manifests(["one", "two", "three"], in: folder)
      let witness = Witness()
      let outcomes = try await withThrowingTaskGroup(of: RunOutcome.self) { group in
        for file in files {
          group.addTask {
            try await Runner(
              file, options: RunOptions(artifacts: "\(folder)/artifacts", threads: 1),
              report: witness.see
            ).run()
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(outcomes.map(\.record.id)).count == 3)
      #expect(Set(outcomes.map(\.record.resultsDigest)).count == 1)
      for outcome in outcomes { #expect(try outcome.record.findings().isEmpty) }
      let steps = witness.trained.withLock { $0 }
      #expect(steps.count == 40 && Set(steps).count == 40, "No step was trained twice.")
      #expect(witness.notes.withLock { $0 }.contains { $0.contains("waiting for its result") })
      let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/artifacts/work")
      #expect(left == [])
    }
  }

  @Test("wait until they are asked to stop, or until whoever is at the step lets go of it")
  func waiting() async throws {
    try await withFolder { folder in
      let file = try #require(try manifests(["one"], in: folder).first)
      let interruption = Interruption()
      let isWaiting = Mutex(false)
      let runner = Runner(
        file, options: RunOptions(artifacts: folder, threads: 1), interruption: interruption
      ) { event in
        if case .note = event { isWaiting.withLock { $0 = true } }
      }
      let path = "\(folder)/work/step.lock"
      let place = ContainedPath(path)
      let held = try WorkLock(place)
      let first = Task { () async throws -> Bool in
        let lock = try await runner.taken("step") { () throws(FileError) in
          try WorkLock(place)
        }
        return withExtendedLifetime(lock) { FileManager.default.fileExists(atPath: path) }
      }
      while !isWaiting.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      _ = consume held
      // The file that it waited for is gone; it has another one in its place.
      #expect(try await first.value)
      #expect(!FileManager.default.fileExists(atPath: path))
      let heldAgain = try WorkLock(place)
      interruption.request()
      await #expect(throws: EngineError.self) {
        _ = try await runner.taken("step") { () throws(FileError) in
          try WorkLock(place)
        }
      }
      withExtendedLifetime(heldAgain) {}
    }
  }
}
