import Files
import Foundation
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite struct HarnessImportTests {
  @Test("what was written out is read back the same, and everything agrees")
  func roundTrip() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let outcome = try fixtures.read()
    #expect(outcome.comparison.results == fixtures.results)
    #expect(outcome.comparison.isSame && outcome.exitCode == 0)
    #expect(outcome.comparison.documents == 15)
    #expect(outcome.comparison.notes.isEmpty)
  }

  @Test("the record holds the files as they were, and samples in this program's form")
  func record() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try fixtures.read().record
    #expect(try record.findings().isEmpty)
    #expect(
      // In a checkout with changes, the record also keeps those.
      record.files.map(\.name).filter { !$0.hasPrefix("code/") } == [
        "manifest.yaml", "samples/aime24.imported.jsonl", "samples/arc_challenge.imported.jsonl",
        "samples/gsm8k.imported.jsonl", "samples/hellaswag.imported.jsonl",
        "samples/mmlu.imported.jsonl", "source/results_\(InterchangeFixtures.date).json",
      ]
        + ["aime24", "arc_challenge", "gsm8k", "hellaswag", "mmlu_anatomy", "mmlu_virology"].map {
          "source/samples_\($0)_\(InterchangeFixtures.date).jsonl"
        })
    let kept = try OpenFile.contents(
      of: "\(record.path)/source/samples_gsm8k_\(InterchangeFixtures.date).jsonl")
    #expect(try OpenFile.contents(of: fixtures.samples("gsm8k")) == kept)
    let manifest = try JSONParser.parse(OpenFile.contents(of: "\(record.path)/manifest.yaml"))
    #expect(manifest["schema"] == "replicate/import/v1")
    #expect(manifest["sources"]?.arrayValue?.count == 7)
    let arm = try #require(record.summary.arms.first)
    #expect(arm.metrics.contains { $0.task == "mmlu" && $0.count == 5 })
    let index = try RunIndex(artifacts: fixtures.folder.path(of: "art"))
    #expect(index.notice == nil)
    #expect(index.runs.map(\.id) == [record.id] && index.runs[0].state == .sealed)
  }

  @Test("the same folder again is the same record, and nothing new is written")
  func again() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let first = try fixtures.read()
    let files = fixtures.folder.files()
    let second = try fixtures.read()
    #expect(first.reuse == nil && second.reuse != nil)
    #expect(first.record == second.record)
    #expect(fixtures.folder.files() == files)
    // Copied elsewhere, it is still the same.
    let copy = fixtures.folder.path(of: "copy")
    try FileManager.default.copyItem(atPath: fixtures.folder.path(of: "out"), toPath: copy)
    let third = try HarnessImport(
      copy, languageData: nil, artifacts: fixtures.folder.path(of: "art")
    ).run()
    #expect(third.record.id == first.record.id)
  }

  @Test("another answer in filtered_resps is a text that differs")
  func otherText() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try fixtures.edit(
      fixtures.samples("gsm8k"), #""filtered_resps": ["1,000."]"#,
      #""filtered_resps": ["999"]"#)
    let comparison = try fixtures.compare()
    let difference = try #require(comparison.differences.first)
    #expect(comparison.differences.count == 1 && comparison.exitCode == 1)
    #expect(difference.kind == .text && difference.document == 1)
    #expect(difference.filter == .flexibleExtract && difference.metric == .exactMatch)
    #expect(difference.recordedAnswer == "999" && difference.answer == "1,000.")
    #expect(difference.recorded == difference.computed)
    #expect(
      fixtures.text(comparison).contains(
        "text differs: gsm8k document 1, exact_match,flexible-extract"))
  }

  @Test("another score of the same answer is a scorer that differs")
  func otherScore() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try fixtures.edit(fixtures.samples("gsm8k"), #""exact_match": 0.0"#, #""exact_match": 1.0"#)
    let comparison = try fixtures.compare()
    let difference = try #require(comparison.differences.first)
    #expect(comparison.differences.count == 1 && comparison.exitCode == 1)
    #expect(difference.kind == .scorer && difference.filter == .strictMatch)
    #expect(difference.recorded == [1] && difference.computed == [0])
    #expect(comparison.aggregateDifferences.isEmpty)
  }

  @Test("other likelihoods in filtered_resps are a text that differs")
  func otherLikelihoods() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try fixtures.edit(
      fixtures.samples("mmlu_anatomy"), #""filtered_resps": [["-0.3333333333333333""#,
      #""filtered_resps": [["-9.0""#)
    let comparison = try fixtures.compare()
    #expect(comparison.differences.map(\.kind) == [.text])
  }

  @Test(
    "another value, standard error or number of documents is an aggregation that differs",
    arguments: ["acc_norm,none", "acc_norm_stderr,none", "acc_clustered_stderr,none", "sample_len"])
  func otherAggregate(key: String) throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    var content = try #require(try LogDocument.read(fixtures.resultsPath).objectValue)
    var results = try #require(content["results"]?.objectValue)
    var entry = try #require(results["hellaswag"]?.objectValue)
    entry[key] = .number((try #require(entry[key]?.doubleValue)) + 1e-9)
    results["hellaswag"] = .object(entry)
    content["results"] = .object(results)
    try Data(PythonJSON.indented(.object(content)).utf8).write(
      to: URL(filePath: fixtures.resultsPath))
    let comparison = try fixtures.compare()
    #expect(comparison.aggregateDifferences.map(\.name) == [key])
    #expect(comparison.differences.isEmpty && comparison.exitCode == 1)
    #expect(fixtures.text(comparison).contains("aggregation differs: hellaswag, \(key)"))
  }

  @Test("a prompt that is not that of its hash is told, for the document and the task")
  func wrongHash() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try fixtures.edit(
      fixtures.samples("aime24"), "Prompt: Question: Find $n$", "Prompt: Question: Find $k$")
    let comparison = try fixtures.compare()
    #expect(
      comparison.hashDifferences == [.init(task: "aime24", document: 0, name: "prompt_hash")])
    #expect(comparison.exitCode == 3)
    try fixtures.edit(fixtures.resultsPath, #""task_hashes": {"#, #""task_hashes": {"x": "","#)
    try fixtures.edit(fixtures.resultsPath, #""gsm8k": ""#, #""gsm8k": "0"#)
    #expect(
      try fixtures.compare().hashDifferences.contains(
        .init(task: "gsm8k", document: nil, name: "task_hashes")))
  }

  @Test("what no task of this program is, is left out with a note")
  func unknownTask() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let lines = try OpenFile.contents(of: fixtures.samples("gsm8k"))
    try Data(lines).write(to: URL(filePath: fixtures.samples("piqa")))
    let comparison = try fixtures.compare()
    #expect(comparison.exitCode == 0)
    #expect(comparison.notes.count == 1)
    #expect(comparison.notes[0].contains("piqa"))
  }

  @Test("a group whose tasks are not all there is not checked")
  func incompleteGroup() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try FileManager.default.removeItem(atPath: fixtures.samples("mmlu_virology"))
    let comparison = try fixtures.compare()
    #expect(comparison.exitCode == 0)
    #expect(
      comparison.notes.contains {
        $0 == "The scores of mmlu were not checked: there are no samples of mmlu_virology."
      })
  }

  @Test("names of a folder can be mapped to tasks")
  func taskMap() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let text = try String(contentsOfFile: fixtures.resultsPath, encoding: .utf8)
    let renamed = text.replacing("\"gsm8k\": {", with: "\"my_gsm8k\": {")
    try Data(renamed.utf8).write(to: URL(filePath: fixtures.resultsPath))
    try FileManager.default.moveItem(
      atPath: fixtures.samples("gsm8k"), toPath: fixtures.samples("my_gsm8k"))
    let outcome = try fixtures.read(TaskNames(["my_gsm8k=gsm8k"]))
    #expect(outcome.comparison.results.contains { $0.name == "gsm8k" })
    #expect(outcome.comparison.notes.isEmpty)
    for entries in [
      ["a"], ["=gsm8k"], ["a=b=c"], ["a=gsm9k"], ["a=gsm8k", "a=mmlu"], ["a=mmlu", "b=mmlu"],
    ] {
      #expect(throws: InterchangeError.self) { try TaskNames(entries) }
    }
    // Under its own name, the task would be there twice.
    #expect(throws: InterchangeError.self) {
      try fixtures.read(TaskNames(["aime24=gsm8k", "my_gsm8k=aime24", "hellaswag=gsm8k"]))
    }
  }

  @Test("older forms are read: numbers for texts, no hashes, no filters, no names of metrics")
  func olderForms() throws {
    let folder = try TemporaryFolder()
    let samples = #"""
      {"doc_id": 0, "doc": {"question": "Q", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "B"}, "target": 1, "arguments": [["P", " x"], ["P", " y"]], "resps": [[[-1.5, false]], [[-0.5, true]]], "filtered_resps": [[-1.5, false], [-0.5, true]], "acc": 1.0, "acc_norm": 1.0}
      {"doc_id": 1, "doc": {"question": "R", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "A"}, "target": 0, "arguments": [["P", " x"], ["P", " y"]], "resps": [[[-1.5, false]], [[-0.5, true]]], "filtered_resps": [[-1.5, false], [-0.5, true]], "acc": 0.0, "acc_norm": 0.0}
      """#
    let results = #"""
      {"results": {"arc_challenge": {"alias": " - arc_challenge", "acc": 0.5, "acc_stderr": 0.5, "acc_norm,none": 0.5, "acc_norm_stderr,none": "N/A"}}, "config": {"model": "hf", "model_args": "pretrained=x"}, "versions": {"arc_challenge": 1.0}}
      """#
    _ = try folder.write(
      Array(samples.utf8), to: "out/samples_arc_challenge_2024-01-01T00-00-00.jsonl")
    _ = try folder.write(Array(results.utf8), to: "out/results_2024-01-01T00-00-00.json")
    let outcome = try HarnessImport(
      folder.path(of: "out"), languageData: nil, artifacts: folder.path(of: "art")
    ).run()
    #expect(outcome.exitCode == 0)
    #expect(outcome.comparison.comparedScores == 4 && outcome.comparison.comparedAggregates == 3)
    #expect(outcome.comparison.results[0].tasks[0].samples.map(\.documentIndex) == [0, 1])
  }

  @Test(
    "the filter of old GSM8K is the strict one, and lines without filter come in the task's order")
  func olderFilters() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let path = fixtures.samples("gsm8k")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let unnamed = text.replacing(#""filter": "strict-match", "#, with: "").replacing(
      #""filter": "flexible-extract", "#, with: "")
    try Data(unnamed.utf8).write(to: URL(filePath: path))
    #expect(try fixtures.compare().exitCode == 0)
    let old = text.split(separator: "\n").prefix(2).joined(separator: "\n").replacing(
      "strict-match", with: "get-answer")
    try Data((old + "\n").utf8).write(to: URL(filePath: path))
    let comparison = try fixtures.compare()
    #expect(comparison.differences.isEmpty && comparison.notes.isEmpty)
    try Data((old.replacing("get-answer", with: "mine") + "\n").utf8).write(to: URL(filePath: path))
    #expect(
      try fixtures.compare().notes == [
        "Scores of gsm8k by mine were left out: the task has no such filter."
      ])
  }

  @Test("the newest files are read")
  func newest() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    _ = try fixtures.output.write(
      to: fixtures.folder.path(of: "out"), started: InterchangeFixtures.started,
      ended: InterchangeFixtures.ended.addingTimeInterval(10))
    try fixtures.edit(fixtures.samples("gsm8k"), #""exact_match": 0.0"#, #""exact_match": 1.0"#)
    #expect(try fixtures.compare().exitCode == 0)
  }

  // MARK: - Errors

  @Test("folders without results, without samples or without anything are refused in one sentence")
  func incomplete() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let results = try OpenFile.contents(of: fixtures.resultsPath)
    try FileManager.default.removeItem(atPath: fixtures.resultsPath)
    #expect(fixtures.failure()?.code == .incomplete)
    try Data(results).write(to: URL(filePath: fixtures.resultsPath))
    var content = try #require(try LogDocument.read(fixtures.resultsPath).objectValue)
    var entries = try #require(content["results"]?.objectValue)
    entries["gsm8k"] = nil
    content["results"] = .object(entries)
    try Data(PythonJSON.indented(.object(content)).utf8).write(
      to: URL(filePath: fixtures.resultsPath))
    #expect(fixtures.failure()?.code == .incomplete)
    #expect(fixtures.failure()?.sentence.contains("gsm8k") == true)
    for task in InterchangeFixtures.rows.keys {
      try FileManager.default.removeItem(atPath: fixtures.samples(task))
    }
    #expect(fixtures.failure()?.code == .incomplete)
    try FileManager.default.removeItem(atPath: fixtures.resultsPath)
    #expect(throws: LogError.self) { try fixtures.read() }
  }

  @Test(
    "a damaged line is refused with its file, its number and what is wrong",
    arguments: [
      (#""doc": {"question""#, #""dog": {"question""#, "there is no object \"doc\""),
      (#""answer": "Adding"#, #""unswer": "Adding"#, "is no row of gsm8k"),
      (#""target": "Adding"#, #""target": "adding"#, "the target is"),
      (#""resps": [["#, #""resps": [], "r": [["#, "there are 0 \"resps\""),
      (#""resps": [["#, #""resps": [[], ["#, "there are 2 \"resps\""),
      (#""resps": [[" It is 2.\n#### 2"]]"#, #""resps": [[]]"#, "list of responses"),
      (#""exact_match": 1.0"#, #""exact_match": "yes""#, "exact_match is \"yes\", not a score"),
      (#""exact_match": 1.0"#, #""other": 1.0"#, "none of the scores"),
      (#""filtered_resps": ["2"]"#, #""filtered_resps": [2.5, {}]"#, "differs"),
      (#""doc_id": 0"#, #""doc_id": -1"#, "doc_id is -1"),
      (#""doc_id": 0"#, #""doc_id": 1"#, "are both document 1"),
      (#""doc_id": 0"#, #""doc_id": "0""#, "doc_id must be a whole number"),
      (#"{"doc_id": 0"#, #"{doc_id": 0"#, "line 1"),
      (#""arg_0": "Prompt"#, #""arg_0": "prompt"#, "was asked or answered otherwise"),
    ])
  func damagedLine(old: String, new: String, problem: String) throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try fixtures.edit(fixtures.samples("gsm8k"), old, new)
    if problem == "differs" {
      #expect(try fixtures.compare().differences.count == 1)
    } else {
      let failure = try #require(fixtures.failure())
      #expect(failure.sentence.contains(problem), "\(failure.sentence)")
      #expect(failure.sentence.contains(fixtures.samples("gsm8k")))
    }
  }

  @Test(
    "a damaged line of choices is refused",
    arguments: [
      (#"["-0.3333333333333333", "True"]"#, #"["-0.25", "True"]"#, "disagree"),
      (#"["-0.3333333333333333", "True"]"#, #"["-inf", "True"]"#, "is -inf"),
      (#"["-0.3333333333333333", "True"]"#, #"["nan", "True"]"#, "is nan"),
      (#"["-0.3333333333333333", "True"]"#, #"["x", "True"]"#, "must be a log-likelihood"),
      (
        #"["-0.3333333333333333", "True"]"#, #"["-0.3333333333333333"]"#, "must be a log-likelihood"
      ),
      (#""arg_1": " A""#, #""arg_1": "A""#, "different texts between"),
      (#""arg_1": " A""#, #""arg_1": " E""#, "not with the choice"),
      (#""gen_args_3""#, #""gen_args_4""#, "\"arguments\" must hold"),
    ])
  func damagedChoice(old: String, new: String, problem: String) throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    try fixtures.edit(fixtures.samples("mmlu_anatomy"), old, new)
    let failure = try #require(fixtures.failure())
    #expect(failure.sentence.contains(problem), "\(failure.sentence)")
  }

  @Test("a document without the line of a filter is refused")
  func missingLine() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let path = fixtures.samples("gsm8k")
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    try Data(lines.dropLast().joined(separator: "\n").utf8).write(to: URL(filePath: path))
    #expect(fixtures.failure()?.sentence.contains("lacks a line of the document 1") == true)
  }

  @Test("samples of IFEval without language data say how to get them")
  func missingLanguageData() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      Array("{\"doc_id\": 0, \"resps\": []}\n".utf8), to: "out/samples_ifeval.jsonl")
    _ = try folder.write(
      Array("{\"results\": {\"ifeval\": {}}, \"config\": {}}".utf8), to: "out/results.json")
    let error = #expect(throws: EvaluationCommandError.self) {
      try HarnessImport(
        folder.path(of: "out"), languageData: nil, artifacts: folder.path(of: "art")
      ).run()
    }
    #expect(error?.code == .missingData)
    #expect(error?.message.contains("--language-data DIR") == true)
    #expect(throws: EvaluationCommandError.self) {
      try HarnessImport(
        folder.path(of: "out"), languageData: folder.path, artifacts: folder.path(of: "art")
      ).run()
    }
  }

  @Test(
    "samples of IFEval are written and read back, with a list of booleans for instructions",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_IFEVAL_DATA"] != nil))
  func instructions() throws {
    let data = try #require(ProcessInfo.processInfo.environment["REPLICATE_IFEVAL_DATA"])
    let tools = try LanguageData(folder: data).tools()
    let task = IFEval.task
    let rows: [JSON] = [
      [
        "key": 1, "prompt": "No commas, in lower case.",
        "instruction_id_list": ["punctuation:no_comma", "change_case:english_lowercase"],
        "kwargs": [["keywords": nil], ["keywords": nil]],
      ],
      [
        "key": 2, "prompt": "Three sentences.",
        "instruction_id_list": ["length_constraints:number_sentences"],
        "kwargs": [["num_sentences": 3, "relation": "at least", "keywords": nil]],
      ],
    ]
    let texts = ["this is plainly written in english, is it not", "*Yes*. Mr. Smith said so. Bye."]
    let samples = try zip(rows.indices, texts).map { index, text in
      let document = try task.document(ofOriginalRow: rows[index])
      return try SampleResult(
        task: task, documentIndex: index, prompt: document.question, target: document.target,
        response: .generation(.init(text, stopStrings: [], maximumNewTokens: 1280)),
        truncatedTokens: 0,
        tools: tools)
    }
    let result = BenchmarkResult(
      Benchmark(task), tasks: [try TaskResult(task: task, samples: samples)])
    let folder = try TemporaryFolder()
    let paths = try HarnessOutput(
      model: HarnessModel(path: "m", parameterCount: 1, maximumLength: 8),
      settings: EvaluationSettings(), results: [result], rows: ["ifeval": rows]
    ).write(
      to: folder.path(of: "out"), started: InterchangeFixtures.started,
      ended: InterchangeFixtures.ended)
    let first = try JSONParser.parse(
      try #require(try LogDocument.firstLine(paths[0])), dialect: .python)
    #expect(first["target"] == "0" && first["prompt_level_strict_acc"] == false)
    #expect(first["inst_level_strict_acc"] == [false, true])
    let results = try LogDocument.read(paths[1])["results"]?["ifeval"]
    #expect(results?["inst_level_loose_acc_stderr,none"] == "N/A")
    #expect(results?["inst_level_loose_acc_clustered_stderr,none"]?.doubleValue != nil)
    let outcome = try HarnessImport(
      folder.path(of: "out"), languageData: data, artifacts: folder.path(of: "art")
    ).run()
    #expect(outcome.exitCode == 0 && outcome.comparison.results == [result])
    let rescored = try RecordRescoring(
      outcome.record.id, artifacts: folder.path(of: "art"), languageData: data
    ).run()
    #expect(rescored.exitCode == 0)
    #expect(throws: InterchangeError.self) {
      try RecordRescoring(
        outcome.record.id, artifacts: folder.path(of: "art"), languageData: nil
      ).run()
    }
  }
}
