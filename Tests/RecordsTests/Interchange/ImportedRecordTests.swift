import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records

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

  @Test("are known to be ones, and so is what is judged by them")
  func notice() throws {
    let record = try imported("eaft")
    #expect(record.isImported)
    try renameModel()
    try changeAnswer()
    let outcome = try check([record, try imported("sft")])
    #expect(outcome.judgement.hasImports)
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

  /// Writes a folder with two tasks that this program does not know, and a group of them; gives the record of it.
  private func importedUnknown(
    _ arm: String, scores: [[Int]] = [[1, 0, 1, 1], [1, 0]], model: String = "m",
    mean: String = "0.75"
  ) throws -> SealedRecord {
    let date = "2025-01-01T00-00-00"
    for (task, scores) in zip(["lambada", "boolq"], scores) {
      let lines = scores.enumerated().map { index, score in
        #"{"doc_id": \#(index), "doc": {}, "target": "0", "arguments": [["p\#(index)", " a"]], "resps": [], "acc": \#(score)}"#
      }
      _ = try fixtures.folder.write(
        Array(lines.joined(separator: "\n").utf8), to: "\(arm)/samples_\(task)_\(date).jsonl")
    }
    let results = """
      {"results": {"lambada": {"acc,none": \(mean)}, "boolq": {"acc,none": 0.5}, \
      "both": {"acc,none": \(4.0 / 6)}}, "group_subtasks": {"both": ["lambada", "boolq"]}, \
      "config": {"model": "\(model)"}, "lm_eval_version": "0.4.13"}
      """
    _ = try fixtures.folder.write(Array(results.utf8), to: "\(arm)/results_\(date).json")
    return try HarnessImport(
      fixtures.folder.path(of: arm), arm: arm, languageData: nil,
      artifacts: fixtures.folder.path(of: "art")
    ).run().record
  }

  private func judge(_ records: [SealedRecord], cells: String) throws -> Judgement {
    let text = """
      schema: 1
      name: post
      title: A post
      sources: {post: {title: Post, location: here}}
      arms: {eaft: EAFT, sft: SFT}
      unit: fraction
      cells:
      \(cells)
      """
    let path = try fixtures.folder.write(Array(text.utf8), to: "other.yaml")
    return try RecordCheck(
      records.map(\.path), artifacts: "nowhere", expectations: ExperimentFile.read(path)
    ).run().judgement
  }

  private static func cell(_ task: String, _ count: Int, _ value: String) -> String {
    "  - {task: \(task), metric: acc, label: X, n: \(count), values: {eaft: {value: \"\(value)\", band: {kind: rounding}}}}"
  }

  @Test(
    "of tasks that this program does not know are judged by their documents' scores, which is said")
  func unknownTasks() throws {
    let record = try importedUnknown("eaft")
    let cells = [Self.cell("lambada", 4, "0.75"), Self.cell("both", 6, "0.667")]
    let judgement = try judge([record], cells: cells.joined(separator: "\n"))
    #expect(
      judgement.exitCode == 0 && judgement.verdicts.map(\.status) == [.consistent, .consistent])
    #expect(judgement.recordedTasks == ["both", "lambada"])
    #expect(try judge([record], cells: Self.cell("lambada", 4, "0.5")).exitCode == 1)
  }

  @Test("that lack documents are not judged by those that are there")
  func missingDocuments() throws {
    let path = fixtures.samples("gsm8k")
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let kept = lines.filter { $0.contains("\"doc_id\": 0,") }
    try Data((kept.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    let cells = """
        - {task: gsm8k, metric: "exact_match,strict-match", label: X, values: {eaft: {value: "1.0", band: {kind: rounding}}}}
      """
    let judgement = try judge([imported("eaft")], cells: cells)
    #expect(judgement.exitCode == 3)
    #expect(judgement.why.contains("1 of 2 documents of gsm8k are missing."), "\(judgement.why)")
  }

  @Test("of tasks that nothing is documented of are no success")
  func nothingCompared() throws {
    let judgement = try judge([importedUnknown("eaft")], cells: Self.cell("gsm8k", 4, "0.75"))
    #expect(judgement.exitCode == 3 && judgement.why.contains("Nothing was evaluated"))
    #expect(judgement.recordedTasks.isEmpty)
  }

  @Test("whose results and documents contradict each other are not judged by either")
  func contradiction() throws {
    let record = try importedUnknown("eaft", mean: "0.8")
    let judgement = try judge([record], cells: Self.cell("lambada", 4, "0.75"))
    #expect(judgement.exitCode == 3)
    #expect(judgement.why.contains("contradict each other"), "\(judgement.why)")
  }

  @Test("of tasks that this program does not know are refused as several arms of one model")
  func sameUnknownModel() throws {
    let first = try importedUnknown("eaft", model: "")
    let cell = Self.cell("lambada", 4, "0.75")
    let error = #expect(throws: RunError.self) {
      try judge([first, importedUnknown("sft", model: "")], cells: cell)
    }
    #expect(error?.code == .ambiguous)
    let other = try importedUnknown("sft", scores: [[1, 0, 1, 1], [0, 1]], model: "")
    #expect(try judge([first, other], cells: cell).exitCode == 0)
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
