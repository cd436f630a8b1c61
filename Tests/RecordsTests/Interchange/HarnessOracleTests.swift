import Files
import Foundation
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Records

private let oracle = namedFolder("REPLICATE_SHARED").map {
  "\($0)/oracles/lm-eval/out"
}

private let runs =
  oracle.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0).sorted() } ?? []

/// What lm-evaluation-harness 0.4.13 wrote for tiny models, under task names of its own.
@Suite(.enabled(if: !runs.isEmpty)) struct HarnessOracleTests {
  static let names = [
    "local_arc=arc_challenge", "local_hellaswag=hellaswag", "local_gsm8k=gsm8k",
    "local_mmlu_toy_algebra=mmlu_abstract_algebra", "local_mmlu_toy_anatomy=mmlu_anatomy",
    "local_mmlu_toy_law=mmlu_professional_law", "local_mmlu=mmlu", "local_mmlu_stem=mmlu_stem",
    "local_mmlu_humanities=mmlu_humanities",
  ]

  private func folder(_ run: String) throws -> (HarnessFolder, HarnessComparison) {
    let names = try TaskNames(Self.names)
    let folder = try HarnessFolder(
      at: "\(try #require(oracle))/\(run)", names: names, languageData: nil)
    return (folder, HarnessComparison(folder, names: names))
  }

  @Test("every score, value, standard error and hash comes out the same", arguments: runs)
  func rescored(run: String) throws {
    let (folder, comparison) = try folder(run)
    #expect(comparison.isSame && comparison.exitCode == 0 && comparison.notes.isEmpty)
    let documents = folder.samples.reduce(0) { $0 + $1.samples.count }
    #expect(comparison.comparedScores >= documents && documents >= 20)
    #expect(comparison.comparedAggregates >= 5)
  }

  @Test("samples are written byte for byte as the harness wrote them", arguments: runs)
  func written(run: String) throws {
    let (folder, _) = try folder(run)
    let generation = folder.log.settings["config"]?["gen_kwargs"]?["max_gen_toks"]
    for samples in folder.samples {
      let path = try #require(folder.log.samples.first { $0.task == samples.name }?.path)
      let file = try SampleFile(path: path)
      var rows: [JSON] = []
      for line in file.lines where line.filter == 0 {
        var row = try #require(
          try file.object(file.bytes(of: line), of: line)["doc"]?.objectValue)
        if samples.task.preparation != nil {
          for column in ["query", "choices", "gold"] { row[column] = nil }
        }
        rows.append(.object(row))
      }
      let lines = HarnessSampleLines(
        task: samples.task, rows: rows, maximumNewTokens: generation?.integerValue)
      var text = ""
      for filter in samples.task.filters {
        for sample in samples.samples {
          var content = try #require(try lines.line(of: sample, filter: filter).content.objectValue)
          content["replicate"] = nil
          text += PythonJSON.line(.object(content)) + "\n"
        }
      }
      let expected = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.utf8.elementsEqual(expected.utf8), "\(path)")
    }
  }

  @Test(
    "results say of tasks what the harness's do, but for where data and model lie", arguments: runs)
  func results(run: String) throws {
    let (folder, _) = try folder(run)
    let theirs = try #require(folder.log.resultsFiles.last?.content)
    var settings = EvaluationSettings()
    settings.fewShotCount = theirs["n-shot"]?.objectValue?.members.first?.value.integerValue
    let arguments = theirs["config"]?["model_args"]
    let ours = HarnessOutput(
      model: HarnessModel(
        path: arguments?["pretrained"]?.stringValue ?? "", parameterCount: 1, maximumLength: 1),
      settings: settings, results: folder.results, rows: [:]
    ).content(
      hashes: [:], started: InterchangeFixtures.started, ended: InterchangeFixtures.ended)
    let extra = ["replicate", "pretty_env_info"]
    #expect(
      (ours.objectValue?.keys ?? []).filter { !extra.contains($0) }
        == (theirs.objectValue?.keys ?? []).filter { !extra.contains($0) })
    let names = try TaskNames(Self.names)
    for samples in folder.samples {
      let name = samples.task.name
      var one = try #require(ours["configs"]?[name]?.objectValue)
      var other = try #require(theirs["configs"]?[samples.name]?.objectValue)
      let local = [
        "task", "task_alias", "dataset_path", "dataset_name", "dataset_kwargs", "process_docs",
        "description", "metadata", "generation_kwargs",
      ]
      for key in local { (one[key], other[key]) = (nil, nil) }
      func withoutFunctions(_ object: JSON.Object) -> JSON.Object {
        var object = object
        var fewShots = object["fewshot_config"]?.objectValue ?? JSON.Object()
        fewShots["process_docs"] = nil
        object["fewshot_config"] = .object(fewShots)
        return object
      }
      #expect(
        PythonJSON.line(.object(withoutFunctions(one)))
          == PythonJSON.line(.object(withoutFunctions(other))))
    }
    for (key, value) in theirs["results"]?.objectValue?.members ?? [] {
      let own = try #require(ours["results"]?[names.name(of: key)]?.objectValue)
      let keys = own.keys.filter { !$0.contains("_clustered_stderr") }
      #expect(keys == value.objectValue?.keys)
    }
    #expect(
      ours["n-shot"]?.objectValue?.keys.sorted()
        == theirs["n-shot"]?.objectValue?.keys.map(names.name(of:)).sorted())
    #expect(
      ours["higher_is_better"]?.objectValue?.keys.sorted()
        == theirs["higher_is_better"]?.objectValue?.keys.map(names.name(of:)).sorted())
  }
}
