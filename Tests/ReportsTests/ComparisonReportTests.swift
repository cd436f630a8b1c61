import Files
import Records
import TestSupport
import Testing

@testable import Reports

@Suite("Reports of comparisons") struct ComparisonReportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Compares two folders with the same forty documents, of which the second one gets none right.
  private func comparison(
    _ rule: ModelComparison.FailureRule?, name: String = "two"
  ) throws -> ModelComparison {
    for (model, score) in [("one", 1), (name, 0)] {
      let lines = (0..<40).map {
        #"{"doc_id": \#($0), "doc": {}, "target": "x", "arguments": [["q\#($0)", " a"]], "resps": [[["-1.0", "True"]]], "filtered_resps": [["-1.0", "True"]], "acc": \#($0 < 8 ? 1 - score : score)}"#
      }
      _ = try folder.write(
        Array(lines.joined(separator: "\n").utf8),
        to: "\(model)/samples_colour_2026-01-01T00-00-00.jsonl")
      let mean = score == 1 ? 0.8 : 0.2
      _ = try folder.write(
        Array(
          #"{"results": {"colour": {"acc,none": \#(mean)}}, "configs": {}, "config": {}}"#.utf8),
        to: "\(model)/results_2026-01-01T00-00-00.json")
    }
    return try ModelComparison(
      [folder.path(of: "one"), folder.path(of: name)], artifacts: folder.path(of: "none"),
      failOn: rule)
  }

  @Test("the first line is the finding, and the table has a line for each metric")
  func text() throws {
    let lines = try comparison(nil).text.plain.split(separator: "\n")
    #expect(lines[0].hasPrefix("two is worse than one on colour (-60.00 points, p 0.00018)."))
    let cells = lines.map { $0.split(separator: " ").prefix(5) }
    #expect(cells.contains(["colour", "acc,none", "40", "0.8000", "0.2000"]))
    #expect(cells.contains(["colour", "gold_nats,none", "40", "-1.0000", "-1.0000"]))
  }

  @Test("the object of the comparison names every number")
  func json() throws {
    let json = try comparison(.worse).json
    #expect(json["schema"]?.stringValue == "replicate/compare/v1")
    #expect(json["exit_code"]?.integerValue == 1)
    let row = json["comparisons"]?.arrayValue?.first?["rows"]?.arrayValue?.first
    #expect(row?["judgement"]?.stringValue == "worse" && row?["failed"]?.boolValue == true)
  }

  @Test("JUnit fails by the rule alone, and hostile names stay text")
  func junit() throws {
    func text(_ comparison: ModelComparison) -> String {
      ComparisonJUnit.text(comparison, seconds: 1, timestamp: "2026-01-31T12:00:00Z")
    }
    #expect(try text(comparison(.worse)).contains("<failure type=\"failure\""))
    #expect(try text(comparison(nil)).contains("tests=\"1\" failures=\"0\""))
    let hostile = try comparison(.worse, name: "\"><x>\u{1B}[31m\n::error::y")
    #expect(!text(hostile).contains("<x>") && !text(hostile).contains("\u{1B}"))
    #expect(!hostile.text.plain.contains("\u{1B}") && !hostile.text.plain.contains("\n::error"))
    #expect(!GitHubReport.summary(hostile).contains("<x>"))
    #expect(GitHubReport.annotations(hostile).count == 1)
    #expect(try GitHubReport.annotations(comparison(nil)).isEmpty)
  }
}
