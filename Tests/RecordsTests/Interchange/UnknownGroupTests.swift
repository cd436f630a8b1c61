import Files
import Foundation
import TestSupport
import Testing

@testable import Records

/// Groups that this program does not know, of tasks that it does not know either.
@Suite("Groups of other tasks") struct UnknownGroupTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let date = "2025-01-01T00-00-00"

  /// Two tasks with the scores 1, 0, 1, 1 and 1, 0; means ¾ and ½, errors ¼ and ½.
  private func write(
    _ group: String, subtasks: String = #"{"pair": ["a", "b"]}"#, name: String = "pair",
    version: String = "0.4.8", otherDate: String? = nil
  ) throws {
    for (task, scores) in [("a", [1, 0, 1, 1]), ("b", [1, 0])] {
      let lines = scores.enumerated().map { index, score in
        #"{"doc_id": \#(index), "doc": {}, "target": "0", "arguments": [["p", " a"]], "resps": [], "acc": \#(score)}"#
      }
      let date = task == "b" ? otherDate ?? Self.date : Self.date
      _ = try folder.write(
        Array(lines.joined(separator: "\n").utf8), to: "out/samples_\(task)_\(date).jsonl")
    }
    func entry(_ name: String, _ mean: String, _ error: String) -> String {
      #""\#(name)": {"acc,none": \#(mean), "acc_stderr,none": \#(error), "perplexity,none": 2.5}"#
    }
    func results(_ entries: String) -> String {
      #"{"results": {\#(entries)}, "groups": {"\#(name)": {}}, "group_subtasks": \#(subtasks), "lm_eval_version": "\#(version)", "config": {"model": "hf"}}"#
    }
    let b = entry("b", "0.5", "0.5")
    var entries = [entry("a", "0.75", "0.25"), #""\#(name)": {\#(group)}"#]
    if let otherDate {
      _ = try folder.write(Array(results(b).utf8), to: "out/results_\(otherDate).json")
    } else {
      entries.append(b)
    }
    _ = try folder.write(
      Array(results(entries.joined(separator: ", ")).utf8), to: "out/results_\(Self.date).json")
  }

  private func compare() throws -> HarnessComparison {
    HarnessComparison(
      try HarnessFolder(at: folder.path(of: "out"), names: TaskNames(), languageData: nil),
      names: TaskNames())
  }

  /// A group's score and its standard error.
  struct Score {
    var value: Double
    var error: Double
    var entry: String { #""acc,none": \#(value), "acc_stderr,none": \#(error)"# }
  }

  /// 4 of 6 documents, and √(((4 − 1) 4 / 16 + (2 − 1) 2 / 4) / (6 − 2) / 6).
  private static let weighted = Score(value: 4.0 / 6, error: (1.25 / 4 / 6).squareRoot())
  /// (¾ + ½) / 2, and √(1/16 + 1/4) / 2.
  private static let plain = Score(value: 0.625, error: (0.3125).squareRoot() / 2)

  @Test(
    "are weighted by size or are plain means with either error",
    arguments: [weighted, plain, Score(value: plain.value, error: weighted.error)])
  func agree(score: Score) throws {
    try write(score.entry)
    let comparison = try compare()
    #expect(comparison.exitCode == 0 && comparison.comparedAggregates == 6)
    for (changed, key) in [
      (Score(value: score.value + 1e-9, error: score.error), "acc,none"),
      (Score(value: score.value, error: score.error - 1e-9), "acc_stderr,none"),
      // No error of a plain mean beside a weighted one.
      (Score(value: Self.weighted.value, error: Self.plain.error), "acc_stderr,none"),
    ] {
      try write(changed.entry)
      let differences = try compare().aggregateDifferences
      #expect(differences.allSatisfy { $0.task == "pair" })
      #expect(differences.contains { $0.name == key })
    }
  }

  @Test("until 0.4.3 pool their direct members, and have no plain means")
  func old() throws {
    let subtasks = #"{"pair": ["both"], "both": ["a", "b"]}"#
    // Pooled twice: of the one member of 6 documents it is √((6 − 1) e² 6 / (6 − 1) / 6) = e.
    try write(Self.weighted.entry, subtasks: subtasks, version: "0.4.3")
    #expect(try compare().exitCode == 0)
    let plain = Score(value: Self.plain.value, error: Self.weighted.error)
    try write(plain.entry, subtasks: subtasks, version: "0.4.3")
    #expect(try compare().aggregateDifferences.map(\.name) == ["acc,none"])
  }

  @Test("of a metric that is no mean pool what the results claim of their tasks")
  func claimed() throws {
    try write(#""perplexity,none": 2.5"#)
    #expect(try compare().exitCode == 0)
    try write(#""perplexity,none": 2.6"#)
    #expect(try compare().aggregateDifferences.map(\.name) == ["perplexity,none"])
  }

  @Test("count their documents")
  func count() throws {
    try write(Self.weighted.entry + #", "sample_len": 7"#)
    #expect(try compare().aggregateDifferences.map(\.name) == ["sample_len"])
  }

  private func expectUnchecked(_ reason: String) throws {
    let comparison = try compare()
    #expect(comparison.aggregateDifferences.isEmpty)
    #expect(
      comparison.notes.contains { $0.contains("not checked") && $0.contains(reason) }, "\(reason)")
  }

  @Test("are not checked where their tasks cannot be told, which is said")
  func unchecked() throws {
    let claim = #""acc,none": 9"#
    for (subtasks, reason) in [
      ("{}", "the results do not say which tasks it consists of"),
      (#"{"pair": ["pair", "pair"]}"#, "the results do not say which tasks"),
      (#"{"pair": ["a", "c"]}"#, "there are no samples of c"),
    ] {
      try write(claim, subtasks: subtasks)
      try expectUnchecked(reason)
    }
    try write(claim, subtasks: #"{"delta_nc": ["a", "b"]}"#, name: "delta_nc")
    try expectUnchecked("the harness has a function of its own for it")
    try FileManager.default.removeItem(atPath: folder.path(of: "out"))
    try write(claim, otherDate: "2024-01-01T00-00-00")
    try expectUnchecked("the samples of b are of another run")
  }

  @Test("whose scores are no numbers have none that could be checked")
  func noNumber() throws {
    try write(#""acc,none": "0.9""#)
    try expectUnchecked("Of pair, acc,none was not checked: it is no number.")
  }

  @Test("without scores, as tags are, need no note")
  func tags() throws {
    try write(#"" ": " ", "alias": "pair""#)
    #expect(try compare().notes.allSatisfy { !$0.contains("pair") })
  }

  @Test("that hold themselves end")
  func endless() {
    let groups = GroupMembers(of: ["group_subtasks": ["a": ["b", "b"], "b": ["a", "a"]]])
    #expect(groups.tasks(of: "a") == nil && groups.tasks(of: "c") == nil)
    #expect(OldGroupErrors(groups: groups) { _ in nil }.error(of: "a") == nil)
    let nested = GroupMembers(of: ["group_subtasks": ["a": ["b", "c"], "b": ["c", "d"], "c": []]])
    #expect(nested.tasks(of: "a") == ["c", "d", "c"])
  }
}
