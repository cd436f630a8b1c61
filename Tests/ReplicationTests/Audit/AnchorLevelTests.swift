import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("The anchor level of an audit", .enabled(if: GitFixture.isAvailable))
struct AnchorLevelTests {
  private static func level(_ toy: AuditToy, _ change: (inout Audit.Options) -> Void = { _ in })
    async throws -> AuditReport.Entry
  {
    let report = try await toy.audit(in: toy.folder.path) { change(&$0) }
    return try #require(report.entries.first { $0.level == .anchor })
  }

  /// A finished run in a repository, anchored.
  private static func anchoredToy() async throws -> AuditToy {
    let toy = try await AuditToy()
    try runProgram(GitFixture.program, ["init", "--quiet", toy.folder.path])
    guard
      case .anchored = try await RecordAnchor.anchor(
        try toy.record(), in: toy.folder.path, artifacts: toy.artifacts)
    else { throw AnchorError(.signing, "The record was expected to be new.") }
    return toy
  }

  @Test("holds for a record that is anchored, and says who signed the anchor")
  func anchored() async throws {
    let entry = try await Self.level(try await Self.anchoredToy())
    #expect(entry.status == .passed)
    #expect(entry.notes[0].contains("holds this very record"))
    #expect(entry.notes[0].contains("not signed"))
  }

  @Test("does not hold against a record with the same results that was sealed anew, nor for it")
  func sameResults() async throws {
    let toy = try await Self.anchoredToy()
    try toy.forge { $0.events[$0.events.count - 1].time = "2100-01-01T00:00:00.000Z" }
    let entry = try await Self.level(toy)
    #expect(entry.status == .skipped && entry.findings == [])
    #expect(entry.notes.contains { $0.contains("This very record is not anchored") })
  }

  @Test("finds results that are not those that were anchored")
  func otherResults() async throws {
    let toy = try await Self.anchoredToy()
    try toy.forge { $0.summary.details = ["note": "forged"] }
    let entry = try await Self.level(toy)
    #expect(entry.status == .failed)
    #expect(entry.findings[0].contains("are not those that were anchored for \(toy.id)"))
    // Once it is anchored itself, anybody may have anchored the others.
    _ = try await RecordAnchor.anchor(
      try toy.record(), in: toy.folder.path, artifacts: toy.artifacts)
    let both = try await Self.level(toy)
    #expect(both.status == .passed)
    #expect(both.notes.contains { $0.hasPrefix("Other results have \(toy.id)") })
  }

  @Test("asks nothing of a repository that came with the records")
  func receivedRepository() async throws {
    let toy = try await AuditToy()
    let record = try toy.record()
    try runProgram(GitFixture.program, ["init", "--quiet", "--bare", record.path])
    for place in [record.path, toy.artifacts] {
      let report = try await toy.audit(in: place) { $0.isExhaustive = true }
      let entry = try #require(report.entries.first { $0.level == .anchor })
      #expect(entry.status == .skipped)
      #expect(entry.notes[0].contains("may have come with the records"))
    }
    let entry = try await Self.level(try await AuditToy())
    #expect(entry.notes[0].contains("in no git repository"))
  }

  @Test(
    "fails without a valid signature of the signer that is asked for",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")))
  func requiredSigner() async throws {
    let toy = try await AuditToy()
    #expect(try await Self.level(toy) { $0.requiredSigner = "ada" }.status == .failed)
    let repository = toy.folder.path
    try runProgram(GitFixture.program, ["init", "--quiet", repository])
    let key = toy.folder.path(of: "key")
    try runProgram("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
    for (name, value) in [
      ("commit.gpgsign", "true"), ("gpg.format", "ssh"), ("user.signingkey", key),
    ] {
      try runProgram(GitFixture.program, ["-C", repository, "config", name, value])
    }
    _ = try await RecordAnchor.anchor(
      try toy.record(), in: repository, artifacts: toy.artifacts)
    let listed = try runProgram("/usr/bin/ssh-keygen", ["-l", "-f", key]).output
    let fingerprint = String(decoding: listed, as: UTF8.self).split(separator: " ")[1]
    let held = try await Self.level(toy) { $0.requiredSigner = String(fingerprint) }
    #expect(held.status == .passed && held.notes[0].contains(fingerprint))
    let other = try await Self.level(toy) { $0.requiredSigner = "SHA256:other" }
    #expect(other.findings == ["No anchor of the record is signed by SHA256:other."])
  }

  @Test("of two laboratories that ran the same holds in both, and shows that they agree")
  func twoLaboratories() async throws {
    let hub = try GitFixture(isBare: true)
    let file = try ManifestFile.read("\(Checkout.manifests)/tiny.yaml")
    var laboratories: [(place: GitFixture, options: RunOptions, id: String)] = []
    for _ in 0..<2 {
      let place = try GitFixture()
      var options = RunOptions(artifacts: place.path + "/artifacts", threads: 2)
      options.repository = place.path
      let outcome = try await Runner(file, options: options, report: { _ in }).run()
      laboratories.append((place, options, outcome.record.id))
      let sent = try await AnchorExchange(with: hub.path, repository: place.path).push()
      #expect(sent.moved.count == 1 && sent.refused.isEmpty)
    }
    #expect(laboratories[0].id == laboratories[1].id)
    for (place, options, id) in laboratories {
      let taken = try await AnchorExchange(with: hub.path, repository: place.path).pull()
      #expect(taken.refused.isEmpty)
      let report = try await Audit(
        id, manifest: { _ in file }, run: options, options: Audit.Options(), report: { _ in }
      ).report()
      #expect(report.exitCode == 0)
      let entry = try #require(report.entries.first { $0.level == .anchor })
      #expect(entry.status == .passed)
      #expect(entry.notes.contains { $0.contains("2 independent runs agree") })
      let log = try RunLog(artifacts: options.artifacts, repository: place.path)
      #expect(log.entries.map(\.agreeing) == [2])
      #expect(try RunLog(artifacts: options.artifacts).entries.map(\.agreeing) == [nil])
    }
  }

  @Test("does not count a run that took over all trainings, or a run that was sealed anew")
  func dependentRuns() async throws {
    let toy = try await Self.anchoredToy()
    var options = toy.options
    options.repository = toy.folder.path
    // The trainings of a record that is lost are still there.
    try FileManager.default.removeItem(atPath: try toy.record().path)
    _ = try await Runner(toy.file, options: options, report: { _ in }).run()
    let entry = try await Self.level(toy)
    let sentence = entry.notes.first { $0.hasPrefix("The same results have \(toy.id)") }
    #expect(sentence?.contains("Not counted as independent") == true, "\(entry.notes)")
    func run(_ digest: String, created: String, executed: Int?) -> Corroboration.Run {
      Corroboration.Run(
        id: "aa", digest: SHA256.digest(of: digest), results: SHA256.digest(of: "r"),
        created: created, executed: executed)
    }
    let own = run("a", created: "1", executed: 2)
    let others = [
      run("b", created: "1", executed: 2), run("c", created: "2", executed: 0),
      run("d", created: "3", executed: nil), run("e", created: "4", executed: 1),
      run("e", created: "4", executed: 1),
    ]
    let corroboration = Corroboration(of: own, among: others)
    #expect(corroboration.agreeing.count == 4 && corroboration.independent.count == 2)
  }
}
