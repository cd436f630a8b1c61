import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Assets
@testable import Records
@testable import Replication

/// What the real Axolotl 0.19 made of the toy without knowing of this program (`Tests/AxolotlEngine/train_by_hand.py`), beside
/// what the native engine made of it.
@Suite("A training with Axolotl by hand") struct AxolotlImportRunTests {
  private static let fixture = Checkout.folder.appending(
    path: "Tests/RecordsTests/Fixtures/axolotl/eaft"
  ).path

  @Test("is, imported, no further from the native one than rounding, as far as its log tells")
  func distance() async throws {
    let toy = try await AuditToy()
    let native = try toy.record()
    let imported = try AxolotlImport(Self.fixture, arm: "eaft", artifacts: toy.artifacts).run()
    let difference = try RecordDifference(
      native, imported.record, weightsIn: ArtifactStore(ArtifactsFolder(toy.artifacts)))
    #expect(!difference.isSame && difference.distances.count == 1)
    let distance = difference.distances[0]
    #expect(distance.isRounding && distance.stepCount == 20, "\(distance.sentence)")
    #expect(distance.learningRate?.value ?? 1 < 1e-12 && distance.gradientNorm != nil)
    #expect(distance.notCompared == ["batches", "final weights"])
    #expect(difference.unmatched.contains { $0.contains("sft with the seed 42 is in") })
    // The other way round, too.
    #expect(try RecordDifference(imported.record, native).distances[0].isRounding)
  }

  @Test(
    "can be audited as far as its files go, which says what is not known",
    arguments: [false, true])
  func audit(withResults: Bool) async throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let artifacts = fixtures.folder.path(of: "artifacts")
    let results = AxolotlImport.Results(
      fixtures.folder.path(of: "out"), names: TaskNames(), date: nil, languageData: nil)
    let imported = try AxolotlImport(
      Self.fixture, results: withResults ? results : nil, arm: "eaft", artifacts: artifacts
    ).run()
    var options = Audit.Options()
    options.rescores = true
    let audit = try Audit(
      imported.record.id, manifest: { _ in nil }, run: RunOptions(artifacts: artifacts, threads: 1),
      options: options, report: { _ in })
    let report = await audit.report()
    #expect(report.isIntact && report.isImported && report.exitCode == 0)
    let statuses = Dictionary(
      uniqueKeysWithValues: report.entries.map { ($0.level, $0.status) })
    #expect(statuses[.digests] == .passed && statuses[.metrics] == .passed)
    #expect(statuses[.completeness] == .skipped)
    #expect(statuses[.rescoring] == (withResults ? .passed : .skipped))
    let notes = report.entries.flatMap(\.notes)
    #expect(notes.contains { $0.hasPrefix("Not known, batches:") }, "\(notes)")
    #expect(notes.contains("20 steps read again from what was imported."))
  }
}
