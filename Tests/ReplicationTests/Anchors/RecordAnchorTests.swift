import Foundation
import Provenance
import TestSupport
import Testing

@testable import Replication

@Suite("Anchors of sealed records", .enabled(if: GitFixture.isAvailable))
struct RecordAnchorTests {
  /// A sealed record in the ignored artifacts folder of a repository.
  private static func record(in fixture: GitFixture) throws -> SealedRecord {
    try fixture.put("artifacts/\n", ".gitignore")
    let start = try RunStore(artifacts: fixture.path + "/artifacts").begin(
      RunFixtures.description())
    guard case .open(let record) = start.kind else {
      throw RunError(.sealed, "The run was expected to be open.")
    }
    return try record.seal(RunFixtures.summary)
  }

  @Test("A record is anchored once, with its summary and manifest and the time of its sealing")
  func anchored() async throws {
    let fixture = try GitFixture()
    let record = try Self.record(in: fixture)
    let note = await RecordAnchor.note(anchoring: record)
    #expect(note == "anchored in git as refs/replicate/records/\(record.id)")
    #expect(await RecordAnchor.note(anchoring: record) == nil)
    let anchor = try #require(try AnchorStore(containing: record.path).anchor(of: record.id))
    #expect(anchor.files.map(\.name) == ["manifest.yaml", "record.json", "samples.json"])
    #expect(anchor.files[1].digest == record.digest)
    #expect(Timestamp.seconds(of: record.sealed) == anchor.time)
  }

  @Test("A record that was sealed anew after it was anchored is told from the first one")
  func resealed() async throws {
    let fixture = try GitFixture()
    let record = try Self.record(in: fixture)
    _ = await RecordAnchor.note(anchoring: record)
    try FileManager.default.removeItem(atPath: record.path)
    usleep(2000)
    let forged = try Self.record(in: fixture)
    #expect(forged.id == record.id && forged.digest != record.digest)
    let note = try #require(await RecordAnchor.note(anchoring: forged))
    #expect(note.contains("record.json: the SHA-256 \(forged.digest)"))
    #expect(note.contains("anchored was the SHA-256 \(record.digest)"))
    let kept = try #require(try AnchorStore(containing: fixture.path).anchor(of: record.id))
    #expect(kept.files.first { $0.name == "record.json" }?.digest == record.digest)
  }

  @Test("Without a repository nothing is said, and trouble with one is a note")
  func noRepository() async throws {
    let outside = try RunFixtures()
    #expect(await RecordAnchor.note(anchoring: try outside.seal()) == nil)
    let fixture = try GitFixture()
    try fixture.put("in the way", ".git/refs/replicate")
    let note = await RecordAnchor.note(anchoring: try Self.record(in: fixture))
    #expect(note?.hasPrefix("not anchored in git: ") == true)
  }
}
