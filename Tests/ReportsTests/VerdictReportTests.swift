import Files
import Foundation
import FoundationXML
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Reports

@Suite("Reports of verdicts") struct VerdictReportTests {
  private typealias Fixture = VerdictFixture

  private typealias Documented = DocumentedFixture

  /// One consistent cell, one that diverged, and a claim that three differing items cannot decide.
  private func mixed(tampering: [String] = []) -> Judgement {
    Judgement(
      documented: Documented.documented(
        cells: [
          Documented.cell("0.31"), Documented.cell("0.9", arm: "eaft", label: "Task | again"),
        ], claims: [Documented.claim(isRequired: false)]),
      results: Fixture.results([
        Fixture.arm("sft", right: 31, of: 100), Fixture.arm("eaft", right: 34, of: 100),
      ]), tampering: tampering)
  }

  @Test("The text is a table of cells, the reasons, and the verdict on the last line")
  func text() {
    #expect(
      VerdictText.text(mixed()).plain == """
        row       arm   documented  band                                 here  verdict
        ─────────────────────────────────────────────────────────────────────────────────
        task.acc  sft         0.31  0.2450 to 0.3750 conditional-flip  0.3100  CONSISTENT
        task.acc  eaft         0.9  0.7900 to 1.0100 conditional-flip  0.3400  DIVERGED

        DIVERGED task.acc.eaft: Task | again
          0.3400 lies below 0.7900 to 1.0100 (conditional-flip), off the middle by 0.5600, 5.1 times the tolerance.

        INCONCLUSIVE claim (optional): It is so.
          On task.acc eaft minus sft is +0.0300 ± 0.0171 (n 100, exact McNemar p 0.2500, of these two checkpoints), which cannot be told from no difference; of 100 items 3 differ, and even if all of these spoke for the same arm, p would be 0.2500.

        DIVERGED post: 1 of 2 required verdicts; the first is task.acc.eaft: 0.3400 lies below 0.7900 to 1.0100 (conditional-flip), off the middle by 0.5600, 5.1 times the tolerance.
        """)
  }

  @Test("Every row of a claim stands with its status, the decisive one too")
  func severalRows() {
    let claim = Documented.claim(
      rows: [Fixture.row, DocumentedResults.RowName(task: "none", metric: "acc")])
    let judgement = Judgement(
      documented: Documented.documented(claims: [claim]),
      results: Fixture.results(Fixture.pair(9, 0, of: 100)))
    let lines = VerdictText.text(judgement).plain.split(separator: "\n")
    #expect(lines[0] == "SKIPPED claim: It is so.")
    #expect(lines[1].hasPrefix("  CONSISTENT: On task.acc eaft scores higher"))
    #expect(lines[2].hasPrefix("  SKIPPED: There is no none.acc"))
  }

  @Test("Colours are only added, and only where they are wanted")
  func colors() {
    let plain = VerdictText.text(mixed()).text(colors: false)
    let colored = VerdictText.text(mixed()).text(colors: true)
    #expect(!plain.contains("\u{1B}") && colored.contains("\u{1B}[31mDIVERGED\u{1B}[0m"))
    let stripped = ["\u{1B}[31m", "\u{1B}[32m", "\u{1B}[33m", "\u{1B}[0m"].reduce(colored) {
      $0.replacingOccurrences(of: $1, with: "")
    }
    #expect(stripped == plain)
  }

  @Test("JSON has the numbers with their bits, and can be written canonically")
  func json() throws {
    let json = VerdictJSON.json(mixed())
    #expect(json["status"]?.stringValue == "DIVERGED" && json["exit_code"]?.integerValue == 1)
    let verdicts = try #require(json["verdicts"]?.arrayValue)
    #expect(
      verdicts.compactMap { $0["id"]?.stringValue } == ["task.acc.sft", "task.acc.eaft", "claim"])
    let finding = try #require(verdicts[1]["findings"]?.arrayValue?.first)
    #expect(finding["expected"]?.stringValue == "0.9" && finding["n"]?.integerValue == 100)
    #expect(finding["observed"]?.exactValue == 0.34)
    #expect(finding["band"]?["kind"]?.stringValue == "conditional-flip")
    #expect(finding["band"]?["lower"]?.exactValue != nil)
    #expect(finding["test"]?["name"]?.stringValue == "exact conditional-flip")
    #expect((finding["test"]?["p"]?.exactValue ?? 1) < 1e-12)
    #expect(finding["on_other_items"]?["method"]?.stringValue == "wilson")
    let test = try #require(verdicts[2]["findings"]?.arrayValue?.first?["test"])
    #expect(test["name"]?.stringValue == "exact McNemar")
    #expect(abs((test["p"]?.exactValue ?? 0) - 0.25) < 1e-12)
    #expect(test["discordant"]?["first_only"]?.integerValue == 3)
    // 0.25 − 0.125, and (|3| − 1)² / 3.
    #expect(abs((test["p_mid"]?.exactValue ?? 0) - 0.125) < 1e-12)
    #expect(abs((test["p_chi_squared"]?.exactValue ?? 0) - 0.248213) < 1e-6)
    _ = try CanonicalJSON.encode(json)
  }

  // MARK: - JUnit

  /// Counts what a JUnit file holds.
  private final class Counter: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var suite: [String: String] = [:]
    var cases: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String] = [:]
    ) {
      counts[name, default: 0] += 1
      if name == "testsuite" { suite = attributes }
      if name == "testcase" {
        cases.append("\(attributes["classname"] ?? "") \(attributes["name"] ?? "")")
      }
    }
  }

  private func parsed(_ text: String) throws -> Counter {
    let counter = Counter()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = counter
    try #require(parser.parse(), "\(text)")
    return counter
  }

  @Test("JUnit is XML whose counts are those of its elements")
  func junit() throws {
    let text = VerdictJUnit.text(
      mixed(), name: "gemma", seconds: 1.5, timestamp: "2026-01-31T12:00:00Z",
      properties: [(name: "record", value: "a<b & \"c\"")])
    let counter = try parsed(text)
    #expect(counter.suite["tests"] == "3" && counter.suite["failures"] == "1")
    #expect(counter.suite["errors"] == "0" && counter.suite["skipped"] == "1")
    #expect(counter.suite["name"] == "gemma" && counter.suite["time"] == "1.500")
    #expect(counter.cases == ["task.acc sft", "task.acc eaft", "claims claim"])
    #expect(counter.counts["property"] == 3)
    #expect(text.contains("<failure type=\"DIVERGED\" message=\"DIVERGED: 0.3400 lies below"))
    #expect(text.contains("<skipped message=\"INCONCLUSIVE: Not required: On task.acc"))
    let tampered = try parsed(
      VerdictJUnit.text(mixed(tampering: ["Changed."]), name: "n", seconds: 0, timestamp: "now")
    )
    #expect(tampered.suite["errors"] == "1" && tampered.cases.first == "lock lock 1")
  }

  @Test("Under strict rules undecided required verdicts are failures")
  func strict() throws {
    let judgement = Judgement(
      documented: Documented.documented(claims: [Documented.claim()]),
      results: Fixture.results(Fixture.pair(3, 1, of: 30)))
    let usual = try parsed(VerdictJUnit.text(judgement, name: "n", seconds: 0, timestamp: "now"))
    #expect(usual.suite["skipped"] == "1" && usual.suite["failures"] == "0")
    let strict = try parsed(
      VerdictJUnit.text(judgement, name: "n", seconds: 0, timestamp: "now", strict: true))
    #expect(strict.suite["skipped"] == "0" && strict.suite["failures"] == "1")
  }

  /// A judgement of up to four claims of any status.
  private func randomJudgement(_ generator: inout SeededGenerator) -> Judgement {
    let statuses = Verdict.Status.allCases.dropLast()
    let verdicts = (0..<Int.random(in: 0...4, using: &generator)).map { index in
      Verdict(
        subject: .claim, id: "claim \(index) <&\"'>", title: "t",
        isRequired: Bool.random(using: &generator),
        first: Finding(
          status: statuses.randomElement(using: &generator) ?? .invalid, why: "a\u{1}b\n<c>."))
    }
    return Judgement(
      name: "a&b", title: "t", verdicts: verdicts,
      tampering: Int.random(in: 0..<9, using: &generator) == 0 ? ["<>"] : [],
      allowsInconclusive: false)
  }

  @Test("Printed verdict, JSON and exit code always say the same")
  func agreement() {
    fuzz(200) { _, generator in
      var judgement = randomJudgement(&generator)
      judgement.allowsInconclusive = Bool.random(using: &generator)
      let json = VerdictJSON.json(judgement)
      #expect(json["exit_code"]?.integerValue == Int(judgement.exitCode))
      #expect(json["status"]?.stringValue == judgement.status.rawValue)
      let line = VerdictText.text(judgement).plain.split(separator: "\n").last ?? ""
      #expect(line.hasPrefix(judgement.status.rawValue))
    }
  }

  @Test("A run fails in JUnit exactly if its verdict is a failure, and counts always agree")
  func junitAgrees() throws {
    try fuzz(150) { _, generator in
      let judgement = randomJudgement(&generator)
      for strict in [false, true] {
        let counter = try parsed(
          VerdictJUnit.text(
            judgement, name: "n", seconds: 0, timestamp: "now", strict: strict))
        for (attribute, element) in [
          ("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
          ("skipped", "skipped"),
        ] {
          #expect(counter.suite[attribute] == "\(counter.counts[element] ?? 0)")
        }
        let failures = (counter.counts["failure"] ?? 0) + (counter.counts["error"] ?? 0)
        let fails = strict ? judgement.exitCode != 0 : [1, 3].contains(judgement.exitCode)
        #expect((failures > 0) == fails)
      }
      let annotations = GitHubReport.annotations(judgement, file: nil, lines: [:])
      #expect(
        annotations.contains { $0.text.hasPrefix("::error ") }
          == [1, 3].contains(judgement.exitCode))
    }
  }

  // MARK: - GitHub

  @Test("Annotations point to the file and its lines, and keep to one line each")
  func annotations() {
    let commands = GitHubReport.annotations(
      mixed(tampering: ["50 % changed,\r\nor more."]), file: "a,b:c.yaml",
      lines: ["task.acc.eaft": 12])
    #expect(
      commands.map(\.text).joined(separator: "\n") == """
        ::error file=a%2Cb%3Ac.yaml,title=lock::50 %25 changed,\\r\\nor more.
        ::error file=a%2Cb%3Ac.yaml,line=12,title=DIVERGED task.acc.eaft::0.3400 lies below 0.7900 to 1.0100 (conditional-flip), off the middle by 0.5600, 5.1 times the tolerance.
        ::notice file=a%2Cb%3Ac.yaml,title=INCONCLUSIVE claim::On task.acc eaft minus sft is +0.0300 ± 0.0171 (n 100, exact McNemar p 0.2500, of these two checkpoints), which cannot be told from no difference; of 100 items 3 differ, and even if all of these spoke for the same arm, p would be 0.2500.
        """)
    let agreeing = Judgement(
      documented: Documented.documented(cells: [Documented.cell("0.31")]),
      results: Fixture.results([Fixture.arm("sft", right: 31, of: 100)]))
    #expect(GitHubReport.annotations(agreeing, file: nil, lines: [:]).isEmpty)
  }

  @Test("An empty comparison is an error too")
  func emptyAnnotations() {
    let empty = Documented.empty
    #expect(
      GitHubReport.annotations(empty, file: nil, lines: [:]).map(\.text)
        == [
          "::error title=INVALID::Nothing was evaluated, so there is nothing that could have failed."
        ]
    )
  }

  @Test("The summary of a step is Markdown whose cells mean only themselves")
  func summary() {
    let lines = GitHubReport.summary(mixed()).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "## post: DIVERGED")
    #expect(lines[4] == "| row | arm | documented | band | here | verdict |")
    #expect(
      lines[6]
        == "| task.acc | sft | 0.31 | 0.2450 to 0.3750 conditional-flip | 0.3100 | CONSISTENT |")
    #expect(lines.contains { $0.hasPrefix("| It is so. | INCONCLUSIVE (optional) | On task.acc") })
    #expect(GitHubReport.cell("a|b_c\n<d>`") == "a\\|b\\_c &lt;d&gt;\\`")
  }
}
