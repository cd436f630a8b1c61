import Files
import Foundation
import RecordFixtures
import Scoring
import TestSupport
import Testing
import Tokenizers

@testable import Manifests
@testable import Records

@Suite struct HarnessOutputTests {
  @Test("files lie in a folder named by the model and carry the date, the results last")
  func names() throws {
    let fixtures = try InterchangeFixtures()
    let paths = try fixtures.output.write(
      to: fixtures.folder.path(of: "out"), started: InterchangeFixtures.started,
      ended: InterchangeFixtures.ended)
    let tasks = [
      "mmlu_anatomy", "mmlu_virology", "arc_challenge", "hellaswag", "gsm8k", "aime24",
    ]
    #expect(paths == tasks.map(fixtures.samples) + [fixtures.resultsPath])
  }

  @Test("the same evaluation gives the same bytes")
  func deterministicBytes() throws {
    let (one, other) = (try InterchangeFixtures(), try InterchangeFixtures())
    try one.write()
    try other.write()
    for name in one.folder.files() {
      let bytes = try OpenFile.contents(of: one.folder.path(of: name))
      #expect(try OpenFile.contents(of: other.folder.path(of: name)) == bytes)
    }
    #expect(one.folder.files() == other.folder.files())
  }

  @Test("lines are filter-major, with keys, texts and hashes as the harness has them")
  func generationLines() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let text = try String(contentsOfFile: fixtures.samples("gsm8k"), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5)
    #expect(
      lines[0] == #"""
        {"doc_id": 0, "doc": {"question": "1 + 1?", "answer": "Adding gives <<1+1=2>>2.\n#### 2"}, "target": "Adding gives <<1+1=2>>2.\n#### 2", "arguments": {"gen_args_0": {"arg_0": "Prompt: Question: 1 + 1?\nAnswer:", "arg_1": {"until": ["Question:", "</s>", "<|im_end|>"], "do_sample": false, "temperature": 0.0, "max_gen_toks": 64}}}, "resps": [[" It is 2.\n#### 2"]], "filtered_resps": ["2"], "filter": "strict-match", "metrics": ["exact_match"], "doc_hash": "fb99a814a6c5a244c9a721fd79246235b6e4349df67a2650c2046c9aa3ea7022", "prompt_hash": "16e8085a924fa05a244e738d7e3dcfa86bea9d2353c908d514b996d5bd856ea3", "target_hash": "1fbd115f029a2f257f0117a7fe502c7a74c818541db0eda9e85a96766a0a4b09", "exact_match": 1.0, "replicate": {"truncated_tokens": 0, "until": ["Question:", "<end>"], "max_gen_toks": 64}}
        """#)
    let keys = try lines.dropLast().map { line in
      let value = try JSONParser.parse(Array(line.utf8), dialect: .python)
      return "\(value["filter"]?.stringValue ?? "") \(value["doc_id"]?.integerValue ?? -1)"
    }
    #expect(
      keys == ["strict-match 0", "strict-match 1", "flexible-extract 0", "flexible-extract 1"])
  }

  @Test("likelihoods are texts as Python prints them, with their bits beside them")
  func choiceLines() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let line = try LogDocument.firstLine(fixtures.samples("hellaswag"))
    let value = try JSONParser.parse(try #require(line), dialect: .python)
    #expect(
      value["doc"]?.objectValue?.keys == [
        "ind", "activity_label", "ctx_a", "ctx_b", "ctx", "endings", "source_id", "split", "label",
        "query", "choices", "gold",
      ])
    #expect(value["doc"]?["query"] == "Baking: A man bakes bread. He")
    #expect(value["doc"]?["choices"]?.arrayValue?.first == "eats it.. Well.")
    #expect(value["doc"]?["gold"] == 0)
    #expect(value["target"] == "0")
    #expect(value["arguments"]?["gen_args_1"]?["arg_1"] == " sings.")
    #expect(value["resps"]?.arrayValue?.first == [["-0.3333333333333333", "True"]])
    #expect(value["filtered_resps"]?.arrayValue?.first == ["-0.3333333333333333", "True"])
    #expect(
      value["replicate"]?["log_likelihoods"]?.arrayValue?.first?.exactValue == -1.0 / 3)
    #expect(value["acc"]?.kind == "a number" && value["acc_norm"] != nil)
  }

  @Test("results hold tasks before groups, both in results and groups, with clustered errors")
  func results() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let value = try LogDocument.read(fixtures.resultsPath)
    let results = try #require(value["results"]?.objectValue)
    #expect(
      results.keys == [
        "mmlu_anatomy", "mmlu_virology", "arc_challenge", "hellaswag", "gsm8k", "aime24",
        "mmlu_stem", "mmlu_other", "mmlu",
      ])
    #expect(value["groups"]?["mmlu"] == results["mmlu"])
    #expect(
      results["mmlu"]?.objectValue?.keys == [
        "alias", "name", "sample_len", "acc,none", "acc_stderr,none", "acc_clustered_stderr,none",
        "sample_count",
      ])
    #expect(results["mmlu"]?["sample_count"]?["acc,none"] == 5)
    #expect(results["mmlu_anatomy"]?["alias"] == "anatomy")
    #expect(results["hellaswag"]?["acc_clustered_stderr,none"] != nil)
    #expect(results["gsm8k"]?["exact_match_clustered_stderr,strict-match"] == nil)
    #expect(value["group_subtasks"]?["mmlu"] == ["mmlu_stem", "mmlu_other"])
    #expect(value["group_subtasks"]?["mmlu_stem"] == ["mmlu_anatomy"])
    #expect(value["versions"]?["mmlu"] == "2")
    #expect(value["versions"]?["gsm8k"] == 3.0)
    #expect(value["n-shot"]?["mmlu_stem"] == 0)
    #expect(value["n-shot"]?["mmlu"] == nil)
    #expect(value["n-shot"]?["gsm8k"] == 5)
    #expect(value["chat_template"] == .some(.null))
    #expect(value["task_hashes"]?["gsm8k"]?.stringValue?.count == 64)
    #expect(value["replicate"]?["truncated_documents"]?["gsm8k"] == 1)
    #expect(value["date"] == .number(InterchangeFixtures.started.timeIntervalSince1970))
    #expect(value["total_evaluation_time_seconds"] == "23.25")
  }

  @Test("a standard error that does not exist is N/A")
  func missingError() throws {
    let fixtures = try InterchangeFixtures()
    let task = try #require(fixtures.results.flatMap(\.tasks).first { $0.task.name == "gsm8k" })
    let one = try TaskResult(task: task.task, samples: Array(task.samples.prefix(1)))
    let output = HarnessOutput(
      model: HarnessModel(path: "m", parameterCount: 1, maximumLength: 8),
      settings: EvaluationSettings(),
      results: [BenchmarkResult(Benchmark(task.task), tasks: [one])],
      rows: fixtures.rows)
    let content = output.content(
      hashes: [:], started: InterchangeFixtures.started, ended: InterchangeFixtures.ended)
    #expect(content["results"]?["gsm8k"]?["exact_match_stderr,strict-match"] == "N/A")
    #expect(content["groups"] == nil)
    #expect(content["group_subtasks"] == [:])
  }

  @Test("a chat template is given as text with its hash")
  func chatTemplate() throws {
    let fixtures = try InterchangeFixtures()
    var settings = EvaluationSettings()
    settings.chatTemplate = .gemma3
    var model = HarnessModel(path: "m", parameterCount: 1, maximumLength: 8)
    func content() -> JSON {
      HarnessOutput(model: model, settings: settings, results: fixtures.results, rows: [:]).content(
        hashes: [:], started: InterchangeFixtures.started, ended: InterchangeFixtures.ended)
    }
    #expect(content()["chat_template"] == "gemma3")
    #expect(content()["chat_template_sha"] == JSON(SHA256.digest(of: "gemma3")))
    // Another template of the checkpoint's was not the one that prompts were written with.
    model.chatTemplate = "{{ x }}"
    #expect(content()["chat_template"] == "gemma3")
    #expect(content()["fewshot_as_multiturn"] == true)
    settings.chatTemplate = try ChatTemplate(jinja: "{{ x }}")
    #expect(content()["chat_template"] == "{{ x }}")
  }

  @Test(
    "names of models become names of folders as the harness makes them",
    arguments: [
      ("/tmp/a b/model", "__tmp__a b__model"), ("org/model", "org__model"),
      ("a:<>b?*[c]", "a__b__c__"), ("plain", "plain"),
    ])
  func folderNames(path: String, name: String) {
    #expect(HarnessModel.folderName(of: path) == name)
  }

  @Test("a row that is missing or another document's is refused")
  func wrongRows() throws {
    let fixtures = try InterchangeFixtures()
    let task = try #require(fixtures.results.flatMap(\.tasks).first { $0.task.name == "gsm8k" })
    func lines(_ rows: [JSON]) throws -> HarnessSampleLines.Line {
      try HarnessSampleLines(task: task.task, rows: rows, maximumNewTokens: nil).line(
        of: task.samples[0], filter: .strictMatch)
    }
    for rows: [JSON] in [
      [], [["question": "1 + 1?"]], [["question": "1 + 1?", "answer": "#### 3"]], ["text"],
    ] {
      #expect(throws: InterchangeError.self) { try lines(rows) }
    }
  }

  @Test("rows of other files become original rows, with letters for choices without labels")
  func originalRows() throws {
    let arc = ARCChallenge.task
    let row = arc.originalRow(
      of: TaskRow([
        "question": .text("Q"), "choices": .texts(["x", "y"]), "answer_index": .integer(1),
      ]))
    #expect(
      row == [
        "question": "Q", "choices": ["text": ["x", "y"], "label": ["A", "B"]], "answerKey": "B",
      ])
    #expect(try arc.document(ofOriginalRow: row).target == "1")
    let aime = AIME.year2024
    #expect(
      aime.originalRow(of: TaskRow(["question": .text("Q"), "answer": .text("7")]))
        == ["Problem": "Q", "Answer": "7"])
  }

  @Test(
    "the harness's own tools take the files",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_HARNESS_PYTHON"] != nil))
  func harnessTools() throws {
    let python = try #require(ProcessInfo.processInfo.environment["REPLICATE_HARNESS_PYTHON"])
    let fixtures = try InterchangeFixtures()
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [
      folder.appending(path: "interchange/read_with_harness.py").path, try fixtures.write(),
    ]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "HF_HOME": fixtures.folder.path(of: "cache")
    ]) { $1 }
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
