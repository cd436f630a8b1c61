import Files
import RecordFixtures
import TestSupport
import Testing

@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports of two records") struct DifferenceReportTests {
  private func record(
    _ fixtures: RunFixtures, _ name: String, _ change: (inout RunSummary) -> Void = { _ in }
  ) throws -> SealedRecord {
    var summary = RunFixtures.summary
    change(&summary)
    let manifest = try OpenFile.contents(of: "\(Checkout.manifests)/tiny.yaml")
    return try fixtures.begin(RunFixtures.description(name, manifest: manifest)).seal(summary)
  }

  @Test("that came to the same say so, and end with 0")
  func same() throws {
    let fixtures = try RunFixtures()
    let difference = try RecordDifference(record(fixtures, "a"), record(fixtures, "b"))
    #expect(difference.isSame && difference.exitCode == 0)
    #expect(
      difference.text.plain.hasSuffix(
        "Everything that both records hold is the same, bit by bit."))
    #expect(difference.json["same"] == true && difference.json["trainings"] == [])
  }

  @Test("that part name arm, seed and step, and what only one of them holds")
  func parted() throws {
    let fixtures = try RunFixtures()
    let other = try record(fixtures, "b") { summary in
      summary.arms[1].steps[0].values["loss"] = 0.2
      summary.arms.append(.init(name: "extra", seed: 7))
    }
    let difference = try RecordDifference(record(fixtures, "a"), other)
    #expect(!difference.isSame && difference.exitCode == 1)
    let text = difference.text.plain
    #expect(text.hasPrefix("\(difference.a) against \(difference.b)"))
    #expect(text.contains("step 1") && text.contains("loss") && text.contains("extra"))
    #expect(!text.contains("is the same, bit by bit"))
    #expect(difference.json["trainings"]?.arrayValue?.count == 1)
    #expect(difference.json["unmatched"]?.arrayValue?.count == 1)
    #expect(difference.json["letters"] == .string(difference.letters))
  }
}
