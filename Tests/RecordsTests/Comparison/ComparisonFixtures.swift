import Files
import Foundation
import TestSupport

@testable import Records

/// Folders of the harness with tasks that this program does not know, and their comparison.
struct ComparisonFixtures {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A document's question and score.
  typealias Document = (question: String, score: String)

  /// Scores in quarters, one digit each, as documents of the questions from 0 on.
  static func documents(_ quarters: some StringProtocol) -> [Document] {
    quarters.enumerated().map { ("\($0)", "\(Double("\($1)").map { $0 / 4 } ?? 0)") }
  }

  /// Writes a folder with documents by task, and groups of tasks, and returns its path.
  func write(
    _ name: String, _ tasks: [(name: String, documents: [Document])],
    groups: [(name: String, tasks: [String])] = [], more: String = ""
  ) throws -> String {
    var results: [String] = []
    for task in tasks {
      let lines = task.documents.enumerated().map { index, document in
        task.name == Self.knownTask
          ? Self.knownLine(index, document)
          : #"{"doc_id": \#(index), "doc": {"q": \#(index)}, "target": "x", "arguments": [["\#(task.name) \#(document.question)", " a"]], "resps": [[["-1.0", "True"]]], "filtered_resps": [["-1.0", "True"]], "acc": \#(document.score)}"#
      }
      _ = try folder.write(
        Array(lines.joined(separator: "\n").utf8),
        to: "\(name)/samples_\(task.name)_2026-01-01T00-00-00.jsonl")
      results.append(Self.result(task.name, task.documents))
    }
    for group in groups {
      results.append(
        Self.result(
          group.name, tasks.filter { group.tasks.contains($0.name) }.flatMap(\.documents)))
    }
    let members = groups.map { group in
      "\"\(group.name)\": [\(group.tasks.map { "\"\($0)\"" }.joined(separator: ", "))]"
    }
    _ = try folder.write(
      Array(
        """
        {"results": {\(results.joined(separator: ", "))}, "configs": {}, "config": {}, \
        "group_subtasks": {\(members.joined(separator: ", "))}\(more)}
        """.utf8), to: "\(name)/results_2026-01-01T00-00-00.json")
    return folder.path(of: name)
  }

  /// A task that this program scores itself, from likelihoods.
  static let knownTask = "arc_challenge"

  /// A line of that task, whose right one of two choices is likelier if the document's score is 1.
  private static func knownLine(_ index: Int, _ document: Document) -> String {
    let right = document.score == "1.0"
    let prompt = #"Question: \#(document.question)\nAnswer:"#
    let responses =
      right ? #"["-1.0", "False"], ["-2.0", "False"]"# : #"["-2.0", "False"], ["-1.0", "False"]"#
    let nested = responses.replacing("], [", with: "]], [[")
    return
      #"{"doc_id": \#(index), "doc": {"id": "\#(index)", "question": "\#(document.question)", "choices": {"text": ["ice", "sun"], "label": ["A", "B"]}, "answerKey": "A"}, "target": "0", "arguments": [["\#(prompt)", " ice"], ["\#(prompt)", " sun"]], "resps": [[\#(nested)]], "filtered_resps": [\#(responses)], "acc": \#(document.score), "acc_norm": \#(document.score)}"#
  }

  /// The model of several folders, one a seed; of a single folder, without a seed.
  func model(_ folders: [String]) throws -> ComparedModel {
    let reader = ComparedModelReader(artifacts: "none", names: TaskNames(), languageData: nil)
    let models = try folders.flatMap { try reader.models($0) }
    return ComparedModel(
      label: models[0].label, source: models[0].source, notes: models.flatMap(\.notes),
      runs: models.enumerated().map { index, model in
        ArmScores(
          arm: "", seed: folders.count == 1 ? nil : UInt64(index), rows: model.runs[0].rows)
      })
  }

  private static func result(_ name: String, _ documents: [Document]) -> String {
    let scores = documents.compactMap { Double($0.score) }
    let mean = scores.reduce(0, +) / Double(scores.count)
    // As Python's json writes it.
    let value = mean.isNaN ? "NaN" : "\(mean)"
    let more = name == knownTask ? ", \"acc_norm,none\": \(value)" : ""
    return "\"\(name)\": {\"acc,none\": \(value)\(more)}"
  }

  func compare(
    _ arguments: [String], margin: Double? = nil, failOn: ModelComparison.FailureRule? = nil
  ) throws -> ModelComparison {
    try ModelComparison(
      arguments, artifacts: folder.path(of: "artifacts"), margin: margin, failOn: failOn)
  }

  /// A file of the fixtures.
  static func path(_ name: String) throws -> String {
    guard let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return folder.appendingPathComponent(name).path
  }
}
