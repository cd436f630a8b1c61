import Files
import Foundation
import LanguageModels
import Scoring
import TestSupport
import Testing
import Tokenizers

@testable import Assets
@testable import Manifests
@testable import Replication

/// Folders with real files, where there are any.
private let wheels = namedFolder("REPLICATE_WHEELS")
private let shared = namedFolder("REPLICATE_SHARED")

@Suite("Real benchmarks") struct RealBenchmarkTests {
  private func data(
    _ names: [String], artifacts: TemporaryFolder,
    _ change: (inout ModelEvaluationRequest) throws -> Void
  ) async throws -> EvaluationData {
    var request = ModelEvaluationRequest(model: "", tasks: names, output: "")
    request.manifestFolders = [Checkout.manifests]
    try change(&request)
    let resolver = AssetResolver(
      store: ArtifactStore(root: artifacts.path(of: "store")),
      mirrorFolders: [wheels].compactMap(\.self), isOffline: true, report: { _ in })
    return try await EvaluationData(
      try Benchmark.selected(by: names), request: request, resolver: resolver)
  }

  @Test(
    "Pinned sources give every document of the full splits",
    .enabled(if: wheels != nil, "set REPLICATE_WHEELS"))
  func pinnedSizes() async throws {
    let artifacts = try TemporaryFolder()
    let names = ["mmlu", "hellaswag", "arc_challenge", "gsm8k"]
    let data = try await data(names, artifacts: artifacts) { $0.fewShotCount = 0 }
    #expect(data.parts.map(\.count) == [14042, 10042, 1172, 1319])
    #expect(data.parts.map(\.expectedCount) == data.parts.map(\.count))
    let mmlu = data.parts[0].inputs
    #expect(mmlu.count == 57)
    #expect(mmlu.allSatisfy { $0.documents.count == $0.task.documentCount })
    let shown = try await self.data(["mmlu"], artifacts: artifacts) { $0.fewShotCount = 5 }
    #expect(shown.parts[0].inputs.allSatisfy { $0.fewShotPool.count == 5 })
    // Rows of other forms come out in that of the original data set.
    let row = data.parts[2].tasks[0].rows[0]
    #expect(row["choices"]?["label"] == ["A", "B", "C", "D"])
    #expect(row["answerKey"]?.stringValue == "C")
    #expect(row["question"]?.stringValue?.hasPrefix("An astronomer observes") == true)
  }

  @Test(
    "Data that no pinned source has gives every document of the full splits",
    .enabled(if: shared != nil && wheels != nil, "set REPLICATE_SHARED and REPLICATE_WHEELS"))
  func passedSizes() async throws {
    let shared = try #require(shared)
    let folder = try TemporaryFolder()
    for (source, name) in [
      ("ifeval/input_data", "ifeval/train"), ("gsm8k/test", "gsm8k/test"),
      ("gsm8k/train", "gsm8k/train"), ("aime/aime24", "aime24/train"),
      ("aime/aime25", "aime25/test"),
    ] {
      let bytes = try OpenFile.contents(of: "\(shared)/data/\(source).jsonl")
      _ = try folder.write(bytes, to: "\(name).jsonl")
    }
    let names = ["ifeval", "gsm8k", "aime24", "aime25"]
    let data = try await data(names, artifacts: folder) { $0.dataFolder = folder.path }
    #expect(data.parts.map(\.count) == [541, 1319, 30, 30])
    #expect(data.parts[1].inputs[0].fewShotPool.count == 7473)
    #expect(data.tools != nil)
    let instructions = data.parts[0].inputs[0].documents.reduce(0) { count, document in
      guard case .instructions(let instructions) = document.answer else { return count }
      return count + instructions.count
    }
    #expect(instructions == 834)
  }

  @Test(
    "The chat templates of real checkpoints are recognised",
    .enabled(if: shared != nil, "set REPLICATE_SHARED"))
  func chatTemplates() throws {
    let models = "\(try #require(shared))/oracles/lm-eval/models"
    for (name, expected) in [("tiny-llama", "chatml-smollm2"), ("tiny-gemma3", "gemma3")] {
      let text = try TokenizerFiles(folder: "\(models)/\(name)").chatTemplate()
      let template = try KnownChatTemplate.choose(text, name: nil, model: name)
      #expect(template.rawValue == expected)
    }
  }

  /// A recorded run of the harness and what it was run with.
  struct Oracle: Sendable, CustomTestStringConvertible {
    let name: String
    let model: String
    let tasks: [String]
    var fewShotCount: Int?
    var appliesChatTemplate = false
    var maximumNewTokens: Int?

    var testDescription: String { name }

