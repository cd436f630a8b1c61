import Foundation
import Provenance
import TestSupport
import Testing

@testable import Replication

@Suite("An audit") struct AuditTests {
  @Test("finds an honest record intact on every level, whatever the nonce")
  func honest() async throws {
    let toy = try await AuditToy()
    let report = try await toy.audit {
      $0.rescores = true
      $0.replayCount = 4
      $0.nonce = [1, 2, 3]
    }
    #expect(report.exitCode == 0)
    #expect(report.entries.flatMap(\.findings) == [])
    let done = report.entries.filter { $0.status == .passed }.map(\.level)
    #expect(done == AuditReport.Level.allCases.filter { $0 != .anchor })
    #expect(report.judgement?.status == .reproduced)
    let replay = try #require(report.entries.last)
    #expect(replay.notes[0].contains("4 of 4 segments, every bit as recorded"))
    #expect(replay.notes[1].contains("010203"))
    #expect(replay.notes[2].contains("100 %"))
  }

  @Test("says what it did not do: neither scores nor training unless asked")
  func frugal() async throws {
    let report = try await AuditToy().audit()
    #expect(report.isIntact)
    let skipped = report.entries.filter { $0.status == .skipped }.map(\.level)
    #expect(skipped.filter { $0 != .anchor } == [.rescoring, .replay])
  }

  @Test(
    "finds one weight off by one unit in the last place, and names the first step after it",
    arguments: [13, 19])
  func nudgedStep(_ step: Int) async throws {
    let toy = try await AuditToy()
    try await toy.forgeTraining(of: "eaft", nudgingAfter: step)
    // Nothing that only reads can tell.
    #expect(try await toy.audit { $0.rescores = true }.isIntact)
    let report = try await toy.audit { $0.replayCount = 4 }
    #expect(report.exitCode == 3)
    let findings = report.entries.flatMap(\.findings)
    #expect(findings.count == 1)
    #expect(findings[0].contains("arm 'eaft', seed 42, step \(step + 1):"))
  }

  /// REPLICATE_AUDIT_RUN is a copy of the artifacts folder of a run of smollm2-135m-math, which is changed; takes minutes.
  @Test(
    "finds one weight of a real model off by one unit in the last place",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_AUDIT_RUN"] != nil))
  func nudgedModel() async throws {
    let artifacts = try #require(ProcessInfo.processInfo.environment["REPLICATE_AUDIT_RUN"])
    let run = try AuditToy(manifest: "smollm2-135m-math", artifacts: artifacts)
    try await run.forgeTraining(of: "eaft", nudgingAfter: 11)
    let report = try await run.audit { $0.replayCount = 4 }
    let findings = report.entries.flatMap(\.findings)
    print(findings.joined(separator: "\n"))
    #expect(report.exitCode == 3)
    #expect(findings.count == 1 && findings[0].contains("arm 'eaft', seed 42, step 12:"))
  }

  @Test("finds the nudge after the last step in the tensor that it was done to")
  func nudgedWeights() async throws {
    let toy = try await AuditToy()
    try await toy.forgeTraining(of: "sft", nudgingAfter: 20)
    let report = try await toy.audit { $0.replayCount = 4 }
    let finding = try #require(report.entries.flatMap(\.findings).first)
    #expect(finding.contains("arm 'sft', seed 42, after step 20"))
    #expect(finding.contains("v_proj") && finding.contains("1 of ") && finding.contains("(1 ulp"))
  }

  @Test("finds results that were sealed anew with better scores than the samples have")
  func resealedScores() async throws {
    let toy = try await AuditToy()
    try toy.reseal { $0.arms[2].metrics[0].value += 0.0625 }
    let report = try await toy.audit()
    #expect(report.entries.filter { $0.status == .failed }.map(\.level) == [.metrics])
    #expect(report.entries.last?.findings[0].contains("mmlu") == true)
  }

  @Test("finds results that lack an arm, a step or a batch")
  func incomplete() async throws {
    let changes: [(part: String, change: (inout RunSummary) -> Void)] = [
      ("no results of eaft with the seed 42", { $0.arms.removeLast() }),
      ("trained for 19 steps", { $0.arms[1].steps.removeLast() }),
      (
        "had another batch",
        {
          let step = $0.arms[2].steps[4]
          $0.arms[2].steps[4] = RunSummary.Step(
            number: step.number, batchDigest: SHA256.digest(of: "other"), values: step.values)
        }
      ),
    ]
    for (part, change) in changes {
      let toy = try await AuditToy()
      // The log of a shorter training has no further steps.
      let old = try toy.record().summary
      var changed = old
      change(&changed)
      guard changed.arms.count == old.arms.count, changed.arms[1].steps.count == 20 else {
        let audit = try await Self.completeness(of: toy, changed)
        #expect(audit.contains { $0.contains(part) }, "\(audit)")
        continue
      }
      try toy.reseal(change)
      let report = try await toy.audit()
      #expect(report.entries.last?.level == .completeness)
      #expect(report.entries.last?.findings.contains { $0.contains(part) } == true)
    }
  }

  /// Findings of a record whose log is kept while its results are exchanged.
  private static func completeness(of toy: AuditToy, _ summary: RunSummary) async throws
    -> [String]
  {
    let record = try toy.record()
    let path = "\(record.path)/\(RecordFile.summary)"
    var object = try #require(
      try JSONParser.parse(OpenFile.contents(of: path), source: path).objectValue)
    object["results"] = summary.json
    object["results_sha256"] = JSON(try CanonicalJSON.digest(of: summary.json))
    try AtomicFile.write(try CanonicalJSON.encode(.object(object)), to: path)
    return try await toy.audit { $0.isExhaustive = true }.entries.flatMap(\.findings)
  }

