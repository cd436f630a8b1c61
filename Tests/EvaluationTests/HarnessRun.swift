import Files
import Foundation
import LanguageModels
import TestSupport
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

/// A recorded run of lm-evaluation-harness 0.4.13, found through the environment variable REPLICATE_SHARED.
///
/// The oracle's own tasks are the harness's, on small data sets, under names that begin with "local_".
struct HarnessRun: Sendable, CustomTestStringConvertible {
  /// Name of the run's folder.
  let name: String
  /// Number of few-shot examples; nil for the task's own.
  let fewShotCount: Int?
  let chatTemplate: ChatTemplate?
  /// Most tokens generated; nil for the task's own number.
  var maximumNewTokens: Int?
  /// Folder of the model.
  let model: String
  /// Documents of all tasks together.
  let documentCount: Int
  /// Requests of all documents together.
  let requestCount: Int

  var testDescription: String { name }

  static let all = [
    HarnessRun(
      name: "llama_plain_0shot", fewShotCount: 0, chatTemplate: nil, model: "tiny-llama",
      documentCount: 72, requestCount: 228),
    HarnessRun(
      name: "llama_plain_default", fewShotCount: nil, chatTemplate: nil, maximumNewTokens: 48,
      model: "tiny-llama", documentCount: 20, requestCount: 20),
    HarnessRun(
      name: "gemma_plain_0shot", fewShotCount: 0, chatTemplate: nil, model: "tiny-gemma3",
      documentCount: 72, requestCount: 228),
    HarnessRun(
      name: "gemma_plain_3shot", fewShotCount: 3, chatTemplate: nil, model: "tiny-gemma3",
      documentCount: 52, requestCount: 208),
    HarnessRun(
      name: "gemma_chat_0shot", fewShotCount: 0, chatTemplate: .gemma3, model: "tiny-gemma3",
      documentCount: 72, requestCount: 228),
  ]

  static var shared: URL? {
    namedFolder("REPLICATE_SHARED").map { URL(filePath: $0) }
  }

  static func folder() throws -> URL {
    try #require(shared).appending(path: "oracles/lm-eval")
  }

  var settings: EvaluationSettings {
    var settings = EvaluationSettings()
    settings.fewShotCount = fewShotCount
    settings.chatTemplate = chatTemplate
    settings.maximumNewTokens = maximumNewTokens
    return settings
  }

  // MARK: - Tasks and data

  static let subjects = [
    MMLU.Subject(name: "toy_algebra", documentCount: 9, area: .stem),
    MMLU.Subject(name: "toy_anatomy", documentCount: 4, area: .stem),
    MMLU.Subject(name: "toy_law", documentCount: 7, area: .humanities),
  ]

  /// The oracle's three subjects and their groups.
  static let mmlu = Benchmark(
    name: "mmlu", tasks: subjects.map(MMLU.task(of:)),
    groups: [
      Benchmark.Group(
        name: "mmlu_stem", alias: "stem", taskNames: ["mmlu_toy_algebra", "mmlu_toy_anatomy"]),
      Benchmark.Group(
        name: "mmlu_humanities", alias: "humanities", taskNames: ["mmlu_toy_law"]),
      Benchmark.Group(
        name: "mmlu", alias: "mmlu",
        taskNames: ["mmlu_toy_algebra", "mmlu_toy_anatomy", "mmlu_toy_law"]),
    ])

  private struct Row: Decodable {
    struct ARCChoices: Decodable {
      let text: [String]
      let label: [String]
    }
    enum Choices: Decodable {
      case arc(ARCChoices)
      case mmlu([String])

      init(from decoder: any Decoder) throws {
        if let texts = try? [String](from: decoder) {
          self = .mmlu(texts)
        } else {
          self = .arc(try ARCChoices(from: decoder))
        }
      }
    }
    enum Answer: Decodable {
      case text(String)
      case index(Int)

      init(from decoder: any Decoder) throws {
        if let index = try? Int(from: decoder) {
          self = .index(index)
        } else {
          self = .text(try String(from: decoder))
        }
      }
    }
    let question: String?
    let answer: Answer?
    let choices: Choices?
    let answerKey: String?
    let activityLabel: String?
    let ctxA: String?
    let ctxB: String?
    let endings: [String]?
    let label: String?
    let ind: Int?

    func document() throws -> Document {
      if let activityLabel, let ctxA, let ctxB, let endings, let label {
        return try TestDocument.hellaSwag(
          activityLabel: activityLabel, contextA: ctxA, contextB: ctxB, endings: endings,
          label: label, identity: "\(ind ?? -1)")
      }
      let question = try #require(question)
      switch (choices, answer) {
      case (.arc(let choices), nil):
        return try TestDocument.arc(
          question: question, choices: choices.text, labels: choices.label,
          answerKey: try #require(answerKey))
      case (.mmlu(let choices), .index(let answer)):
        return try TestDocument.mmlu(question: question, choices: choices, answer: answer)
      case (nil, .text(let answer)):
        return try TestDocument.gsm8k(question: question, answer: answer)
      default: throw EvaluationError(.invalidDocument, "A row of the oracle has an unknown form.")
      }
    }
  }

