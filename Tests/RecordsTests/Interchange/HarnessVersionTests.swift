import Files
import Foundation
import RecordFixtures
import Scoring
import Statistics
import TestSupport
import Testing

@testable import Records

/// Folders in the forms that versions of the harness write, from 0.4.0 on; Tests/HarnessParity/make_folders.py makes whole
/// ones with the harness itself.
struct HarnessVersionTests {
  let fixtures: InterchangeFixtures
  let folder: String

  init() throws {
    fixtures = try InterchangeFixtures()
    folder = try fixtures.write()
  }

  private func name(_ path: String) -> String { "\(folder)/\(path)" }

  private func move(_ path: String, _ to: String) throws {
    try FileManager.default.moveItem(atPath: path, toPath: name(to))
  }

  /// Writes the lines of a samples file as one array, as `json.dumps(samples, indent=2)` does, and without the members
  /// that versions before 0.4.3 do not have.
  private func writeArray(_ task: String, to path: String) throws {
    let lines = try String(contentsOfFile: fixtures.samples(task), encoding: .utf8)
      .split(separator: "\n")
    let entries = try lines.map { line -> JSON in
      var object = try #require(
        try JSONParser.parse(Array(line.utf8), dialect: .python).objectValue)
      for key in ["filter", "metrics", "doc_hash", "prompt_hash", "target_hash", "replicate"] {
        object[key] = nil
      }
      let requests = object["arguments"]?.objectValue?.members.map(\.value) ?? []
      object["arguments"] = .array(
        requests.map { .array($0.objectValue?.members.map(\.value) ?? []) })
      return .object(object)
    }
    try FileManager.default.removeItem(atPath: fixtures.samples(task))
    try Data(PythonJSON.indented(.array(entries)).utf8).write(to: URL(filePath: name(path)))
  }

  private func results(_ change: (inout JSON.Object) -> Void) throws {
    var content = try #require(try LogDocument.read(fixtures.resultsPath).objectValue)
    change(&content)
    try Data(PythonJSON.indented(.object(content)).utf8).write(
      to: URL(filePath: fixtures.resultsPath))
  }

  @Test("0.4.0 to 0.4.2: results.json, and arrays named by the model's arguments and the task")
  func oldLayout() throws {
    try results { content in
      content["config"] = ["model": "hf", "model_args": "pretrained=made/up,dtype=float32"]
      content["task_hashes"] = nil
    }
    for task in InterchangeFixtures.rows.keys {
      try writeArray(task, to: "pretrained__made__up,dtype__float32_\(task).jsonl")
    }
    // Another model's, whose results were overwritten.
    try Data("[]".utf8).write(to: URL(filePath: name("pretrained__other_arc_challenge.jsonl")))
    try move(fixtures.resultsPath, "results.json")
    let outcome = try fixtures.read()
    #expect(outcome.exitCode == 0 && outcome.comparison.documents == 15)
    #expect(outcome.comparison.comparedScores == 3 * 2 + 3 * 2 + 2 * 2 + 2 + 2 + 3)
    #expect(outcome.record.files.contains { $0.name.hasSuffix("float32_gsm8k.jsonl") })
    // The user's name of the results does as well.
    try FileManager.default.moveItem(atPath: name("results.json"), toPath: name("mine.json"))
    #expect(try fixtures.compare().exitCode == 0)
  }

  @Test("the middle of 2024: arrays with a date, in files that end with .json")
  func arrays() throws {
    for task in InterchangeFixtures.rows.keys {
      try writeArray(task, to: "samples_\(task)_\(InterchangeFixtures.date).json")
    }
    let comparison = try fixtures.compare()
    #expect(comparison.isSame && comparison.documents == 15)
    let path = name("samples_gsm8k_\(InterchangeFixtures.date).json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changes: [(old: String, new: String, problem: String)] = [
      ("\"doc_id\": 1", "\"doc_id\": \"1\"", "doc_id must be a whole number"),
      ("\n]", "", "within its array"), ("\n]", "\n] x", "text beside the array"),
      ("\n]", ",\n]", "line"), ("  {", "  {,", "line 2"), ("\n]", "\n}]", "line"),
    ]
    for change in changes {
      let range = try #require(text.range(of: change.old, options: .backwards))
      try Data(text.replacingCharacters(in: range, with: change.new).utf8)
        .write(to: URL(filePath: path))
      #expect(throws: (any Error).self, "\(change.new)") { try fixtures.compare() }
      do {
        _ = try fixtures.compare()
      } catch {
        #expect("\(error)".contains(change.problem) || change.problem.hasPrefix("line"), "\(error)")
      }
    }
  }

  @Test("results named <name>_<date>.json are those of the samples of the same date")
  func named() throws {
    try move(fixtures.resultsPath, "my-model_\(InterchangeFixtures.date).json")
    #expect(try fixtures.compare().exitCode == 0)
  }

  @Test("prompts of chat services are lists of one text, whose hash is that of the text")
  func chat() throws {
    let path = fixtures.samples("gsm8k")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let old = #""arg_0": "Prompt: Question: 1 + 1?\nAnswer:""#
    try Data(
      text.replacing(old, with: old.replacing(": \"P", with: ": [\"P") + "]").utf8
    ).write(to: URL(filePath: path))
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("[\"Prompt"))
    #expect(try fixtures.compare().exitCode == 0)
    try fixtures.edit(path, "[\"Prompt", "[\"prompt")
    #expect(fixtures.failure() != nil)
  }

  // MARK: - Runs

  @Test("results newer than all samples hide nothing, and the folder's runs are told")
  func newerResults() throws {
    let newer = "2026-11-24T00-00-00.000000"
    let text = try String(contentsOfFile: fixtures.resultsPath, encoding: .utf8)
    try Data(text.replacing("\"acc,none\": ", with: "\"acc,none\": 1").utf8)
      .write(to: URL(filePath: name("results_\(newer).json")))
    let comparison = try fixtures.compare()
    #expect(comparison.exitCode == 0 && comparison.notes.count == 1)
    #expect(
      comparison.notes[0].contains("left out were \"results_\(newer).json\"")
        || comparison.notes[0].contains("left out were results_\(newer).json"))
    #expect(comparison.notes[0].contains(InterchangeFixtures.date))
    // Named by itself, that run has nothing to score.
    let error = #expect(throws: InterchangeError.self) {
      try HarnessFolder(
        at: fixtures.folder.path(of: "out"), names: TaskNames(), date: "2026-11-24",
        languageData: nil)
    }
    #expect(error?.code == .incomplete)
    let unknown = #expect(throws: LogError.self) {
      try HarnessFolder(
        at: fixtures.folder.path(of: "out"), names: TaskNames(), date: "2025", languageData: nil)
    }
    #expect(unknown?.code == .unknownRun && unknown?.message.contains(newer) == true)
  }

  @Test("of several runs the newest is read, or the one that is named; groups are not mixed of two")
  func runs() throws {
    let later = InterchangeFixtures.ended.addingTimeInterval(10)
    _ = try fixtures.output.write(
      to: fixtures.folder.path(of: "out"), started: InterchangeFixtures.started, ended: later)
    // The older run is another one, in itself without fault.
    try fixtures.edit(fixtures.samples("gsm8k"), #""exact_match": 0.0"#, #""exact_match": 1.0"#)
    #expect(try fixtures.compare().exitCode == 0)
    let older = try HarnessFolder(
      at: fixtures.folder.path(of: "out"), names: TaskNames(), date: InterchangeFixtures.date,
      languageData: nil)
    #expect(HarnessComparison(older, names: TaskNames()).exitCode == 1)
    // Without its newest subject, the group's samples are of two runs.
    let newest = "samples_mmlu_virology_2026-11-23T18-06-51.500000.jsonl"
    try FileManager.default.removeItem(atPath: name(newest))
    let mixed = try fixtures.compare()
    #expect(mixed.exitCode == 0)
    #expect(
      mixed.notes.contains {
        $0.hasPrefix("The scores of mmlu were not checked: the samples of mmlu_virology are of")
      })
  }

  @Test("two results that differ, or two files of samples, of one date are refused")
  func oneDate() throws {
    let other = name("copy_\(InterchangeFixtures.date).json")
    try FileManager.default.copyItem(atPath: fixtures.resultsPath, toPath: other)
    #expect(try fixtures.compare().exitCode == 0, "a copy")
    try fixtures.edit(other, "\"acc,none\": ", "\"acc,none\": 1")
    let results = #expect(throws: LogError.self) { try fixtures.compare() }
    #expect(results?.code == .ambiguous && results?.message.contains("copy_2026") == true)
    try FileManager.default.removeItem(atPath: other)
    let samples = fixtures.samples("gsm8k")
    try FileManager.default.copyItem(atPath: samples, toPath: String(samples.dropLast()))
    let error = #expect(throws: LogError.self) { try fixtures.compare() }
    #expect(error?.code == .ambiguous && error?.message.contains(".json and ") == true)
  }

  @Test("samples of one run beside results of another have none")
  func otherResults() throws {
    try move(fixtures.resultsPath, "results_2026-11-24T00-00-00.000000.json")
    #expect(fixtures.failure()?.code == .incomplete)
    // Whoever gives them the name of the run changes nothing that they say.
    try move(
      name("results_2026-11-24T00-00-00.000000.json"), "results_\(InterchangeFixtures.date).json")
    try fixtures.edit(fixtures.resultsPath, "\"acc,none\": ", "\"acc,none\": 1")
    #expect(try fixtures.compare().exitCode == 1)
  }

  @Test("documents that the results count and the samples lack are missing, no other hash")
  func missing() throws {
    let path = fixtures.samples("hellaswag")
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    try Data((lines[0] + "\n").utf8).write(to: URL(filePath: path))
    let comparison = try fixtures.compare()
    #expect(comparison.exitCode == 1 && comparison.hashDifferences.isEmpty)
    #expect(comparison.aggregateDifferences.isEmpty)
    #expect(comparison.shortages.count == 1)
    #expect(comparison.shortages[0].hasPrefix("hellaswag: 2 of 3 documents are missing"))
    #expect(try fixtures.read().text.plain.contains("2 of 3 documents are missing"))
  }

  @Test("documents chosen with --samples are not missing: their hash is that of the results")
  func chosenDocuments() throws {
    let text = try String(contentsOfFile: fixtures.resultsPath, encoding: .utf8)
    let counted = text.replacing("\"effective\": 3", with: "\"effective\": 1319")
    #expect(counted != text)
    try Data(counted.utf8).write(to: URL(filePath: fixtures.resultsPath))
    #expect(try fixtures.compare().exitCode == 0)
  }

  // MARK: - Groups

  @Test("groups of 0.4.3 have errors pooled over their groups, which no later version may have")
  func groupErrors() throws {
    // The two groups of 2 and 3 documents, each with one task: pooled_sample_stderr of 0.4.3 on their errors.
    let tasks = try fixtures.compare().results[0].tasks
    let errors = try tasks.map { try #require($0.metrics[0].standardError) }
    let sizes = tasks.map { Double($0.samples.count) }
    #expect(tasks.map(\.task.name) == ["mmlu_anatomy", "mmlu_virology"])
    // Two direct members, one of which holds a third level, give the same; the depth shows with one member more.
    let variance = zip(sizes, errors).map { ($0 - 1) * $1 * $1 * $0 }.reduce(0, +) / (5 - 1)
    let old = (variance / 5).squareRoot()
    try results { content in
      var all = content["results"]?.objectValue ?? JSON.Object()
      var entry = all["mmlu"]?.objectValue ?? JSON.Object()
      entry["acc_stderr,none"] = .number(old)
      all["mmlu"] = .object(entry)
      content["results"] = .object(all)
      content["groups"] = nil
      content["lm_eval_version"] = nil
      // One group of both subjects.
      content["group_subtasks"] = ["mmlu": ["all"], "all": ["mmlu_anatomy", "mmlu_virology"]]
    }
    // Pooled twice: of the one group, (5 − 1) e² 5 / (5 − 1) / 5.
    let pooled = zip(sizes, errors).map { ($0 - 1) * $1 * $1 * $0 }.reduce(0, +) / (5 - 2)
    let inner = (pooled / 5).squareRoot()
    #expect(try fixtures.compare().aggregateDifferences.map(\.task) == ["mmlu"])
    let results = try LogDocument.read(fixtures.resultsPath)
    let computed = OldGroupErrors(groups: GroupMembers(of: results)) { name in
      tasks.first { $0.task.name == name }.map { GroupMean.Member($0.metrics[0]) }
    }.error(of: "mmlu")
    #expect(AggregateDifference.isSame(computed, inner))
    #expect(OldGroupErrors.isOld(["lm_eval_version": "0.4.3"]))
    #expect(!OldGroupErrors.isOld(["lm_eval_version": "0.4.11"]))
    let groups: JSON = ["group": ["task"], "task": []]
    #expect(OldGroupErrors.isOld(["group_subtasks": groups, "n-shot": ["task": 0, "group": 0]]))
    #expect(!OldGroupErrors.isOld(["group_subtasks": groups, "n-shot": ["task": 0]]))
  }

  @Test("errors of 0.4.0's groups depend on an order that is not written, and are not checked")
  func lostOrder() throws {
    try results { content in
      content["lm_eval_version"] = nil
      content["group_subtasks"] = nil
    }
    let comparison = try fixtures.compare()
    #expect(comparison.exitCode == 0)
    #expect(comparison.notes.contains { $0.hasPrefix("Of mmlu, acc_stderr,none was not checked") })
  }
}
