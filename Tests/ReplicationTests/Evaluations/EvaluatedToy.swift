import Files
import Foundation
import LanguageModels
import Provenance
import Synchronization
import TestSupport
import Testing

@testable import Replication

/// The toy model of the repository as a checkpoint, and its data as a data folder, in a folder of their own.
struct EvaluatedToy {
  let folder: TemporaryFolder
  var model: String { folder.path(of: "model") }
  var data: String { folder.path(of: "data") }

  init() throws {
    folder = try TemporaryFolder()
    let tiny = "\(Checkout.manifests)/tiny"
    let loaded = ModelLoader.initialized(
      try ModelDescription(
        configurationPath: "\(tiny)/config.json", tokenizerPath: "\(tiny)/tokenizer.json",
        tokenizerConfigurationPath: "\(tiny)/tokenizer_config.json"),
      seed: 7, standardDeviation: 0.02)
    try HuggingFaceFolder.save(
      loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: folder.path(of: "model"))
    for (source, name) in [
      ("mmlu", "mmlu/test"), ("mmlu_dev", "mmlu/dev"), ("hellaswag", "hellaswag/validation"),
      ("arc_challenge", "arc_challenge/test"), ("gsm8k", "gsm8k/test"),
    ] {
      let bytes = try Data(contentsOf: URL(filePath: "\(tiny)/\(source).jsonl"))
      _ = try folder.write(Array(bytes), to: "data/\(name).jsonl")
    }
  }

  /// A request for the toy's own data that writes to a folder of this name.
  func request(_ tasks: [String], output: String = "output") -> ModelEvaluationRequest {
    var request = ModelEvaluationRequest(
      model: model, tasks: tasks, output: folder.path(of: output))
    request.dataFolder = data
    request.manifestFolders = [Checkout.manifests]
    request.fewShotCount = 0
    request.maximumNewTokens = 8
    return request
  }

  func run(
    _ request: ModelEvaluationRequest, threads: Int = 2,
    interruption: Interruption = Interruption(),
    report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> EvaluationOutcome {
    var options = RunOptions(artifacts: folder.path(of: "artifacts"), threads: threads)
    options.isOffline = true
    return try await ModelEvaluation(
      request, options: options, interruption: interruption, report: report
    ).run()
  }

  /// Asks as many documents as `count` and is then interrupted.
  func interrupted(_ request: ModelEvaluationRequest, after count: Int) async throws {
    let interruption = Interruption()
    let done = Mutex(0)
    await #expect(throws: EngineError.self) {
      _ = try await run(request, interruption: interruption) { event in
        guard case .evaluating(let progress) = event, progress.completed > 0 else { return }
        let isEnough = done.withLock { done in
          done += 1
          return done >= count
        }
        if isEnough { interruption.request() }
      }
    }
  }

  /// The written files by name, without the parts that tell the time.
  func written(_ request: ModelEvaluationRequest) throws -> [String: String] {
    var files: [String: String] = [:]
    let output = URL(filePath: request.output).lastPathComponent
    for name in folder.files() where name.hasPrefix(output + "/") {
      let text = try String(contentsOfFile: folder.path(of: name), encoding: .utf8)
      let stem = name.replacing(/_[0-9T:.\-]+\.json/, with: ".json")
        .replacing(/^[^\/]*\//, with: "")
      files[stem] = text.replacing(/"(date|total_evaluation_time_seconds)": [^\n]*/, with: "")
    }
    return files
  }
}