  /// Reads the oracle's files, whose keys are in snake case.
  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  private static func lines<Line: Decodable>(_ type: Line.Type, in file: URL) throws -> [Line] {
    let decoder = decoder
    return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
      try decoder.decode(Line.self, from: $0)
    }
  }

  private static func documents(_ path: String) throws -> [Document] {
    try lines(Row.self, in: try #require(shared).appending(path: path)).map { try $0.document() }
  }

  /// A task of the run with its documents; nil where the run did not evaluate it.
  func input(_ task: EvaluationTask) throws -> TaskInput? {
    guard FileManager.default.fileExists(atPath: try samplesFile(task).path) else { return nil }
    let data = "oracles/lm-eval/data/"
    let (test, pool) =
      switch task.name {
      case "arc_challenge": (data + "toy_arc_test.jsonl", data + "toy_arc_train.jsonl")
      case "hellaswag": (data + "toy_hellaswag_val.jsonl", data + "toy_hellaswag_train.jsonl")
      case "gsm8k": (data + "gsm8k_test20.jsonl", "data/gsm8k/train.jsonl")
      default:
        (
          data + task.name.dropFirst("mmlu_".count) + "_test.jsonl",
          data + task.name.dropFirst("mmlu_".count) + "_dev.jsonl"
        )
      }
    return TaskInput(
      task: task, documents: try Self.documents(test), fewShotPool: try Self.documents(pool))
  }

  /// The inputs of a benchmark that the run evaluated.
  func inputs(_ benchmark: Benchmark) throws -> [TaskInput] {
    try benchmark.tasks.compactMap(input)
  }

  static let benchmarks = [
    mmlu, Benchmark(ARCChallenge.task), Benchmark(HellaSwag.task), Benchmark(GSM8K.task),
  ]

  // MARK: - What the harness recorded

  /// A line of a samples file.
  struct Sample: Decodable {
    struct Argument: Decodable {
      let arg0: String
      let arg1: Continuation
    }
    enum Continuation: Decodable {
      case text(String)
      case until([String])

      private struct Generation: Decodable {
        let until: [String]
      }

      init(from decoder: any Decoder) throws {
        if let text = try? String(from: decoder) {
          self = .text(text)
        } else {
          self = .until(try Generation(from: decoder).until)
        }
      }
    }
    enum Response: Decodable {
      case score(Double, Bool)
      case text(String)

      init(from decoder: any Decoder) throws {
        if let text = try? String(from: decoder) {
          self = .text(text)
        } else {
          var values = try decoder.unkeyedContainer()
          let number = try values.decode(String.self)
          self = .score(try #require(Double(number)), try values.decode(String.self) == "True")
        }
      }
    }
    let docId: Int
    let target: String
    let arguments: [String: Argument]
    let resps: [[Response]]
    let filteredResps: [Response]
    let filter: String
    let acc: Double?
    let accNorm: Double?
    let exactMatch: Double?

    /// The requests in their order.
    var requests: [Argument] {
      (0..<arguments.count).compactMap { arguments["gen_args_\($0)"] }
    }

    func value(of metric: Metric) -> Double? {
      switch metric {
      case .accuracy: acc
      case .normalizedAccuracy: accNorm
      case .exactMatch: exactMatch
      default: nil
      }
    }
  }

  /// A line of the token fixtures.
  struct TokenizedRequest: Decodable {
    let task: String
    let docId: Int
    let context: String
    let continuation: String?
    let contextEnc: [Int32]
    let continuationEnc: [Int32]?
    let loglikelihood: Double?
    let isGreedy: Bool?
    let response: String?
  }

  private func samplesFile(_ task: EvaluationTask) throws -> URL {
    let harnessName = task.name == "arc_challenge" ? "arc" : task.name
    return try Self.folder().appending(path: "out/\(name)/samples_local_\(harnessName).jsonl")
  }

  /// The recorded samples of a task: all documents of the first filter, then of the next.
  func samples(_ task: EvaluationTask) throws -> [Sample] {
    try Self.lines(Sample.self, in: samplesFile(task))
  }

  /// The recorded tokens; empty where the oracle holds none.
  func tokenizedRequests() throws -> [TokenizedRequest] {
    let file = try Self.folder().appending(path: "fixtures/tokens_\(name).jsonl")
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return try Self.lines(TokenizedRequest.self, in: file)
  }

  /// A number of results.json, such as that of "mmlu_stem" and "acc_stderr,none".
  func result(_ task: String, _ key: String) throws -> Double {
    let file = try Self.folder().appending(path: "out/\(name)/results.json")
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    let results = root?["results"] as? [String: [String: Any]]
    let harnessName = task == "arc_challenge" ? "arc" : task
    return try #require(results?["local_" + harnessName]?[key] as? Double)
  }

  func loadedModel() throws -> LoadedModel {
    try ModelLoader.load(from: Self.folder().appending(path: "models/\(model)").path)
  }
}
