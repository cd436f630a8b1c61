import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

/// The toy of the repository, locked and judged; every test has a folder of its own.
@Suite("What a run is fixed to") struct LockTests {
  /// A copy of the toy, judged by expectations of its own.
  private struct Toy {
    let folder: TemporaryFolder

    init(expecting value: String) throws {
      folder = try TemporaryFolder()
      try FileManager.default.copyItem(
        atPath: Checkout.manifests, toPath: folder.path(of: "manifests"))
      // The toy's own lock and expectations are not those of this test.
      try? FileManager.default.removeItem(atPath: folder.path(of: "manifests/tiny.lock.json"))
      let path = folder.path(of: "manifests/tiny.yaml")
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).filter { !$0.hasPrefix("expectations:") }
      try (lines.joined(separator: "\n") + "\nexpectations: expected.yaml\n").write(
        toFile: path, atomically: true, encoding: .utf8)
      try expect(value)
    }

    /// Documents a value of the arm sft on arc_challenge.
    func expect(_ value: String) throws {
      let text = """
        schema: 1
        name: expected
        title: What this test expects
        sources: {test: {title: This test, location: here}}
        arms: {sft: SFT}
        unit: fraction
        cells:
          - task: arc_challenge
            metric: acc_norm
            label: ARC
            n: 12
            values:
              sft: {value: "\(value)", band: {kind: rounding}}
        """
      _ = try folder.write(Array(text.utf8), to: "manifests/expected.yaml")
    }

    var file: ManifestFile {
      get throws { try ManifestFile.read(folder.path(of: "manifests/tiny.yaml")) }
    }

    func runner() throws -> Runner {
      Runner(
        try file, options: RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2),
        report: { _ in })
    }
  }

  /// The sentence of the tampering that `body` throws; nil if it throws none.
  private func tampering(_ body: () async throws -> Void) async throws -> String? {
    do {
      try await body()
      return nil
    } catch let error as RunError where error.code == .tampered {
      return error.message
    }
  }

  @Test(
    "A run keeps its lock and its expectations, and is judged by them; edited ones are tampering")
  func run() async throws {
    let toy = try Toy(expecting: "0.00")
    let outcome = try await toy.runner().run()
    let record = outcome.record
    let judgement = try #require(outcome.judgement)
    let value = try #require(
      record.summary.arms[1].metrics.first {
        $0.task == "arc_challenge" && $0.name == "acc_norm,none"
      })
    let isRight = abs(value.value - 0) <= 0.005
    #expect(judgement.status == (isRight ? .reproduced : .diverged))
    #expect(outcome.exitCode == (isRight ? 0 : 1))
    #expect(record.files.contains { $0.name == RecordFile.lock })
    #expect(record.files.contains { $0.name == RecordFile.expectations })
    #expect(try record.findings().isEmpty)

    // The same record, judged from the store alone.
    let check = try RecordCheck(
      [record.id], artifacts: toy.folder.path(of: "artifacts"), expectations: nil)
    let checked = try check.run()
    #expect(checked.judgement == judgement && checked.isLocked)
    #expect(checked.expectations.path == "\(record.path)/\(RecordFile.expectations)")

    try toy.expect(Decimals.fixed(value.value, 4))
    let sentence = try #require(try await tampering { _ = try await toy.runner().run() })
    #expect(sentence.contains("The expectations (SHA-256 of the file): locked"))
    #expect(sentence.contains("--repeat"))

    // Other expectations judge the old results without pretending to have been there first.
    let edited = try ExperimentFile.read(toy.folder.path(of: "manifests/expected.yaml"))
    let other = try RecordCheck(
      [record.path], artifacts: "nowhere", expectations: edited
    ).run()
    #expect(other.judgement.status == .consistent && !other.isLocked)
    #expect(other.expectations.sha256 == edited.sha256)
  }

  @Test(
    "A lock beside the manifest is made once, holds for edits of comments, and names what was edited"
  )
  func lock() async throws {
    let toy = try Toy(expecting: "0.50")
    let (lock, isUnchanged) = try await toy.runner().lock(renewing: false)
    #expect(!isUnchanged)
    #expect(lock.items.map(\.evaluation) == ["mmlu", "hellaswag", "arc_challenge", "gsm8k"])
    #expect(lock.items.last?.count == 8)
    #expect(try ManifestLock.read(of: toy.file) == lock)
    let path = toy.folder.path(of: "manifests/tiny.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try ("# A comment.\n" + text).write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try await toy.runner().lock(renewing: false).isUnchanged)

    try text.replacingOccurrences(of: "limit: 8", with: "limit: 7").write(
      toFile: path, atomically: true, encoding: .utf8)
    for attempt in [
      { _ = try await toy.runner().lock(renewing: false) }, { _ = try await toy.runner().run() },
    ] as [() async throws -> Void] {
      let sentence = try #require(try await tampering(attempt))
      #expect(sentence.contains("The manifest"))
      #expect(sentence.contains("The items of gsm8k: locked 8 with"))
      #expect(sentence.contains("--renew"))
    }
    #expect(try RunStore(artifacts: toy.folder.path(of: "artifacts")).ids().isEmpty)
    // What is shortened for a quick check was not announced by anybody.
    _ = try await Runner(
      try toy.file.shortened(steps: 2),
      options: RunOptions(artifacts: toy.folder.path(of: "shortened"), threads: 2),
      report: { _ in }
    ).run()
    #expect(try await toy.runner().lock(renewing: true).lock.items.last?.count == 7)
  }

  @Test("A record whose expectations were exchanged is tampered with, whatever the new ones say")
  func exchanged() async throws {
    let toy = try Toy(expecting: "0.00")
    let record = try await toy.runner().run().record
    let path = "\(record.path)/\(RecordFile.expectations)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "0.00", with: "0.50").write(
      toFile: path, atomically: true, encoding: .utf8)
    let judgement = try RecordCheck(
      [record.id], artifacts: toy.folder.path(of: "artifacts"), expectations: nil
    ).run().judgement
    #expect(judgement.status == .tampered)
    #expect(judgement.exitCode == 3)
    #expect(judgement.tampering.contains { $0.contains("expectations.yaml") })
  }

  @Test("A record whose lock is none any more is tampered with, and the lock is not asked")
  func damagedLock() async throws {
    let toy = try Toy(expecting: "0.00")
    let record = try await toy.runner().run().record
    try put(Array("{}".utf8), "\(record.path)/\(RecordFile.lock)")
    let judgement = try RecordCheck([record.path], artifacts: "nowhere", expectations: nil).run()
      .judgement
    #expect(judgement.status == .tampered && judgement.exitCode == 3)
    #expect(judgement.tampering.contains { $0.contains("lock.json has the SHA-256") })
  }

  @Test("A lock survives being written and read, and a damaged one is refused")
  func encoding() async throws {
    let toy = try Toy(expecting: "0.50")
    let lock = try await toy.runner().lock(renewing: false).lock
    let bytes = try lock.encoded()
    #expect(try ManifestLock(bytes, source: "lock") == lock)
    fuzz(200) { _, generator in
      // Whatever it is, it is read or refused.
      _ = try? ManifestLock(mutated(bytes, &generator), source: "lock")
    }
  }
}
