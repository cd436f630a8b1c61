import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records

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

  private static func note(_ record: SealedRecord, in repository: String?) async -> String? {
    await RecordAnchor.note(
      anchoring: record, in: repository,
      artifacts: URL(filePath: record.path).deletingLastPathComponent()
        .deletingLastPathComponent().path)
  }

  /// The anchors of a record in a repository.
  private static func anchors(of record: SealedRecord, in fixture: GitFixture) throws -> [GitAnchor]
  {
    let store = try AnchorStore(containing: fixture.path)
    return try store.references(ofRecord: record.id).map { try store.anchor($0) }
  }

  @Test("A record is anchored once, with its summary and manifest and the time of its sealing")
  func anchored() async throws {
    let fixture = try GitFixture()
    let record = try Self.record(in: fixture)
    let reference = "refs/replicate/anchors/\(record.id)/\(record.digest)"
    #expect(await Self.note(record, in: fixture.path) == "anchored in git as \(reference)")
    #expect(await Self.note(record, in: fixture.path) == nil)
    let anchor = try #require(try Self.anchors(of: record, in: fixture).first)
    #expect(
      anchor.files.map(\.name)
        == ["manifest.yaml", "record.json", "samples.json", "trainings.json"])
    #expect(anchor.files[1].digest == record.digest)
    #expect(Timestamp.seconds(of: record.sealed) == anchor.time)
    #expect(try AnchorStore(containing: fixture.path).chain() == [anchor])
  }

  @Test("A record that was sealed anew after it was anchored gets an anchor beside the first one")
  func resealed() async throws {
    let fixture = try GitFixture()
    let record = try Self.record(in: fixture)
    _ = await Self.note(record, in: fixture.path)
    try FileManager.default.removeItem(atPath: record.path)
    usleep(2000)
    let forged = try Self.record(in: fixture)
    #expect(forged.id == record.id && forged.digest != record.digest)
    _ = await Self.note(forged, in: fixture.path)
    let names = try Self.anchors(of: record, in: fixture).map(\.name)
    #expect(
      Set(names) == [
        .record(id: record.id, digest: record.digest),
        .record(id: record.id, digest: forged.digest),
      ])
  }

  @Test("Without a repository nothing is said, and trouble with one is a note")
  func noRepository() async throws {
    let outside = try RunFixtures()
    #expect(await Self.note(try outside.seal(), in: outside.folder.path + "/..") == nil)
    let fixture = try GitFixture()
    let record = try Self.record(in: fixture)
    #expect(await Self.note(record, in: nil) == nil)
    try fixture.put("in the way", ".git/refs/replicate")
    let note = await Self.note(record, in: fixture.path)
    #expect(note?.hasPrefix("not anchored in git: ") == true)
  }

  @Test("A repository inside the artifacts folder or the record is not used, and that is said")
  func foreign() async throws {
    let fixture = try GitFixture()
    let record = try Self.record(in: fixture)
    let artifacts = fixture.path + "/artifacts"
    for folder in [record.path, artifacts, artifacts + "/records"] {
      try runProgram(GitFixture.program, ["init", "--quiet", "--bare", folder])
      let note = await Self.note(record, in: folder)
      #expect(note?.contains("may have come with the records") == true)
      #expect(try fixture.git("for-each-ref", in: folder) == "")
    }
    try FileManager.default.createSymbolicLink(
      atPath: fixture.path + "/link", withDestinationPath: artifacts)
    #expect(await Self.note(record, in: fixture.path + "/link")?.contains("--repository") == true)
  }
}
