import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Assets
@testable import Records

@Suite("Verification of the store")
struct StoreVerificationTests {
  private let fixtures: HousekeepingFixtures

  init() throws { fixtures = try HousekeepingFixtures() }

  private func verify() throws -> StoreVerification.Outcome {
    try StoreVerification(artifacts: fixtures.artifacts).run()
  }

  /// Overwrites a stored file, which is read-only for everybody but the tests' user.
  private func overwrite(_ digest: Digest, _ bytes: [UInt8]) throws {
    chmod(fixtures.store.path(of: digest), 0o644)
    try put(bytes, fixtures.store.path(of: digest))
  }

  @Test("An intact folder has no findings, and everything is counted")
  func intact() async throws {
    let weights = try await fixtures.add("weights")
    _ = try fixtures.addStep("train", output: weights)
    _ = try fixtures.seal("run", weights: weights)
    let open = try fixtures.runs.begin(RunFixtures.description("open"))
    let outcome = try verify()
    #expect(outcome.findings == [] && outcome.exitCode == 0)
    #expect(outcome.fileCount == 1 && outcome.byteCount == 7 && outcome.stepCount == 1)
    #expect(outcome.sealedCount == 1 && outcome.openCount == 1)
    withExtendedLifetime(open) {}
  }

  @Test("A flipped byte of a stored file is found, whichever it is", arguments: 0..<7)
  func flippedByte(index: Int) async throws {
    let weights = try await fixtures.add("weights")
    var bytes = Array("weights".utf8)
    bytes[index] ^= 1
    try overwrite(weights, bytes)
    let outcome = try verify()
    #expect(outcome.exitCode == 3 && outcome.findings.count == 1)
    #expect(outcome.findings[0].contains(fixtures.store.path(of: weights)))
    #expect(outcome.findings[0].contains(SHA256.digest(of: bytes).hex))
    // Nothing is mended or removed.
    #expect(try OpenFile.contents(of: fixtures.store.path(of: weights)) == bytes)
  }

  @Test("Misplaced files, missing outputs, damaged steps, links to nothing and damaged records")
  func everyKind() async throws {
    let weights = try await fixtures.add("weights")
    let missing = SHA256.digest(of: "missing")
    _ = try fixtures.addStep("train", output: missing)
    let broken = try fixtures.addStep("broken", output: weights)
    try put([0x7B], "\(fixtures.cache.folder)/\(broken).json")
    let folder = fixtures.runs.folder
    let misplaced = try folder.write([1], to: "store/sha256/00/\(weights)")
    _ = try folder.write([], to: "store/folders/model/config.json")
    let link = folder.path(of: "store/folders/model/weights")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/absent/file")
    let changed = try fixtures.runs.seal()
    try put([1], changed.path + "/samples/gsm8k.sft.jsonl")
    let damaged = try fixtures.runs.seal(RunFixtures.description("damaged"))
    try put([0x7B], damaged.path + "/record.json")
    let findings = try verify().findings
    #expect(findings.count == 6)
    for part in [
      misplaced, fixtures.store.path(of: missing), "\(broken).json", link,
      changed.path + "/samples/gsm8k.sft.jsonl", damaged.path,
    ] { #expect(findings.contains { $0.contains(part) }, "\(part) is not found") }
  }
}
