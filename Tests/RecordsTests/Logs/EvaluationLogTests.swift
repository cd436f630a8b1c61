import Files
import Foundation
import TestSupport
import Testing

@testable import Records

@Suite("Comparing outputs of lm-evaluation-harness")
struct EvaluationLogTests {
  @Test("Files are identical with themselves, also in another order of lines")
  func identical() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<5).map { LogFixtures.choice($0) }
    let same = try folder.compareSamples(lines, lines)
    #expect(same.isIdentical && same.documentsCompared == 5 && same.causes.isEmpty)
    // Two processes write their documents one after the other.
    #expect(try folder.compareSamples(lines, [0, 2, 4, 1, 3].map { lines[$0] }).isIdentical)
    // White space, the order of members and blank lines mean nothing.
    let spaced = lines.map { $0.replacing(", \"", with: " ,\t\"") + "\r\n " }
    #expect(try folder.compareSamples(lines, spaced).isIdentical)
  }

  @Test("One log-likelihood changed in its last digit is found at its document")
  func lastDigit() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<5).map { LogFixtures.choice($0, ["-11.197358131408691", "-2"]) }
    var changed = lines
    changed[3] = LogFixtures.choice(3, ["-11.197358131408693", "-2"])
    let task = try folder.compareSamples(lines, changed)
    let first = try #require(task.first)
    #expect(first.document == 3 && first.field == "resps" && first.cause == .output)
    #expect(first.difference.path == "resps[0][0][0]")
    #expect(first.difference.distance?.ulps == 1)
    #expect(task.causes == [.output: 1])
    #expect(
      task.fields == [
        .init(name: "resps", documents: 1), .init(name: "filtered_resps", documents: 1),
      ])
    #expect(task.largestOutputDistance?.document == 3)
    #expect(task.flips.isEmpty)
  }

  @Test(
    "Document, prompt, output and score are told apart, each document by the first that differs")
  func causes() throws {
    let folder = try TemporaryFolder()
    let a = (0..<5).map { LogFixtures.choice($0) }
    let b = [
      a[0],
      LogFixtures.choice(1, ["-9", "-8"], question: "other", prompt: "other", score: "0.0"),
      LogFixtures.choice(2, ["-9", "-8"], prompt: "other", score: "0.0"),
      LogFixtures.choice(3, ["-9", "-8"], score: "0.0"),
      LogFixtures.choice(4, score: "0.0"),
    ]
    let task = try folder.compareSamples(a, b)
    #expect(task.causes == [.document: 1, .prompt: 1, .output: 1, .score: 1])
    #expect(task.first?.document == 1 && task.first?.difference.path == "doc.question")
    #expect(
      task.fields.map(\.name) == ["doc", "arguments", "resps", "filtered_resps", "acc,none"])
    #expect(task.fields.map(\.documents) == [1, 2, 3, 3, 4])
    #expect(task.flips == [flips("acc,none", differing: 4, gained: 0, lost: 4)])
    let score = try folder.compare(
      LogFixtures.file(a), LogFixtures.file(Array(a.dropLast()) + [b[4]]))
    #expect(
      score.text.plain.hasPrefix(
        """
        The evaluations differ first in task a, document 4: only the score differs, for the same output.
        acc: 1.0 against 0.0, a distance of 1 (relative 1; 
        """))
  }

  private func flips(_ metric: String, differing: Int, gained: Int, lost: Int)
    -> TaskComparison.Flips
  {
    var flips = TaskComparison.Flips(metric: metric)
    flips.differing = differing
    flips.gained = gained
    flips.lost = lost
    return flips
  }

  @Test("Filters of one document share their answer and have scores of their own")
  func filters() throws {
    let folder = try TemporaryFolder()
    let lines = { (answer: String, filtered: String, score: String) in
      ["strict-match", "flexible-extract"].flatMap { filter in
        (0..<3).map { document in
          document == 1
            ? LogFixtures.generation(
              document, filter: filter, answer: answer,
              filtered: filter == "strict-match" ? filtered : "18",
              score: filter == "strict-match" ? score : "1.0")
            : LogFixtures.generation(document, filter: filter)
        }
      }
    }
    let a = lines("The answer is #### 18", "18", "1.0")
    let task = try folder.compareSamples(a, lines("The answer is  18", "[invalid]", "0.0"))
    #expect(task.documentsCompared == 3 && task.causes == [.output: 1])
    let place = try #require(task.first)
    #expect(place.difference.path == "resps[0][0]")
    #expect(place.difference.textDifference?.offset == 14)
    #expect(
      task.fields == [
        .init(name: "resps", documents: 1), .init(name: "filtered_resps", documents: 1),
        .init(name: "exact_match,strict-match", documents: 1),
      ])
    #expect(
      task.flips == [flips("exact_match,strict-match", differing: 1, gained: 0, lost: 1)])
    // No log-likelihoods here, although a filtered answer looks like a number.
    #expect(task.largestOutputDistance == nil)

    let scored = try folder.compareSamples(a, lines("The answer is #### 18", "19", "0.0"))
    #expect(scored.first?.cause == .score && scored.first?.filter == "strict-match")

    let settings = try folder.compareSamples(
      [LogFixtures.generation(0, filter: "x")],
      [LogFixtures.generation(0, filter: "x", until: "</s>")])
    #expect(settings.first?.cause == .prompt)
    #expect(settings.first?.difference.path == "arguments[0][1].until[0]")

    let missing = try folder.compareSamples(a, Array(a.prefix(3)))
    #expect(missing.first?.field == "line" && missing.first?.filter == "flexible-extract")
    #expect(missing.first?.difference.a == "flexible-extract" && missing.first?.difference.b == nil)
    #expect(missing.causes == [.score: 3])
    // Without a common filter the answers are compared all the same.
    let other = try folder.compareSamples(
      [LogFixtures.generation(0, filter: "x")],
      [LogFixtures.generation(0, filter: "y", answer: "else")])
    #expect(other.first?.cause == .output)
  }

  @Test("Documents that only one side has are counted and named")
  func missingDocuments() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<4).map { LogFixtures.choice($0) }
    let task = try folder.compareSamples(Array(lines[1...]), Array(lines[..<3]))
    #expect(task.documentsCompared == 2 && task.first == nil && !task.isIdentical)
    #expect(task.documentsOnlyInA == [3] && task.documentsOnlyInB == [0])
    let difference = try folder.compare(
      LogFixtures.file(Array(lines[1...])), LogFixtures.file(Array(lines[..<3])))
    #expect(difference.text.plain.hasPrefix("The evaluations differ first in task "))
    #expect(difference.text.plain.contains(": only B has document 0.\n"))
    #expect(difference.json["first_difference"]?["field"] == "doc_id")
  }

  @Test("Lines of old versions of the harness mean the same as those of new ones")
  func oldVersions() throws {
    let folder = try TemporaryFolder()
    let old = """
      {"doc_id": 0, "doc": {"question": "q0"}, "target": 0, "arguments": [["p", " a"], ["p", " b"]], \
      "resps": [[[-1.5, false]], [[-2.25, false]]], "filtered_resps": [[-1.5, false], [-2.25, false]], \
      "acc": 1.0}
      """
    #expect(try folder.compareSamples([old], [LogFixtures.choice(0)]).isIdentical)
    let changed = try folder.compareSamples([old], [LogFixtures.choice(0, ["-1.5", "-2.5"])])
    #expect(changed.first?.difference.path == "resps[1][0][0]")
    #expect(changed.largestOutputDistance?.distance.absolute == 0.25)
    // Old versions do not say which filter a line is of.
    let (strict, flexible) = (
      LogFixtures.generation(0, filter: "s"), LogFixtures.generation(0, filter: "f", filtered: "1")
    )
    let unnamed = [strict, flexible].map {
      $0.replacing(#""filter": "s", "#, with: "").replacing(#""filter": "f", "#, with: "")
    }
    #expect(try folder.compareSamples(unnamed, unnamed).isIdentical)
    #expect(try folder.compareSamples(unnamed, unnamed.reversed()).causes == [.score: 1])
  }

  @Test("Lines without a filter are those of the other side's filters, in their order")
  func unnamedFilters() throws {
    let folder = try TemporaryFolder()
    let named = ["strict", "flexible"].flatMap { filter in
      (0..<2).map { LogFixtures.generation($0, filter: filter, filtered: filter) }
    }
    let old = named.map {
      $0.replacing("\"filter\": \"strict\", ", with: "")
        .replacing("\"filter\": \"flexible\", ", with: "")
    }
    #expect(old.allSatisfy { !$0.contains("\"filter\"") })
    #expect(try folder.compareSamples(old, named).isIdentical)
    #expect(try folder.compareSamples(named, old).isIdentical)
    let other =
      old.dropLast() + [old[3].replacing("\"exact_match\": 1.0", with: "\"exact_match\": 0")]
    let task = try folder.compareSamples(Array(other), named)
    #expect(task.fields.map(\.name) == ["exact_match,flexible"])
    // Another number of filters is another task's version.
    #expect(try !folder.compareSamples(Array(old.prefix(2)), named).isIdentical)
  }

  @Test("An array of samples is compared as lines are")
  func arrays() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<3).map { LogFixtures.choice($0, question: "a ] , \\\" [ ") }
    func array(_ lines: [String]) -> [UInt8] {
      Array(" [\n\(lines.joined(separator: ",\n "))\n]\n".utf8)
    }
    let same = try folder.compare(array(lines), LogFixtures.file(lines))
    #expect(same.isIdentical && same.text.plain.contains("1 task, 3 documents"))
    let other = try folder.compare(
      array(lines), array(Array(lines.prefix(2)) + [LogFixtures.choice(2)]))
    #expect(other.text.plain.contains("document 2"))
    #expect(
      logError(.damaged) { _ = try folder.compare(array(lines).dropLast(3), array(lines)) }
        .contains("within its array"))
  }

  @Test("A folder's newest samples of each task are paired by task, and results by task and key")
  func folders() throws {
    let folder = try TemporaryFolder()
    let (right, wrong) = (LogFixtures.choice(0), LogFixtures.choice(0, score: "0.0"))
    func put(_ name: String, _ line: String) throws {
      _ = try folder.write(LogFixtures.file([line]), to: name)
    }
    try put("a/model/samples_arc_easy_2026-01-02T03-04-05.678901.jsonl", right)
    try put("a/model/samples_arc_easy_2026-01-01T03-04-05.678901.jsonl", wrong)
    try put("a/model/samples_boolq_2026-01-01T03-04-05.jsonl", right)
    try put("b/samples_arc_easy.jsonl", right)
    try put("b/samples_copa_2026-01-01.jsonl", wrong)
    _ = try folder.write(
      LogFixtures.results(
        #""arc_easy": {"acc,none": 0.5, "acc_stderr,none": "N/A", "alias": "x"}"#),
      to: "a/model/results_2026-01-02T03-04-05.678901.json")
    _ = try folder.write(
      LogFixtures.results(#""arc_easy": {"acc,none": 0.1}, "boolq": {"acc,none": 1}"#),
      to: "a/model/results_2026-01-01T03-04-05.678901.json")
    _ = try folder.write(
      LogFixtures.results(
        #""arc_easy": {"acc,none": 0.75, "acc_stderr,none": "N/A", "alias": " - y"}, "boolq": {"acc,none": 1.0}"#,
        config: #"{"batch_size": "8"}"#),
      to: "b/results.json")
    let difference = try LogComparison.compare(folder.path + "/a", folder.path + "/b")
    guard case .evaluation(let evaluation) = difference else {
      Issue.record("\(difference)")
      return
    }
    #expect(evaluation.tasks.map(\.task) == ["arc_easy"])
    #expect(evaluation.tasks.map(\.isIdentical) == [true])
    #expect(evaluation.tasksOnlyInA == ["boolq"])
    #expect(evaluation.tasksOnlyInB == ["copa_2026-01-01"])
    #expect(evaluation.scoresCompared == 3)
    #expect(evaluation.scores.map(\.task) == ["arc_easy"])
    #expect(evaluation.scores.map(\.difference.path) == ["acc,none"])
    #expect(evaluation.settings.map(\.path) == ["config.batch_size"])
    #expect(evaluation.first?.task == "boolq" && evaluation.first?.field == "task")
    #expect(
      difference.text.plain.hasPrefix(
        "The evaluations differ first in task boolq, which only A has.\n"))

    // One file asks for its own task only, and brings no results.
    let single = try LogComparison.compare(
      folder.path + "/b/samples_arc_easy.jsonl", folder.path + "/a")
    #expect(single.isIdentical)
    #expect(
      single.text.plain.hasPrefix("The evaluations are identical: 1 task, 1 document, 0 scores."))
    // Two results files can be compared alone.
    let results = try LogComparison.compare(
      folder.path + "/b/results.json",
      folder.path + "/a/model/results_2026-01-02T03-04-05.678901.json")
    #expect(
      results.text.plain.hasPrefix(
        "The results differ first in arc_easy, acc,none: 0.75 against 0.5"))
    #expect(
      try LogComparison.compare(folder.path + "/b/results.json", folder.path + "/b/results.json")
        .text.plain.hasPrefix("The results are identical: 3 scores; there are no samples"))
  }

  @Test("Of several runs in a folder the newest is compared, which is said, or the one of a date")
  func runs() throws {
    let folder = try TemporaryFolder()
    for (day, score) in [("01", "0.0"), ("02", "1.0")] {
      let date = "2026-01-\(day)T03-04-05.678901"
      _ = try folder.write(
        LogFixtures.file([LogFixtures.choice(0, score: score)]),
        to: "runs/samples_arc_easy_\(date).jsonl")
      _ = try folder.write(
        LogFixtures.results(#""arc_easy": {"acc,none": \#(score)}"#),
        to: "runs/results_\(date).json")
    }
    let path = folder.path(of: "runs")
    func compare(_ a: String?, _ b: String?) throws -> LogDifference {
      try LogComparison.compare(path, path, dates: (a, b))
    }
    let newest = try compare(nil, nil)
    #expect(newest.isIdentical)
    #expect(
      newest.text.plain.contains(
        "A is \(path) (of its runs of 2026-01-01T03-04-05.678901, 2026-01-02T03-04-05.678901, the newest"
      ))
    #expect(newest.json["a"]?["choice"]?.stringValue?.hasPrefix("of its runs") == true)
    #expect(try compare("2026-01-02", nil).isIdentical)
    #expect(try compare("2026-01-01", "2026-01-01").isIdentical)
    let different = try compare("2026-01-01", nil)
    #expect(!different.isIdentical)
    #expect(different.json["a"]?["choice"] == "the run of 2026-01-01T03-04-05.678901")
    for (other, problem) in [
      (path, "holds no run of 2025"),
      ("\(path)/results_2026-01-02T03-04-05.678901.json", "is no folder with runs"),
    ] {
      let error = #expect(throws: LogError.self) {
        try LogComparison.compare(path, other, dates: (nil, "2025"))
      }
      #expect(error?.code == .unknownRun && error?.message.contains(problem) == true)
    }
  }

  @Test("Runs that differ in their settings only are identical, and the settings are named")
  func settings() throws {
    let folder = try TemporaryFolder()
    let difference = try folder.compare(
      LogFixtures.results(#""arc": {"acc,none": 0.5}"#, config: #"{"batch_size": "1"}"#),
      LogFixtures.results(#""arc": {"acc,none": 0.5}"#, config: #"{"batch_size": "8"}"#))
    #expect(difference.isIdentical)
    #expect(
      difference.text.plain.contains("Settings that differ: config.batch_size \"1\" against \"8\".")
    )
  }

  @Test("Evaluations of which nothing was compared are refused, not identical")
  func nothingCompared() throws {
    let folder = try TemporaryFolder()
    for side in ["x", "y"] { _ = try folder.write([], to: "\(side)/samples_arc.jsonl") }
    #expect(
      logError(.unrelated) { _ = try LogComparison.compare(folder.path + "/x", folder.path + "/y") }
        .contains("their samples of arc are empty; expected samples"))
    let unknown = LogFixtures.results(#""arc": {"alias": "arc", "acc": "0.5", "sample_len": 1}"#)
    #expect(
      logError(.unrelated) { _ = try folder.compare(unknown, unknown) }
        .contains("their results of arc hold no score in a form that is known; expected"))
    _ = try folder.write(unknown, to: "x/results.json")
    _ = try folder.write(unknown, to: "y/results.json")
    #expect(
      logError(.unrelated) { _ = try LogComparison.compare(folder.path + "/x", folder.path + "/y") }
        .contains("their samples of arc are empty, and their results of arc hold no score"))
    let samples = try folder.write(
      LogFixtures.file([LogFixtures.choice(0)]), to: "samples_arc.jsonl")
    let results = try folder.write(
      LogFixtures.results(#""arc": {"acc,none": 0.5}"#), to: "results.json")
    #expect(
      logError(.unrelated) { _ = try LogComparison.compare(samples, results) }
        .contains("the first has samples of arc, the second results of arc;"))
    // Equal scores without any samples show nothing.
    for side in ["v", "w"] {
      _ = try folder.write(
        LogFixtures.results(#""arc": {"acc,none": 0.5}"#), to: "\(side)/results.json")
    }
    #expect(
      logError(.unrelated) { _ = try LogComparison.compare(folder.path + "/v", folder.path + "/w") }
        .contains("holds samples, and equal scores do not show"))
    // A document that only one side has is a difference all the same.
    _ = try folder.write(LogFixtures.file([LogFixtures.choice(0)]), to: "y/samples_arc.jsonl")
    #expect(try !LogComparison.compare(folder.path + "/x", folder.path + "/y").isIdentical)
  }

  @Test("Scores of a task that only one side has are a difference; a side without any is named")
  func missingScores() throws {
    let folder = try TemporaryFolder()
    let (both, one) = (
      LogFixtures.results(#""a": {"acc,none": 0.5}, "b": {"acc,none": 1}, "c": {" ": " "}"#),
      LogFixtures.results(#""a": {"acc,none": 0.5}"#)
    )
    let difference = try folder.compare(both, one)
    #expect(!difference.isIdentical)
    #expect(
      difference.text.plain.hasPrefix(
        "The evaluations differ first in the results of b, which only A has.\n"))
    #expect(difference.text.plain.contains("\nResults only in A: b.\n"))
    #expect(difference.json["scores"]?["tasks_only_in_a"] == ["b"])
    #expect(difference.json["first_difference"]?["field"] == "results")
    let unscored = try folder.compare(one, LogFixtures.results(#""a": {"alias": "a"}"#))
    #expect(
      unscored.text.plain.contains("\n1 of 1 score differ: a acc,none 0.5 against nothing.\n"))
    #expect(!unscored.isIdentical && !unscored.text.plain.contains("not compared"))
    let back = try folder.compare(one, both)
    #expect(!back.isIdentical && back.text.plain.contains("\nResults only in B: b.\n"))

    for side in ["a", "b"] {
      _ = try folder.write(
        LogFixtures.file([LogFixtures.choice(0)]), to: "runs/\(side)/samples_a.jsonl")
    }
    _ = try folder.write(both, to: "runs/a/results.json")
    let samples = try LogComparison.compare(folder.path + "/runs/a", folder.path + "/runs/b")
    #expect(samples.isIdentical)
    #expect(
      samples.text.plain.contains(
        "\nOnly A has results files with scores, which were not compared.\n"))
    #expect(samples.json["scores"]?["in_a"] == true && samples.json["scores"]?["in_b"] == false)
  }

  @Test("Scores of old versions of the harness, by metric without a filter, are compared")
  func oldScores() throws {
    let folder = try TemporaryFolder()
    func scores(_ value: Double) -> [UInt8] {
      LogFixtures.results(
        #""a": {"acc": \#(value), "acc_stderr": 0.25, "alias": "\#(value)", "sample_len": 4}"#)
    }
    #expect(try folder.compare(scores(0.5), scores(0.5)).isIdentical)
    let difference = try folder.compare(scores(0.5), scores(0.75))
    #expect(difference.text.plain.contains("\n1 of 3 scores differ: a acc 0.5 against 0.75.\n"))
  }

  @Test("Integers beyond 64 bits are compared by their digits")
  func largeIntegers() throws {
    let folder = try TemporaryFolder()
    func lines(_ number: String) -> [String] {
      [LogFixtures.choice(0).replacing("\"q0\"", with: number)]
    }
    let (a, b) = ("18446744073709551615", "18446744073709551614")
    #expect(try folder.compareSamples(lines(a), lines(a + " ")).isIdentical)
    for other in [b, "\"\(a)\"", "-" + a, "1.8446744073709552e19", "1", "{}"] {
      let task = try folder.compareSamples(lines(a), lines(other))
      #expect(task.first?.difference.path == "doc.question", "\(other)")
    }
    let difference = try #require(folder.compareSamples(lines(a), lines(b)).first?.difference)
    #expect(difference.text == "\(a) against \(b)")
    #expect(difference.json["a"] == .string(a) && difference.json["b"] == .string(b))
  }

  @Test("The JSON holds what the text says")
  func json() throws {
    let folder = try TemporaryFolder()
    let difference = try folder.compare(
      LogFixtures.file([LogFixtures.choice(0), LogFixtures.choice(1, ["-1.5", "-inf"])]),
      LogFixtures.file([LogFixtures.choice(0), LogFixtures.choice(1, ["-1.25", "nan"])]))
    let json = try JSONParser.parse(CanonicalJSON.encode(difference.json))
    #expect(json["kind"] == "evaluation" && json["identical"] == false)
    let first = json["first_difference"]
    #expect(first?["document"] == 1 && first?["cause"] == "output" && first?["field"] == "resps")
    #expect(first?["difference"]?["a"] == "-1.5" && first?["difference"]?["b"] == "-1.25")
    #expect(first?["difference"]?["distance"]?["absolute"] == 0.25)
    let task = json["tasks"]?.arrayValue?.first
    #expect(task?["documents"]?["by_cause"]?["output"] == 1)
    #expect(task?["largest_log_likelihood_distance"]?["document"] == 1)
  }

  @Test("Damaged lines, repeated documents and what has nothing in common are refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    let good = LogFixtures.choice(0)
    let path = try folder.write(LogFixtures.file([good]), to: "good")
    func message(_ code: LogError.Code, _ lines: [String]) throws -> String {
      let bad = try folder.write(LogFixtures.file(lines), to: "bad")
      return logError(code) { _ = try LogComparison.compare(path, bad) }
    }
    #expect(
      try message(.damaged, [good, "", "{\"doc_id\": 1, "]).contains("line 3 of \(folder.path)/bad")
    )
    #expect(try message(.damaged, [good, "[1]"]).hasPrefix("Line 2 of"))
    #expect(
      try message(.damaged, [good, "{}"])
        .hasSuffix("doc_id must be a whole number, found nothing."))
    #expect(
      try message(.damaged, [good, #"{"doc_id": 1, "filter": 2}"#])
        .hasSuffix("filter must be a string, found a number."))
    #expect(
      try message(.damaged, [good, LogFixtures.choice(1), good]).hasPrefix("Lines 1 and 3 of"))
    #expect(try message(.damaged, [String(good.dropLast(5)), good]).contains("bad, line 1"))

    _ = try folder.write(LogFixtures.file([good]), to: "x/samples_arc.jsonl")
    _ = try folder.write(LogFixtures.file([good]), to: "y/samples_boolq.jsonl")
    #expect(
      logError(.unrelated) {
        _ = try LogComparison.compare(folder.path + "/x", folder.path + "/y")
      }.contains(
        "have nothing in common: the first has samples of arc, the second samples of boolq;"))
    #expect(
      logError(.ambiguous) { _ = try LogComparison.compare(folder.path, path) }
        .contains("in 2 folders"))
    let training = try folder.write(LogFixtures.trainerState([]), to: "x/trainer_state.json")
    #expect(
      logError(.unrelated) { _ = try LogComparison.compare(path, training) }
        .hasSuffix("two logs of the same kind are needed."))
    #expect(
      logError(.ambiguous) { _ = try LogComparison.compare(folder.path + "/x", path) }
        .contains("holds both a training log and output of lm-evaluation-harness"))
  }
}

