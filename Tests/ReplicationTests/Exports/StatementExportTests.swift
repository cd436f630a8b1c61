import Files
import Foundation
import TestSupport
import Testing

@testable import Manifests
@testable import Provenance
@testable import Records
@testable import Replication

@Suite("A record exported as in-toto statements") struct StatementExportTests {
  /// The predicate of a statement whose own fields are as the specification wants them.
  private func predicate(_ statement: JSON, _ type: String) throws -> JSON {
    #expect(statement["_type"] == "https://in-toto.io/Statement/v1")
    #expect(statement["predicateType"] == .string(type))
    let subject = try #require(statement["subject"]?.arrayValue)
    #expect(!subject.isEmpty)
    for resource in subject { #expect(resource["digest"] != nil) }
    for digest in digests(statement) {
      #expect(
        digest.value.wholeMatch(of: digest.key == "sha256" ? /[0-9a-f]{64}/ : /[0-9a-f]{40}/) != nil
      )
    }
    return try #require(statement["predicate"])
  }

  /// Every member of every `digest` below a value that is not what the manifest's author wrote.
  private func digests(_ value: JSON) -> [(key: String, value: String)] {
    switch value {
    case .array(let elements): elements.flatMap(digests)
    case .object(let object):
      object.members.flatMap { key, value in
        key == "digest"
          ? (value.objectValue?.members ?? []).map { ($0.key, $0.value.stringValue ?? "") }
          : digests(value)
      }
    default: []
    }
  }

  @Test("says of what the record and the weights were made, by digest, and when")
  func provenance() async throws {
    let toy = try ExportedToy()
    let record = try await toy.run()
    try toy.export(record, as: .inToto, to: "in-toto")
    #expect(toy.folder.files().filter { $0.hasPrefix("in-toto/") } == ["in-toto/provenance.json"])
    let statement = try toy.json("in-toto/provenance.json")
    let predicate = try predicate(statement, "https://slsa.dev/provenance/v1")

    let weights = record.summary.arms.compactMap { $0.digests["weights"] }
    let subject = try #require(statement["subject"]?.arrayValue)
    #expect(
      subject.map { $0["digest"]?["sha256"] } == ([record.digest] + weights).map { JSON($0) })
    #expect(subject.map { $0["name"] } == ["record.json", "weights.sft.42", "weights.eaft.42"])

    let definition = try #require(predicate["buildDefinition"])
    #expect(definition["buildType"] == "urn:x-replicate:run:v1")
    let declared = try #require(definition["externalParameters"]?["declaration"])
    let file = try ManifestFile.read(toy.folder.path(of: "manifests/tiny.yaml"))
    #expect(declared == file.manifest.canonical)
    let sessions = try #require(definition["internalParameters"]?["sessions"]?.arrayValue)
    #expect(sessions.map { $0["internal_parameters"]?["threads"] } == [2])
    let dependencies = try #require(definition["resolvedDependencies"]?.arrayValue)
    let assets = file.manifest.assets.compactMap(\.sha256).map(\.hex)
    let resolved = dependencies.compactMap { $0["digest"]?["sha256"]?.stringValue }
    #expect(!assets.isEmpty && resolved.sorted() == assets.sorted())
    let code = try #require(dependencies.last)
    #expect(code["name"] == .string("replicate \(Version.text)"))
    #expect(code["digest"]?["gitCommit"] == record.sessions[0]["code"]?["commit"])

    let details = try #require(predicate["runDetails"])
    #expect(details["builder"]?["id"]?.stringValue?.hasPrefix("urn:") == true)
    #expect(details["metadata"]?["invocationId"] == .string(record.id))
    let times = ["startedOn", "finishedOn"].compactMap { details["metadata"]?[$0]?.stringValue }
    #expect(times == [record.created, record.sealed])
    for time in times {
      #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil)
    }
    let byproducts = try #require(details["byproducts"]?.arrayValue)
    #expect(byproducts.count == 1 + record.files.count { $0.name.hasPrefix("samples/") })
    let log = try OpenFile.contents(of: "\(record.path)/events.jsonl")
    #expect(byproducts[0]["digest"]?["sha256"] == JSON(SHA256.digest(of: log)))
  }

  @Test(
    "repeats the verdicts of the judgement to those who know no more than passed and failed",
    arguments: [("0.25", "PASSED"), ("0.50", "FAILED")])
  func verdicts(value: String, result: String) async throws {
    let toy = try ExportedToy(expecting: value)
    let record = try await toy.run()
    let judgement = try RecordCheck([record.path], artifacts: "nowhere", expectations: nil).run()
      .judgement
    #expect((judgement.exitCode == 0) == (result == "PASSED"))
    try toy.export(record, as: .inToto, to: "in-toto")
    let expectations = try OpenFile.contents(of: "\(record.path)/\(RecordFile.expectations)")
    let policy = SHA256.digest(of: expectations)

    let summary = try predicate(
      try toy.json("in-toto/verification-summary.json"), "https://slsa.dev/verification_summary/v1")
    #expect(summary["verificationResult"] == .string(result))
    #expect(
      summary["verifiedLevels"]
        == (result == "PASSED" ? ["REPLICATE_CONSISTENT"] : ["FAILED"]))
    #expect(summary["policy"]?["digest"]?["sha256"] == JSON(policy))
    #expect(summary["policy"]?["uri"] == .string(URIText.content(policy)))
    #expect(summary["resourceUri"] == .string(URIText.content(record.digest)))
    #expect(summary["verifier"]?["id"] != nil)

    let tests = try predicate(
      try toy.json("in-toto/test-result.json"), "https://in-toto.io/attestation/test-result/v0.1")
    #expect(tests["result"] == .string(result))
    let names = ["expectations.yaml", "manifest.yaml", "lock.json"]
    #expect(tests["configuration"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == names)
    let arc: JSON = ["cell.arc_challenge.acc_norm.sft"]
    #expect(tests["passedTests"] == (result == "PASSED" ? arc : []))
    #expect(tests["failedTests"] == (result == "PASSED" ? [] : arc))
    // What is not required cannot fail a run.
    #expect(tests["warnedTests"] == ["cell.gsm8k.exact_match,flexible-extract.sft"])
  }
}
