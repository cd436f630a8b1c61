import Files
import Foundation
import Provenance
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Assets
@testable import Records
@testable import Replication

/// The harness's own files of tasks on rows of our own: `Tests/EvaluationTests/Fixtures/Harness/make_harness.py`.
struct HarnessTaskFileTests {
  static let runs = ["plain-0", "plain-2", "chat-2"]
  static let source = Checkout.folder.appending(path: "Tests/EvaluationTests/Fixtures/Harness")

  let temporary: TemporaryFolder
  /// Every task with rows in the folder.
  let tasks: [EvaluationTask]

  init() throws {
    temporary = try TemporaryFolder()
    let folder = Self.source.appending(path: "rows").path
    tasks = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
      try #require(Benchmark.named($0)?.tasks[0])
    }
    try #require(tasks.count >= 4)
  }

  /// A run's files under the names that the harness gives them.
  private func written(_ run: String) throws -> String {
    let date = "2026-11-23T18-06-41.500000"
    for (name, copy) in [("results.json", "results_\(date).json")]
      + tasks.map({ ("samples_\($0.name).jsonl", "samples_\($0.name)_\(date).jsonl") })
    {
      let content = try Data(contentsOf: Self.source.appending(path: "\(run)/\(name)"))
      _ = try temporary.write(Array(content), to: "\(run)/\(copy)")
    }
    return temporary.path(of: run)
  }

  private func folder(_ run: String) throws -> HarnessFolder {
    try HarnessFolder(at: try written(run), names: TaskNames(), languageData: nil)
  }

  private func rows(_ task: EvaluationTask) throws -> [JSON] {
    let path = "rows/\(task.name)/\(task.dataSet.evaluationSplit).jsonl"
    return try RowTable.read(
      path: Self.source.appending(path: path).path, format: .jsonLines, name: task.name
    ).rows
  }

  @Test("every score, value, standard error and hash comes out the same", arguments: runs)
  func rescored(run: String) throws {
    let folder = try folder(run)
    let comparison = HarnessComparison(folder, names: TaskNames())
    #expect(comparison.isSame && comparison.exitCode == 0 && comparison.notes.isEmpty)
    #expect(folder.samples.map(\.name) == tasks.map(\.name))
    let counts = try tasks.map { try rows($0).count }
    #expect(comparison.documents == counts.reduce(0, +))
    #expect(
      comparison.comparedScores == zip(counts, tasks).reduce(0) { $0 + $1.0 * $1.1.metrics.count })
    // Each metric with its error, and the number of documents.
    #expect(comparison.comparedAggregates == tasks.reduce(0) { $0 + 2 * $1.metrics.count + 1 })
  }

  @Test("samples are written byte for byte as the harness wrote them", arguments: runs)
  func samples(run: String) throws {
    for samples in try folder(run).samples {
      let lines = HarnessSampleLines(
        task: samples.task, rows: try rows(samples.task), maximumNewTokens: nil)
      let text = try samples.samples.map { sample in
        var content = try #require(
          try lines.line(of: sample, filter: .none).content.objectValue)
        content["replicate"] = nil
        return PythonJSON.line(.object(content)) + "\n"
      }.joined()
      let path = Self.source.appending(path: "\(run)/samples_\(samples.name).jsonl")
      #expect(try text.utf8.elementsEqual(String(contentsOf: path, encoding: .utf8).utf8))
    }
  }

  @Test("results describe the tasks as the harness does, but for where the rows lie")
  func configurations() throws {
    let folder = try folder("plain-2")
    let theirs = try #require(folder.log.resultsFiles.last?.content)
    var settings = EvaluationSettings()
    settings.fewShotCount = 2
    let ours = HarnessOutput(
      model: HarnessModel(path: "", parameterCount: 1, maximumLength: 1), settings: settings,
      results: folder.results, rows: [:]
    ).content(hashes: [:], started: InterchangeFixtures.started, ended: InterchangeFixtures.ended)
    for samples in folder.samples {
      var one = try #require(ours["configs"]?[samples.name]?.objectValue)
      var other = try #require(theirs["configs"]?[samples.name]?.objectValue)
      #expect(one["dataset_path"] == .string(samples.task.dataSet.path))
      #expect(one["metadata"]?["version"] == other["metadata"]?["version"])
      for key in ["dataset_path", "dataset_name", "metadata"] {
        (one[key], other[key]) = (nil, nil)
      }
      #expect(PythonJSON.line(.object(one)) == PythonJSON.line(.object(other)))
    }
    for key in ["versions", "n-shot", "higher_is_better"] { #expect(ours[key] == theirs[key]) }
  }

  @Test("a line whose prompts, rest or answers are not those of its row is refused")
  func damaged() throws {
    let date = "2026-11-23T18-06-41.500000"
    let changes = [
      ("winogrande", "until the boat\"", "until the boot\"", "does not hold"),
      ("winogrande", "\" tore in the storm.\"", "\" tore.\"", "continues with"),
      ("winogrande", "\"target\": \"tore in the storm.\"", "\"target\": \"0\"", "the target is"),
      ("pubmedqa", "\"target\": \"yes\"", "\"target\": \"0\"", "the target is"),
      ("medmcqa", "Choices:\\nA. Liver", "Choices:\\nA. Lever", "with one prompt"),
    ]
    for (index, (task, part, change, sentence)) in changes.enumerated() {
      let path = "\(try written("plain-0"))/samples_\(task)_\(date).jsonl"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let range = try #require(text.range(of: part, options: .literal), "\(index)")
      try Data(text.replacingCharacters(in: range, with: change).utf8)
        .write(to: URL(filePath: path))
      let error = #expect(throws: InterchangeError.self) {
        try HarnessFolder(
          at: temporary.path(of: "plain-0"), names: TaskNames(), languageData: nil)
      }
      #expect(error?.message.contains(sentence) == true, "\(index): \(error?.message ?? "none")")
    }
  }

  @Test("the tasks are evaluated on files of the user's, written, imported, and described the same")
  func evaluated() async throws {
    let toy = try EvaluatedToy()
    let names = tasks.map(\.name)
    for task in tasks {
      for split in [task.dataSet.evaluationSplit, try #require(task.dataSet.fewShotSplit)] {
        let content = try Data(
          contentsOf: Self.source.appending(path: "rows/\(task.name)/\(split).jsonl"))
        _ = try toy.folder.write(Array(content), to: "data/\(task.name)/\(split).jsonl")
      }
    }
    var request = toy.request(names)
    request.fewShotCount = 2
    let outcome = try await toy.run(request)
    #expect(outcome.results.map(\.name) == names)
    #expect(outcome.warnings.count { $0.contains("instead of") } == tasks.count)
    let folder = try HarnessFolder(at: request.output, names: TaskNames(), languageData: nil)
    let comparison = HarnessComparison(folder, names: TaskNames())
    #expect(comparison.isSame && comparison.documents == outcome.documentCount)
    let theirs = try self.folder("plain-2")
    for (samples, others) in zip(folder.samples, theirs.samples) {
      for (sample, other) in zip(samples.samples, others.samples) {
        #expect(sample.question.differences(from: other.question) == [])
      }
    }
  }
}