@Suite(
  "Comparing recorded outputs of lm-evaluation-harness",
  .enabled(if: LogFixtures.shared != nil, "needs the folder that REPLICATE_SHARED names"))
struct RecordedEvaluationTests {
  private func run(_ name: String) throws -> String {
    try #require(LogFixtures.shared) + "/oracles/lm-eval/out/" + name
  }

  private func compare(_ a: String, _ b: String) throws -> EvaluationLogDifference {
    guard case .evaluation(let difference) = try LogComparison.compare(a, b) else {
      throw LogError(.unknownKind, "\(a) and \(b) are not evaluations.")
    }
    return difference
  }

  @Test("A recorded run is identical with itself")
  func identical() throws {
    let difference = try compare(run("llama_plain_0shot"), run("llama_plain_0shot"))
    #expect(difference.isIdentical && difference.tasks.count == 6)
    #expect(difference.tasks.map(\.documentsCompared).reduce(0, +) == 72)
    #expect(difference.scoresCompared == 33)
  }

  @Test("Another model differs in its output, a chat template in the prompt, few-shot examples too")
  func causes() throws {
    let models = try compare(run("llama_plain_0shot"), run("gemma_plain_0shot"))
    #expect(models.first?.cause == .output && models.first?.difference.path == "resps[0][0][0]")
    #expect(models.tasks.allSatisfy { $0.causes.keys.allSatisfy { $0 == .output } })
    #expect(models.scores.count == 14)
    let template = try compare(run("gemma_plain_0shot"), run("gemma_chat_0shot"))
    #expect(template.first?.cause == .prompt)
    #expect(template.tasks.allSatisfy { $0.causes == [.prompt: $0.documentsCompared] })
    #expect(template.settings.contains { $0.path == "chat_template_sha" })
    let shots = try compare(run("gemma_plain_0shot"), run("gemma_plain_3shot"))
    #expect(shots.first?.cause == .prompt && shots.tasksOnlyInA == ["local_gsm8k"])
    #expect(shots.settings.contains { $0.path == "n-shot.local_arc" })
  }