  @Test(
    "finds a record that was sealed anew after it was anchored",
    .enabled(if: GitFixture.isAvailable, "there is no git program"))
  func oldAnchor() async throws {
    let toy = try await AuditToy()
    try runProgram(GitFixture.program, ["init", "--quiet", toy.folder.path])
    let record = try toy.record()
    guard case .anchored = try await RecordAnchor.anchor(record) else {
      Issue.record("The record was not anchored.")
      return
    }
    let honest = try await toy.audit()
    #expect(honest.isIntact)
    #expect(honest.entries.first { $0.level == .anchor }?.status == .passed)

    // The forger changes nothing but a note of the log, and seals everything as it has to be.
    try toy.reseal { _ in }
    let report = try await toy.audit()
    #expect(report.entries.map(\.status) == [.passed, .failed])
    #expect(report.entries[1].findings[0].contains("record.json"))
    #expect(report.entries[1].findings[0].contains(GitAnchor.reference(of: toy.id)))
  }

  @Test("does not take a run whose lock was left out for an import")
  func withoutLock() async throws {
    let toy = try await AuditToy()
    try toy.reseal(leavingOut: [RecordFile.lock]) { _ in }
    let report = try await toy.audit()
    #expect(report.entries.last?.level == .completeness)
    #expect(report.entries.last?.findings.contains { $0.contains("lock.json") } == true)
  }

  @Test("names a kept checkpoint that was changed, and replays from the start without it")
  func checkpoints() async throws {
    let toy = try await AuditToy()
    let checkpoint = try #require(try toy.record().checkpoints.first)
    let path = toy.checkpoints.path(of: checkpoint.root)
    let whole = try OpenFile.contents(of: path)
    var changed = whole
    changed[changed.count - 1] ^= 1
    try Data(changed).write(to: URL(filePath: path))
    let report = try await toy.audit()
    #expect(report.entries.last?.level == .artifacts)
    #expect(report.entries.last?.findings.first?.contains(path) == true)

    try FileManager.default.removeItem(atPath: path)
    let replayed = try await toy.audit { $0.replayCount = 10 }
    #expect(replayed.isIntact)
    #expect(replayed.entries.last?.notes[0].contains("steps 1 to 20") == true)
  }

  @Test("refuses to replay another manifest")
  func otherManifest() async throws {
    let toy = try await AuditToy()
    let shortened = toy.file.shortened(steps: 3)
    await #expect(throws: RunError.self) {
      var options = Audit.Options()
      options.replayCount = 1
      _ = try await Audit(
        toy.id, manifest: { _ in shortened }, run: toy.options, options: options,
        report: { _ in }
      ).report()
    }
  }
}
