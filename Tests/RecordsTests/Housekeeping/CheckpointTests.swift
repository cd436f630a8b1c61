import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records

@Suite("Kept checkpoints")
struct CheckpointTests {
  private let fixtures: HousekeepingFixtures
  private var checkpoints: CheckpointStore { CheckpointStore(artifacts: fixtures.artifacts) }

  init() throws { fixtures = try HousekeepingFixtures() }

  /// Keeps a checkpoint with these bytes.
  private func keep(_ bytes: [UInt8], step: Int) throws -> KeptCheckpoint {
    let source = ContainedPath(
      try fixtures.runs.folder.write(bytes, to: "checkpoint-\(step)"))
    let (byteCount, root) = try CheckpointStore.root(ofFileAt: source, threads: 2)
    try checkpoints.keep(source, root: root)
    return KeptCheckpoint(arm: "sft", seed: 1, step: step, byteCount: byteCount, root: root)
  }

  /// Seals a record that lists checkpoints.
  private func seal(_ kept: [KeptCheckpoint]) throws -> SealedRecord {
    try fixtures.runs.begin(RunFixtures.description("run")).seal(
      RunFixtures.summary, checkpoints: kept)
  }

  @Test("The root is that of the tree over chunks of 4 MiB, whatever the number of threads")
  func root() throws {
    for count in [0, 1, 4 << 20, (4 << 20) + 1, 9_000_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 9) }
      let chunks = stride(from: 0, to: count, by: 4 << 20).map {
        Array(bytes[$0..<min($0 + 4 << 20, count)])
      }
      let expected = MerkleTree(chunks).root
      let path = try fixtures.runs.folder.write(bytes, to: "file")
      for threads in [1, 3] {
        let found = try CheckpointStore.root(ofFileAt: ContainedPath(path), threads: threads)
        #expect(found.root == expected && found.byteCount == count)
      }
    }
  }

  @Test("A checkpoint is kept without being copied, and survives that its first name is replaced")
  func link() throws {
    let kept = try keep([1, 2, 3], step: 1)
    try AtomicFile.write([4], to: fixtures.runs.folder.path(of: "checkpoint-1"))
    #expect(try OpenFile.contents(of: checkpoints.path(of: kept.root)) == [1, 2, 3])
    #expect(try checkpoints.finding(kept, threads: 1) == nil)
    #expect(try keep([1, 2, 3], step: 2).root == kept.root)
  }

  @Test("A record's list of checkpoints is sealed: another list is found out")
  func sealedList() throws {
    let kept = try keep([1, 2, 3], step: 1)
    let record = try seal([kept])
    #expect(try record.findings() == [])
    #expect(record.checkpoints == [kept])
    let path = "\(record.path)/\(RecordFile.summary)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try put(
      Array(text.replacing(kept.root.hex, with: SHA256.digest(of: "x").hex).utf8), path)
    let findings = try SealedRecord(at: record.path).findings()
    #expect(findings.contains { $0.contains("does not end with a seal") })
  }

  @Test("Verification finds a changed byte, and a file that is no checkpoint")
  func verification() throws {
    let kept = try keep([1, 2, 3], step: 1)
    _ = try seal([kept])
    #expect(try StoreVerification(artifacts: fixtures.artifacts).run().findings == [])
    try put([1, 2, 4], checkpoints.path(of: kept.root))
    try put([1], checkpoints.folder.path + "/other")
    let findings = try StoreVerification(artifacts: fixtures.artifacts).run().findings
    #expect(findings.count == 2)
    #expect(findings.contains { $0.contains(kept.root.hex) })
    #expect(findings.contains { $0.contains("/other is not named by the root") })
  }

  @Test("Collection keeps what a record lists unless told otherwise, and removes the rest in time")
  func collection() throws {
    let kept = try keep([1, 2, 3], step: 1)
    let orphan = try keep([4, 5, 6], step: 2)
    _ = try seal([kept])
    for checkpoint in [kept, orphan] {
      fixtures.age(checkpoints.path(of: checkpoint.root), days: 40)
    }
    #expect(try fixtures.collect { $0.keepDays = 50 }.items == [])
    #expect(
      try fixtures.collect { $0.keepDays = 30 }.items.map(\.path)
        == ["checkpoints/\(orphan.root).safetensors"])
    #expect(checkpoints.contains(kept))
    _ = try fixtures.collect { $0.removesCheckpoints = true }
    #expect(!checkpoints.contains(kept))
  }
}
