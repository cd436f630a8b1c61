import Files
import Foundation
import RecordFixtures
import Scoring
import Statistics
import TestSupport
import Testing

@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports of runs and evaluations") struct OutcomeReportTests {
  private func outcome(
    table: ResultTable? = nil, judgement: Judgement? = nil, overrides: [String] = [],
    reuse: String? = nil
  ) throws -> RunOutcome {
    RunOutcome(
      record: try RunFixtures().seal(), overrides: overrides, reuse: reuse, table: table,
      judgement: judgement)
  }

  private func row(_ task: String, _ values: [Double], error: Double?) -> ResultTable.Row {
    ResultTable.Row(
      task: task, metric: "acc,none", count: 2, values: values,
      difference: values[1] - values[0], differentCount: 1, standardError: error)
  }

  @Test("The end of a run is table, verdict and record, and nothing of what there is not")
  func run() throws {
    let bare = try outcome()
    let last =
      "record \(bare.record.id), results \(bare.record.resultsDigest.hex.prefix(16)): \(bare.record.path)"
    #expect(OutcomeText.text(bare).plain == last)
    #expect(bare.exitCode == 0)
    let table = ResultTable(
      arms: ["sft", "eaft"], minuend: "eaft", subtrahend: "sft",
      rows: [
        row("gsm8k", [0.25, 0.5], error: 0.1), row("a_long_name", [0, .nan], error: nil),
      ])
    let whole = try outcome(
      table: table, judgement: DocumentedFixture.empty, overrides: ["training.max_steps=1"],
      reuse: "it is finished")
    let text = OutcomeText.text(whole).plain
    #expect(
      text.hasPrefix(
        """
        scaled down: training.max_steps=1

        task         metric    n     sft    eaft  eaft − sft  ± paired SE  eaft is
        ────────────────────────────────────────────────────────────────────────────────────
        gsm8k        acc,none  2  0.2500  0.5000     +0.2500       0.1000  higher
        """))
    #expect(text.contains("\nINVALID post: Nothing was evaluated"))
    #expect(text.hasSuffix("\n\nnothing was computed: it is finished"))
    #expect(whole.exitCode == 3)
    let odd = try #require(text.split(separator: "\n").first { $0.hasPrefix("a_long_name") })
    #expect(odd.split(separator: " ")[3...5] == ["0.0000", "nan", "nan"])
  }

  @Test("Another engine is named, and is no smaller run")
  func engine() throws {
    let both = try outcome(overrides: ["engine=axolotl", "training.max_steps=1"])
    let text = OutcomeText.text(both).plain
    #expect(text.hasPrefix("engine: axolotl\n\nscaled down: training.max_steps=1; the documented"))
    #expect(
      OutcomeText.text(try outcome(overrides: ["engine=axolotl"])).plain
        .hasPrefix("engine: axolotl\n\nrecord "))
  }

  @Test("Several answers tell apart how far items and answers put a difference off")
  func answers() throws {
    var several = row("gsm8k", [0.25, 0.5], error: 0.5)
    several.noise = AnswerNoise([[1, 0], [0, 0]])
    let outcome = try outcome(
      table: ResultTable(
        arms: ["sft", "eaft"], minuend: "eaft", subtrahend: "sft",
        rows: [several, row("arc", [0, 0], error: nil)]))
    #expect(
      OutcomeText.text(outcome).plain.hasPrefix(
        """
        task   metric    n     sft    eaft  eaft − sft  ± paired SE  eaft is              ± items  ± answers
        ────────────────────────────────────────────────────────────────────────────────────────────────────
        gsm8k  acc,none  2  0.2500  0.5000     +0.2500       0.5000  not distinguishable   0.0000     0.2500
        arc    acc,none  2  0.0000  0.0000     +0.0000            –  same scores                –          –
        """))
    let rows = OutcomeJSON.json(outcome)["table"]?["rows"]?.arrayValue ?? []
    #expect(rows.map { $0["noise"]?["answers"]?.integerValue } == [2, nil])
    #expect(rows[0]["noise"]?["data_variance"]?.exactValue == 0)
  }

  @Test("What is no number is written alike, whatever its sign")
  func noNumber() {
    for value in [Double.nan, -Double.nan] {
      #expect(Decimals.fixed(value, 4) == "nan" && Decimals.signed(value, 4) == "nan")
    }
    #expect(Decimals.signed(.infinity, 1) == "+inf" && Decimals.fixed(-.infinity, 1) == "-inf")
  }

  @Test("Columns keep their places with names that are long, empty, wide or escaped")
  func columns() {
    #expect(OutcomeText.columns([], leading: [0]).isEmpty)
    let long = String(repeating: "x", count: 200)
    let lines = OutcomeText.columns(
      [["task", "n"], [long, "1"], ["", "22"], ["é\u{1B}[2J", "3"]], leading: [0])
    #expect(lines.count == 5 && lines[1] == String(repeating: "─", count: 204))
    #expect(lines[2] == "\(long)   1" && lines[3] == String(repeating: " ", count: 202) + "22")
    #expect(lines[4].hasPrefix("é\\u{1b}[2J ") && lines[4].count == 204)
  }

  @Test("Names in the log of runs keep their columns as they are printed")
  func logColumns() throws {
    let fixtures = try RunFixtures()
    try fixtures.seal(RunFixtures.description("a\u{1B}b"))
    try fixtures.seal(RunFixtures.description("name"))
    let log = try RunLog(artifacts: fixtures.folder.path)
    let lines = RunLogText.text(log).plain.split(separator: "\n")
    let places = lines.map { line in
      line.ranges(of: "sealed").first
        .map { line.distance(from: line.startIndex, to: $0.lowerBound) }
    }
    #expect(lines.count == 2 && places[0] == places[1] && places[0] != nil)
  }

  @Test("Scores of an evaluation stand by benchmark, groups before their tasks")
  func evaluation() throws {
    let fixtures = try InterchangeFixtures()
    let outcome = EvaluationOutcome(
      model: "models/tiny", modelDigest: SHA256.digest(of: "m"),
      identity: SHA256.digest(of: "i"), settings: EvaluationSettings(), results: fixtures.results,
      warnings: ["gsm8k has 2 documents instead of 1319."], documentCount: 12, seconds: 1,
      resultsPath: "out/results.json")
    let text = EvaluationText.text(outcome).plain
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("task") && lines[0].hasSuffix("n"))
    #expect(lines[1].allSatisfy { $0 == "─" })
    let names = lines.dropFirst(2).compactMap { line in
      line.first.flatMap { $0 == " " ? nil : line.split(separator: " ").first }
    }
    let first = try #require(names.firstIndex(of: "mmlu"))
    #expect(names.contains("gsm8k") && names[first...].contains { $0.hasPrefix("mmlu_") })
    #expect(lines.contains { $0.hasPrefix("  mmlu_anatomy ") })
    #expect(text.contains("strict-match") && text.contains("\n\ngsm8k has 2 documents"))
    #expect(text.hasSuffix("\n\nresults: out/results.json"))
    let json = EvaluationJSON.json(outcome)
    #expect(try JSONParser.parse(Array(OutcomeJSON.text(json).utf8)) == json)
  }

  @Test("Nothing that was evaluated is a table without rows")
  func noEvaluation() {
    let outcome = EvaluationOutcome(
      model: "m", modelDigest: SHA256.digest(of: "m"), identity: SHA256.digest(of: "i"),
      settings: EvaluationSettings(), results: [], warnings: [], documentCount: 0, seconds: 0,
      resultsPath: "r")
    #expect(EvaluationText.text(outcome).plain.split(separator: "\n").count == 3)
  }
}
