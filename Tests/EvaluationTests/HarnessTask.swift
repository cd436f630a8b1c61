import Foundation
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

/// What the real lm-evaluation-harness made of rows of our own: `Fixtures/Harness/make_harness.py`.
struct HarnessTask: Sendable, CustomTestStringConvertible {
  /// Name of the run's folder.
  let run: String
  let task: EvaluationTask

  var testDescription: String { "\(task.name), \(run)" }
  var fewShotCount: Int { run.hasSuffix("0") ? 0 : 2 }
  /// What `RUNS` of the script says of the run.
  var settings: EvaluationSettings {
    var settings = EvaluationSettings()
    let isOneTurn = run.hasSuffix("one-turn-2")
    settings.chatTemplate = isOneTurn || run.hasPrefix("chat") ? .smollm2 : nil
    settings.asksExamplesAsTurns = !isOneTurn
    if run.hasPrefix("instruction") {
      settings.systemInstruction = isOneTurn ? "Answer briefly.\n" : "Answer briefly."
    }
    return settings
  }

  /// Every task with rows in the folder, on every run.
  static let all: [HarnessTask] = {
    let folders =
      (try? path("rows")).flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
    let tasks = (folders ?? []).sorted().compactMap { Benchmark.named($0)?.tasks[0] }
    precondition(tasks.count >= 4, "The rows of the tasks are missing.")
    return [
      "plain-0", "plain-2", "chat-2", "one-turn-2", "instruction-2", "instruction-one-turn-2",
    ].flatMap { run in
      tasks.map { HarnessTask(run: run, task: $0) }
    }
  }()

  /// A line of the harness's samples.
  struct Line: Decodable {
    struct Request: Decodable {
      let arg0: String
      let arg1: String
    }

    let docId: Int
    let arguments: [String: Request]
    let resps: [[[String]]]
    let acc: Double
    let accNorm: Double?

    /// The requests in their order.
    var requests: [Request] { arguments.sorted { $0.key < $1.key }.map(\.value) }
  }

  private struct Results: Decodable {
    let results: [String: [String: ResultValue]]
  }

  private enum ResultValue: Decodable {
    case number(Double)
    case other

    init(from decoder: any Decoder) throws {
      self = (try? Double(from: decoder)).map(ResultValue.number) ?? .other
    }
  }

  private static func path(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appending(
      path: "Harness/\(name)")
  }

  private static func lines(_ name: String) throws -> [Data] {
    try Data(contentsOf: path(name)).split(separator: UInt8(ascii: "\n")).map { Data($0) }
  }

  private static let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }()

  /// The harness's samples, in the order of the documents.
  func samples() throws -> [Line] {
    try Self.lines("\(run)/samples_\(task.name).jsonl").map {
      try Self.decoder.decode(Line.self, from: $0)
    }
  }

  /// A value of the harness's results.
  func result(_ key: String) throws -> Double {
    let results = try JSONDecoder().decode(
      Results.self, from: Data(contentsOf: Self.path("\(run)/results.json")))
    guard case .number(let number) = try #require(results.results[task.name]?[key]) else {
      Issue.record("\(key) of \(testDescription) is no number.")
      return .nan
    }
    return number
  }

  /// The task's documents and the pool of its examples.
  func input() throws -> TaskInput {
    TaskInput(
      task: task, documents: try documents(task.dataSet.evaluationSplit),
      fewShotPool: try documents(try #require(task.dataSet.fewShotSplit)))
  }

  private func documents(_ split: String) throws -> [Document] {
    try Self.lines("rows/\(task.name)/\(split).jsonl").map { line in
      let row = try #require(
        try JSONSerialization.jsonObject(with: line) as? [String: any Sendable])
      var values: [String: TaskRow.Value] = [:]
      for column in task.columns {
        let place = try #require(column.place)
        values[column.name] =
          switch column.kind {
          case .texts: .texts(try #require(row[place] as? [String]))
          case .integer: .integer(try #require(row[place] as? Int))
          default: .text(try #require(row[place] as? String))
          }
      }
      return try task.document(
        of: TaskRow(values, identity: String(decoding: line, as: UTF8.self)))
    }
  }
}
