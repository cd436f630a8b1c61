import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Reports

@Suite("Reports of imported results") struct ImportedReportTests {
  @Test("say everywhere that they were imported and not executed")
  func notice() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try HarnessImport(
      fixtures.folder.path(of: "out"), arm: "sft", languageData: nil,
      artifacts: fixtures.folder.path(of: "art")
    ).run().record
    let text = """
      schema: 1
      name: post
      title: A post
      sources: {post: {title: Post, location: here}}
      arms: {sft: SFT}
      unit: fraction
      cells:
        - {task: gsm8k, metric: "exact_match,strict-match", label: GSM8K, n: 2, values: {sft: {value: "0.5", band: {kind: rounding}}}}
      """
    let path = try fixtures.folder.write(Array(text.utf8), to: "post.yaml")
    let outcome = try RecordCheck(
      [record.path], artifacts: "nowhere", expectations: ExperimentFile.read(path)
    ).run()
    let printed = VerdictText.text(outcome.judgement).plain
    #expect(printed.contains("here (imported, not executed)"))
    #expect(
      printed.split(separator: "\n").last?.contains("(results imported, not executed)") == true)
    #expect(
      VerdictText.heading(outcome).plain.split(separator: "\n").first?
        .contains("(imported, not executed)") == true)
    #expect(GitHubReport.summary(outcome.judgement).contains("here (imported, not executed)"))
    #expect(
      VerdictJUnit.text(outcome.judgement, name: "n", seconds: 0, timestamp: "t")
        .contains("name=\"results\" value=\"imported, not executed\""))
    #expect(VerdictJSON.json(outcome)["records"]?.arrayValue?.map { $0["imported"] } == [true])
    // Nothing tied it to these expectations before it began.
    #expect(VerdictText.heading(outcome).plain.contains("which the run was not locked to"))
    let json = VerdictJSON.json(outcome)
    #expect(json["records"]?.arrayValue?[0]["record_sha256"]?.stringValue == record.digest.hex)
    #expect(json["expectations"]?["sha256"]?.stringValue == outcome.expectations.sha256.hex)
    #expect(json["expectations"]?["locked"] == false)
    let shown = try RecordOverview(record.path, artifacts: "nowhere")
    #expect(RecordText.text(shown).plain.contains("sealed, imported, not executed"))
  }

  @Test("say which scores were taken as recorded because nothing here computes them")
  func recordedTasks() {
    #expect(!VerdictText.text(DocumentedFixture.empty).plain.contains("taken as recorded"))
    let recorded = Judgement(
      name: "n", title: "t", verdicts: [], tampering: [], hasImports: true,
      recordedTasks: ["both", "lambada"], allowsInconclusive: false)
    let notice = "The scores of both, lambada were taken as recorded and not computed anew"
    #expect(VerdictText.text(recorded).plain.contains(notice))
    #expect(GitHubReport.summary(recorded).contains("taken as recorded"))
    #expect(
      VerdictJUnit.text(recorded, name: "n", seconds: 0, timestamp: "t").contains(notice))
    #expect(VerdictJSON.json(recorded)["recorded_tasks"] == ["both", "lambada"])
  }
}
