import Foundation
import Provenance
import Scoring
import TestSupport
import Testing

@testable import Files
@testable import Manifests
@testable import Replication

/// The evaluator alone, in process, on the toy of the repository.
@Suite("An evaluation of a model") struct ModelEvaluationTests {
  private static let tasks = ["gsm8k", "arc_challenge", "hellaswag", "mmlu"]
  private static let documentCount = 12 + 12 + 12 + 16

  @Test("scores every document, writes results and samples, and removes its journal")
  func endToEnd() async throws {
    let toy = try EvaluatedToy()
    let request = toy.request(Self.tasks)
    let outcome = try await toy.run(request)
    #expect(outcome.results.map(\.name) == Self.tasks)
    let samples = outcome.results.flatMap(\.tasks).flatMap(\.samples)
    #expect(samples.count == Self.documentCount)
    let written = try toy.written(request)
    #expect(!written.keys.contains("unfinished.jsonl"))
    let results = try #require(written.first { $0.key.hasSuffix("results.json") })
    #expect(results.value.contains("\"mmlu_other\""))
    #expect(written.keys.count { $0.contains("samples_") } == 3 + outcome.results[3].tasks.count)
    #expect(outcome.warnings.count == 4)
    #expect(outcome.warnings[0].contains("gsm8k has 12 documents instead of 1319"))
    #expect(outcome.warnings[3].contains("of its 57 tasks have none"))
  }

  @Test("goes on where it was interrupted, document by document, and comes to the same bytes")
  func resumes() async throws {
    let toy = try EvaluatedToy()
    let whole = toy.request(Self.tasks, output: "whole")
    _ = try await toy.run(whole)
    let parted = toy.request(Self.tasks, output: "parted")
    try await toy.interrupted(parted, after: 5)
    let journal = toy.folder.path(of: "parted/unfinished.jsonl")
    #expect(try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n").count == 6)
    try await toy.interrupted(parted, after: 20)
    // What a kill in the middle of a line leaves.
    let half = try Data(contentsOf: URL(filePath: journal)) + Data("{\"task\":\"gsm".utf8)
    try half.write(to: URL(filePath: journal))
    let outcome = try await toy.run(parted, threads: 1)
    #expect(try toy.written(parted) == toy.written(whole))
    #expect(
      outcome.results.flatMap(\.tasks).flatMap(\.samples).count == Self.documentCount)
  }

  @Test("refuses an unfinished evaluation that is not the same, and says in what it differs")
  func refusesOtherJournals() async throws {
    let toy = try EvaluatedToy()
    var request = toy.request(["arc_challenge"])
    try await toy.interrupted(request, after: 2)
    request.limit = 4
    request.chatTemplateName = "gemma3"
    let error = await #expect(throws: EvaluationCommandError.self) { try await toy.run(request) }
    #expect(error?.code == .output)
    #expect(error?.message.contains("differs in limit, chat_template:") == true)
  }

  @Test("a limit asks the first documents of each task, and is no reason to warn")
  func limit() async throws {
    let toy = try EvaluatedToy()
    var request = toy.request(["hellaswag", "mmlu_elementary_mathematics"])
    request.limit = 3
    let outcome = try await toy.run(request)
    #expect(
      outcome.results.flatMap(\.tasks).map { $0.samples.map(\.documentIndex) }
        == [[0, 1, 2], [0, 1, 2]])
    #expect(outcome.warnings.isEmpty)
  }

  @Test("says how many prompts were cut")
  func truncation() async throws {
    let toy = try EvaluatedToy()
    var request = toy.request(["hellaswag"])
    request.maximumLength = 30
    let warnings = try await toy.run(request).warnings
    #expect(warnings.contains { $0.contains("12 of 12 prompts of hellaswag were longer") })
  }

  // MARK: - Errors

  private func error(
    _ tasks: [String], _ change: (EvaluatedToy, inout ModelEvaluationRequest) throws -> Void
  ) async throws -> (any Error)? {
    let toy = try EvaluatedToy()
    var request = toy.request(tasks)
    try change(toy, &request)
    do {
      _ = try await toy.run(request)
      return nil
    } catch {
      // Nothing is left of an evaluation that never began.
      #expect(!toy.folder.files().contains { $0.hasPrefix("output/") })
      return error
    }
  }

  @Test("Options that do not fit the model or the data end in one sentence with the option")
  func options() async throws {
    typealias Change = (inout ModelEvaluationRequest) -> Void
    let cases: [(tasks: [String], sentence: String, change: Change)] =
      [
        (["gsm"], "There is no task named \"gsm\"; there are mmlu, arc_challenge", { _ in }),
        (
          ["arc_challenge"], "brings no chat template; evaluate it without --apply-chat-template",
          { $0.appliesChatTemplate = true }
        ),
        (
          ["arc_challenge"], "takes gemma3 or chatml-smollm2 or llama3 or qwen2.5 or qwen3",
          { $0.chatTemplateName = "gemma" }
        ),
        (
          ["gsm8k"], "leaves no room for a prompt in the", { $0.maximumNewTokens = 1_000_000 }
        ),
        (["mmlu"], "draw 6 rows, but the few-shot split holds 2", { $0.fewShotCount = 6 }),
        (["gsm8k"], "no file gsm8k/train.jsonl, .jsonl.gz or .arrow", { $0.fewShotCount = 2 }),
        (["aime25"], "the split 'test' of math-ai/aime25 as aime25/test.jsonl", { _ in }),
        (["mmlu_anatomy"], "no document of mmlu_anatomy in mmlu/test.jsonl", { _ in }),
        (["ifeval"], "No pinned source has the documents of ifeval", { $0.dataFolder = nil }),
        (
          ["hellaswag"], "or --num-fewshot 0",
          {
            $0.dataFolder = nil
            $0.fewShotCount = 1
          }
        ),
        (["gsm8k"], "may not be downloaded offline", { $0.dataFolder = nil }),
        (["gsm8k"], "There is no model at /nowhere", { $0.model = "/nowhere" }),
      ]
    for (tasks, sentence, change) in cases {
      let error = try await error(tasks) { change(&$1) }
      #expect(error.map { "\($0)" }?.contains(sentence) == true, "\(sentence): \(error as Any)")
    }
  }

  @Test("A model that is not computed is refused before anything is brought for it")
  func unsupportedModel() async throws {
    let error = try await error(["gsm8k"]) { toy, request in
      let config = try toy.folder.write(Array(#"{"model_type": "bert"}"#.utf8), to: "m/config.json")
      request.model = String(config.dropLast("/config.json".count))
      // What is missing of this would be told next.
      request.dataFolder = nil
    }
    #expect(error.map { "\($0)" }?.contains("model_type bert") == true, "\(error as Any)")
  }

  @Test("A row without a field is named by file and line")
  func missingField() async throws {
    let error = try await error(["gsm8k"]) { toy, _ in
      let lines = "{\"question\":\"a\",\"answer\":\"1\"}\n{\"question\":\"b\"}\n"
      _ = try toy.folder.write(Array(lines.utf8), to: "data/gsm8k/test.jsonl")
    }
    let sentence = "There is no field 'answer' in line 2 of gsm8k/test.jsonl"
    #expect(error.map { "\($0)" }?.contains(sentence) == true)
  }

  @Test("A folder that cannot be made is reported before anything else is done")
  func output() async throws {
    let error = try await error(["gsm8k"]) { toy, request in
      request.output = try toy.folder.write([], to: "file")
      request.model = "/nowhere"
    }
    #expect(error.map { "\($0)" }?.contains("is not a folder") == true)
  }
}