    static let all = [
      Oracle(
        name: "gemma_plain_0shot", model: "tiny-gemma3",
        tasks: ["gsm8k", "arc_challenge", "hellaswag"], fewShotCount: 0),
      Oracle(
        name: "gemma_chat_0shot", model: "tiny-gemma3",
        tasks: ["gsm8k", "arc_challenge", "hellaswag"], fewShotCount: 0, appliesChatTemplate: true),
      Oracle(
        name: "gemma_plain_3shot", model: "tiny-gemma3", tasks: ["arc_challenge", "hellaswag"],
        fewShotCount: 3),
      Oracle(
        name: "llama_plain_0shot", model: "tiny-llama",
        tasks: ["gsm8k", "arc_challenge", "hellaswag"], fewShotCount: 0),
      Oracle(
        name: "llama_plain_default", model: "tiny-llama", tasks: ["gsm8k"], maximumNewTokens: 48),
    ]
  }

  @Test(
    "The command writes what the harness wrote, document by document",
    .enabled(if: shared != nil, "set REPLICATE_SHARED"), arguments: Oracle.all)
  func matchesHarness(oracle: Oracle) async throws {
    let folder = "\(try #require(shared))/oracles/lm-eval"
    let temporary = try TemporaryFolder()
    let train = "\(try #require(shared))/data/gsm8k/train.jsonl"
    for (source, name) in [
      ("\(folder)/data/gsm8k_test20.jsonl", "gsm8k/test"), (train, "gsm8k/train"),
      ("\(folder)/data/toy_arc_test.jsonl", "arc_challenge/test"),
      ("\(folder)/data/toy_arc_train.jsonl", "arc_challenge/train"),
      ("\(folder)/data/toy_hellaswag_val.jsonl", "hellaswag/validation"),
      ("\(folder)/data/toy_hellaswag_train.jsonl", "hellaswag/train"),
    ] {
      _ = try temporary.write(try OpenFile.contents(of: source), to: "data/\(name).jsonl")
    }
    var request = ModelEvaluationRequest(
      model: "\(folder)/models/\(oracle.model)", tasks: oracle.tasks,
      output: temporary.path(of: "output"))
    request.dataFolder = temporary.path(of: "data")
    request.fewShotCount = oracle.fewShotCount
    request.appliesChatTemplate = oracle.appliesChatTemplate
    request.maximumNewTokens = oracle.maximumNewTokens
    let outcome = try await ModelEvaluation(
      request, options: RunOptions(artifacts: temporary.path(of: "artifacts"), threads: 2),
      report: { _ in }
    ).run()
    let place = URL(filePath: outcome.resultsPath).deletingLastPathComponent().path
    let files = try FileManager.default.contentsOfDirectory(atPath: place)
    for task in oracle.tasks {
      let name = task == "arc_challenge" ? "arc" : task
      let own = try #require(files.first { $0.hasPrefix("samples_\(task)_") })
      try compare(
        try lines("\(place)/\(own)"),
        try lines("\(folder)/out/\(oracle.name)/samples_local_\(name).jsonl"))
    }
    try compareScores(of: outcome, oracle, in: folder)
  }

  private func lines(_ path: String) throws -> [JSON] {
    try OpenFile.contents(of: path).split(separator: UInt8(ascii: "\n")).map {
      try JSONParser.parse(Array($0), source: path, dialect: .python)
    }
  }

  /// Equal documents, prompts, targets, texts and scores; log-likelihoods within 1e-3.
  private func compare(_ own: [JSON], _ harness: [JSON]) throws {
    try #require(own.count == harness.count && !own.isEmpty)
    for (line, expected) in zip(own, harness) {
      for key in [
        "doc_id", "doc", "doc_hash", "prompt_hash", "target_hash", "target", "filter", "acc",
        "acc_norm", "exact_match",
      ] {
        #expect(line[key] == expected[key], "\(key) of \(expected["doc_id"] as Any)")
      }
      let pair = [line, expected].map { $0["filtered_resps"]?.arrayValue ?? [] }
      try #require(pair[0].count == pair[1].count)
      for (response, other) in zip(pair[0], pair[1]) {
        guard let parts = response.arrayValue, let others = other.arrayValue else {
          #expect(response == other)
          continue
        }
        #expect(parts[1] == others[1])
        let values = try [parts, others].map { try #require(number($0[0])) }
        #expect(abs(values[0] - values[1]) < 1e-3)
      }
    }
  }

  private func number(_ value: JSON) -> Double? {
    value.doubleValue ?? value.stringValue.flatMap(Double.init)
  }

  /// Every score and standard error of the results file within 1e-9.
  private func compareScores(
    of outcome: EvaluationOutcome, _ oracle: Oracle, in folder: String
  ) throws {
    func results(_ path: String) throws -> JSON {
      try JSONParser.parse(try OpenFile.contents(of: path), source: path, dialect: .python)
    }
    let own = try results(outcome.resultsPath)
    let harness = try results("\(folder)/out/\(oracle.name)/results.json")
    for task in oracle.tasks {
      let name = task == "arc_challenge" ? "arc" : task
      let expected = try #require(harness["results"]?["local_\(name)"]?.objectValue)
      for (key, value) in expected.members where key.contains(",") {
        let found = try #require(own["results"]?[task]?[key]?.doubleValue, "\(key)")
        #expect(abs(found - (value.doubleValue ?? .nan)) < 1e-9, "\(task) \(key)")
      }
    }
  }
}