  @Test(
    "A copy with one log-likelihood changed in the last digit is found at exactly that document")
  func changedDigit() throws {
    let folder = try TemporaryFolder()
    let original = try run("gemma_plain_0shot/samples_local_hellaswag.jsonl")
    var lines = try OpenFile.contents(of: original).split(separator: 0x0A).map {
      String(decoding: $0, as: UTF8.self)
    }
    let object = try JSONParser.parse(Array(lines[7].utf8))
    let text = try #require(
      object["resps"]?.arrayValue?[2].arrayValue?[0].arrayValue?[0].stringValue)
    let digit = try #require(text.last?.wholeNumberValue)
    let changed = text.dropLast() + "\((digit + 1) % 10)"
    lines[7] = lines[7].replacing("[[\"\(text)\"", with: "[[\"\(changed)\"")
    let copy = try folder.write(LogFixtures.file(lines), to: "samples_local_hellaswag.jsonl")
    let difference = try compare(original, copy)
    let task = try #require(difference.tasks.first)
    #expect(difference.first?.document == 7)
    #expect(difference.first?.difference.path == "resps[2][0][0]")
    #expect(difference.first?.difference.a == .string(text))
    #expect(difference.first?.difference.b == .string(String(changed)))
    #expect(task.causes == [.output: 1] && task.documentsCompared == 12)
    #expect(task.fields == [.init(name: "resps", documents: 1)])
  }
}
