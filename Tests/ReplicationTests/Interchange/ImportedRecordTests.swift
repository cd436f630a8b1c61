import Files
import Foundation
import Provenance
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Reports

/// Records of results that the harness computed elsewhere.
@Suite("Imported records") struct ImportedRecordTests {
  private let fixtures: InterchangeFixtures

  init() throws {
    fixtures = try InterchangeFixtures()
    try fixtures.write()
  }

  /// Imports the folder as it is now.
  private func imported(_ arm: String) throws -> SealedRecord {
    try HarnessImport(
      fixtures.folder.path(of: "out"), arm: arm, languageData: nil,
      artifacts: fixtures.folder.path(of: "art")
    ).run().record
  }

  private func check(_ records: [SealedRecord]) throws -> RecordCheck.Outcome {
    let text = """
      schema: 1
      name: post
      title: A post
      sources: {post: {title: Post, location: here}}
      arms: {eaft: EAFT, sft: SFT}
      unit: fraction
      cells:
        - task: gsm8k
          metric: exact_match,strict-match
          label: GSM8K
          n: 2
          values:
            eaft: {value: "0.5", band: {kind: rounding}}
            sft: {value: "0.5", band: {kind: rounding}}
      """
    let path = try fixtures.folder.write(Array(text.utf8), to: "post.yaml")
    return try RecordCheck(
      records.map(\.path), artifacts: "nowhere", expectations: ExperimentFile.read(path)
    ).run()
  }

  private func renameModel() throws {
    try fixtures.edit(
      fixtures.resultsPath, "\"model_name\": \"models/tiny\"", "\"model_name\": \"models/other\"")
  }

  private func changeAnswer() throws {
    try fixtures.edit(fixtures.samples("aime24"), "[[\"26\"]]", "[[\"27\"]]")
  }

  @Test("say so wherever they are judged or shown")
  func notice() throws {
    let record = try imported("eaft")
    #expect(record.isImported)
    try renameModel()
    try changeAnswer()
    let outcome = try check([record, try imported("sft")])
    #expect(outcome.judgement.hasImports)
    let text = VerdictText.text(outcome.judgement).plain
    #expect(text.contains("here (imported, not executed)"))
    #expect(text.split(separator: "\n").last?.contains("(results imported, not executed)") == true)
    #expect(
      VerdictText.heading(outcome).plain.split(separator: "\n").prefix(2).allSatisfy {
        $0.contains("(imported, not executed)")
      })
    #expect(GitHubReport.summary(outcome.judgement).contains("here (imported, not executed)"))
    #expect(
      VerdictJUnit.text(outcome.judgement, name: "n", seconds: 0, timestamp: "t")
        .contains("name=\"results\" value=\"imported, not executed\""))
    #expect(
      VerdictJSON.json(outcome)["records"]?.arrayValue?.map { $0["imported"] } == [true, true])
    let shown = try RecordOverview(record.path, artifacts: "nowhere")
    #expect(RecordText.text(shown).plain.contains("sealed, imported, not executed"))
    #expect(try !RunFixtures().seal().isImported)
  }

  @Test("of one model are refused as several arms, whether its name or its answers tell")
  func sameModel() throws {
    let first = try imported("eaft")
    func refusal(_ second: SealedRecord) -> String? {
      do {
        _ = try check([first, second])
        return nil
      } catch {
        return (error as? RunError)?.code == .ambiguous ? "\(error)" : nil
      }
    }
    // The same folder twice.
    let twin = try imported("sft")
    #expect(refusal(twin)?.contains("every answer and likelihood is the same") == true)
    #expect(refusal(twin)?.contains("under the names eaft and sft") == true)
    try renameModel()
    #expect(refusal(try imported("sft"))?.contains("every answer and likelihood") == true)
    try changeAnswer()
    #expect(refusal(try imported("sft")) == nil)
    _ = try check([first, try imported("sft")])
    // The same arm may be imported in parts.
    _ = try check([first, try imported("eaft")])
  }

  @Test("of one name, arguments and revision are refused although their answers differ")
  func sameName() throws {
    let first = try imported("eaft")
    try changeAnswer()
    #expect {
      _ = try check([first, try imported("sft")])
    } throws: { error in
      (error as? RunError)?.message.contains("the same name, arguments and revision") == true
    }
  }
}
