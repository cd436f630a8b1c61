import Files
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite("Comparisons of models") struct ModelComparisonTests {
  let fixtures: ComparisonFixtures

  init() throws { fixtures = try ComparisonFixtures() }

  private static let low = String(repeating: "4000", count: 15)
  private static let high = String(repeating: "4440", count: 15)

  private func pair(
    _ a: String = low, _ b: String = high, margin: Double? = nil,
    failOn: ModelComparison.FailureRule? = nil
  ) throws -> ModelComparison {
    let first = try fixtures.write("one", [("colour", ComparisonFixtures.documents(a))])
    let second = try fixtures.write("two", [("colour", ComparisonFixtures.documents(b))])
    return try fixtures.compare([first, second], margin: margin, failOn: failOn)
  }

  @Test(
    "numbers are those of SciPy and statsmodels on fifty pairs of folders, in any order of documents"
  )
  func oracle() throws {
    let path = try ComparisonFixtures.path("comparison/pairs.json")
    let oracle = try LogDocument.read(path)
    let margin = try #require(oracle["margin"]?.doubleValue)
    for (number, pair) in try #require(oracle["pairs"]?.arrayValue).enumerated() {
      let tasks = try #require(pair.arrayValue)
      let tasksOfPair = tasks.enumerated().map { index, task in
        task["kind"] == "known" ? ComparisonFixtures.knownTask : "t\(index)"
      }
      let seedCount = try #require(tasks[0]["a"]?.stringValue).split(separator: "|").count
      func folder(_ side: String, seed: Int) throws -> String {
        var documents: [(name: String, documents: [ComparisonFixtures.Document])] = []
        var groups: [(name: String, tasks: [String])] = []
        for (task, name) in zip(tasks, tasksOfPair) {
          let parts = try #require(task[side]?.stringValue).split(separator: "|")[seed]
            .split(separator: " ")
          let names = parts.indices.map { parts.count == 1 ? name : "\(name)_\($0)" }
          if parts.count > 1 { groups.append((name, names)) }
          for (name, part) in zip(names, parts) {
            var own = ComparisonFixtures.documents(part)
            if side == "b" { own = [("of nobody else", "1.0")] + own.reversed() }
            documents.append((name, own))
          }
        }
        return try fixtures.write("\(number)\(side)\(seed)", documents, groups: groups)
      }
      func model(_ side: String) throws -> ComparedModel {
        try fixtures.model((0..<seedCount).map { try folder(side, seed: $0) })
      }
      let comparison = try ModelComparison(
        [model("a"), model("b")], margin: margin, failOn: nil)
      let rows = comparison.pairs[0].primary
      // Groups stand behind tasks.
      #expect(rows.map(\.task).sorted() == tasksOfPair.sorted())
      for (index, task) in tasks.enumerated() {
        let row = try #require(rows.first { $0.task == tasksOfPair[index] })
        func expect(_ key: String, _ value: Double?) throws {
          let expected = try #require(task[key]?.doubleValue)
          let found = try #require(value)
          #expect(
            abs(found - expected) <= 1e-6 * max(abs(expected), 1e-3),
            "pair \(number), task \(index), \(key)")
        }
        try expect("difference", row.difference)
        try expect("error", row.standardError)
        try expect("p", row.pValue)
        try expect("holm", row.adjustedPValue)
        try expect("tost_holm", row.equivalencePValue)
        if task["detectable"] != nil { try expect("detectable", row.smallestDetectable) }
        let interval = try #require(task["interval"]?.arrayValue).compactMap(\.doubleValue)
        #expect(abs(try #require(row.interval).lower - interval[0]) < 1e-9)
        #expect(abs(try #require(row.interval).upper - interval[1]) < 1e-9)
        #expect(row.onlyInReference == 0 && row.onlyInOther > 0)
      }
    }
  }

  @Test("two folders of the harness itself, of tasks that nobody here knows, give SciPy's numbers")
  func harness() throws {
    let folders = try ["one", "two"].map { try ComparisonFixtures.path("comparison/harness/\($0)") }
    let expected = try LogDocument.read(ComparisonFixtures.path("comparison/harness/expected.json"))
    let comparison = try fixtures.compare(folders)
    let rows = comparison.pairs[0].primary
    #expect(Set(rows.map(\.task)) == ["moods", "letters"])
    for row in rows {
      let own = try #require(expected["rows"]?[row.task])
      func number(_ key: String) throws -> Double { try #require(own[key]?.doubleValue) }
      #expect(row.metric.hasPrefix("\(try #require(own["metric"]?.stringValue)),"))
      #expect(row.count == 40 && row.test == "exact McNemar")
      #expect(row.onlyInReference == 0 && row.onlyInOther == 0)
      #expect(abs(row.values.reference - (try number("one"))) < 1e-12)
      #expect(abs(row.values.other - (try number("two"))) < 1e-12)
      #expect(abs(row.pValue - (try number("p"))) < 1e-12)
      #expect(abs(try #require(row.adjustedPValue) - (try number("holm"))) < 1e-12)
      #expect(abs(try #require(row.standardError) - (try number("error"))) < 1e-12)
    }
    #expect(comparison.notes.allSatisfy { !$0.contains("hashes") })
  }

  @Test("texts are compared by bits per byte, of which fewer are better")
  func texts() throws {
    let bytes = [10.0, 20, 10]
    func write(_ name: String, _ likelihoods: [Double]) throws -> String {
      let lines = zip(likelihoods, bytes).enumerated().map { index, text in
        #"{"doc_id": \#(index), "doc": {}, "target": "t\#(index)", "arguments": [["t\#(index)"]], "resps": [["\#(text.0)"]], "filtered_resps": ["\#(text.0)"], "bits_per_byte": [\#(text.0), \#(text.1)]}"#
      }
      _ = try fixtures.folder.write(
        Array(lines.joined(separator: "\n").utf8),
        to: "\(name)/samples_news_2026-01-01T00-00-00.jsonl")
      let bits = -likelihoods.reduce(0, +) / bytes.reduce(0, +) / log(2)
      _ = try fixtures.folder.write(
        Array(
          #"{"results": {"news": {"bits_per_byte,none": \#(bits)}}, "configs": {}, "config": {}, "higher_is_better": {"news": {"bits_per_byte": false}}}"#
            .utf8), to: "\(name)/results_2026-01-01T00-00-00.json")
      return fixtures.folder.path(of: name)
    }
    let comparison = try fixtures.compare([
      write("one", [-10, -30, -20]), write("two", [-9, -27, -18.5]),
    ])
    let row = try #require(comparison.pairs[0].primary.first)
    #expect(row.name == "news.bits_per_byte,none" && row.count == 3)
    #expect(abs(row.values.reference - 60 / 40 / log(2)) < 1e-12)
    #expect(abs(row.difference - -5.5 / 40 / log(2)) < 1e-12)
    #expect(row.advantage == -row.difference)
    // What each text is off -5.5/40 nats a byte, times its bytes: 3/8, -1/4 and -1/8 nats.
    let squares = (9.0 / 64 + 1.0 / 16 + 1.0 / 64) * 3 / 2
    let error = try #require(row.standardError)
    #expect(abs(error - squares.squareRoot() / 40 / log(2)) < 1e-12)
  }

  @Test("a plain sentence says first which model is better, and by how much")
  func sentence() throws {
    let comparison = try pair()
    #expect(
      comparison.sentences == [
        "two is better than one on colour (+50.00 points, p 1.9e-09)."
      ])
    #expect(comparison.exitCode == 0)
  }

  @Test(
    "a comparison fails by its rule alone",
    arguments: [
      (low, high, .worse, 0), (high, low, .worse, 1), (low, high, .different, 1),
      (low, low, .different, 0), (high, low, nil, 0),
    ] as [(String, String, ModelComparison.FailureRule?, Int32)])
  func failing(a: String, b: String, rule: ModelComparison.FailureRule?, code: Int32) throws {
    #expect(try pair(a, b, failOn: rule).exitCode == code)
  }

  @Test("what cannot be told is said so, and shown equivalence is another thing")
  func equivalence() throws {
    let close = Self.low.dropLast() + "4"
    #expect(try pair(Self.low, String(close)).sentences[0].contains("cannot be told on colour"))
    let same = try pair(Self.low, String(close), margin: 0.2)
    #expect(same.pairs[0].rows[0].judgement == .same)
    #expect(same.sentences[0].hasPrefix("two is the same as one within 20 points on colour"))
  }

  @Test("a task that the other model lacks is said, and no silent success")
  func missing() throws {
    let documents = ComparisonFixtures.documents(Self.low)
    let first = try fixtures.write("one", [("colour", documents), ("odd", documents)])
    let second = try fixtures.write("two", [("colour", documents)])
    let comparison = try fixtures.compare([first, second], failOn: .worse)
    #expect(comparison.exitCode == 5)
    #expect(comparison.notes.contains("Not compared: two has no samples of odd."))
    #expect(try fixtures.compare([second, first], failOn: .worse).exitCode == 0)
  }

  @Test("models without a common prompt are refused in a sentence")
  func nothingInCommon() throws {
    let first = try fixtures.write("one", [("colour", ComparisonFixtures.documents("4040"))])
    let second = try fixtures.write(
      "two", [("colour", [("another", "1.0"), ("one", "0.0")])])
    #expect {
      try fixtures.compare([first, second])
    } throws: { error in
      "\(error)".contains("few-shot examples, chat template and version of the task")
    }
    #expect(throws: InterchangeError.self) { try fixtures.compare([first]) }
  }

  @Test("models of the same name are told apart")
  func labels() throws {
    let documents = [(name: "colour", documents: ComparisonFixtures.documents("4040"))]
    let paths = try ["x/model", "y/model", "z\u{1B}[31m"].map { try fixtures.write($0, documents) }
    let comparison = try fixtures.compare(paths + [paths[0]])
    #expect(
      comparison.models.map(\.label) == ["x/model", "y/model", "z\u{1B}[31m", "x/model (2)"])
  }

  @Test("scores that are no numbers are left out, and a metric that is better low is not misjudged")
  func hostileScores() throws {
    let first = try fixtures.write("one", [("colour", ComparisonFixtures.documents("4040"))])
    let second = try fixtures.write("two", [("colour", [("0", "NaN"), ("1", "1.0")])])
    #expect(throws: InterchangeError.self) { try fixtures.compare([first, second]) }
    let lower = try fixtures.write(
      "three", [("colour", ComparisonFixtures.documents("4040"))],
      more: #", "higher_is_better": {"colour": {"acc": false}}"#)
    #expect {
      try fixtures.compare([first, lower])
    } throws: { "\($0)".contains("Lower is better of colour.acc,none") }
  }
}
