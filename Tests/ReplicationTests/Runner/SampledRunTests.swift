import Evaluation
import Files
import Foundation
import LanguageModels
import Scoring
import Statistics
import Synchronization
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("A run with several answers to each document") struct SampledRunTests {
  /// The toy with three answers to each of its word problems, of which some run into the limit and some do not.
  private static func sampled(_ text: String) -> String {
    text.replacing(
      "max_new_tokens: 32",
      with:
        "max_new_tokens: 24\n      samples: {count: 3, temperature: 1.3, top_p: 0.9, seed: 5}"
    )
    .replacing("max_steps: 20", with: "max_steps: 6")
    .replacing("keep_checkpoint_every_steps: 10", with: "keep_checkpoint_every_steps: 5")
    .replacing("expectations: expectations/tiny.yaml", with: "")
  }

  private func generations(_ record: SealedRecord, _ arm: String) throws
    -> [SampleResult.Generation]
  {
    try record.samples().filter { $0.arm == arm && $0.evaluation == "gsm8k" }
      .flatMap(\.results).flatMap(\.samples).compactMap { sample in
        if case .generation(let generation) = sample.response { generation } else { nil }
      }
  }

  @Test("holds every answer, what of the error comes of them, and stands up to an audit")
  func audited() async throws {
    let toy = try await AuditToy(manifest: Self.sampled)
    let record = try toy.record()
    for arm in record.summary.arms {
      let answers = try generations(record, arm.name)
      #expect(answers.count == 8 && answers.allSatisfy { $0.texts.count == 3 })
      #expect(answers.allSatisfy { Set($0.texts).count > 1 }, "other numbers give other texts")
      let metric = try #require(arm.metrics.first { $0.task == "gsm8k" })
      #expect(metric.count == 8 && metric.predictionStandardError != nil)
      #expect(
        arm.metrics.allSatisfy { ($0.task == "gsm8k") == ($0.predictionStandardError != nil) })
    }
    let cutOff = try record.summary.arms.flatMap { try generations(record, $0.name) }
      .flatMap(\.areCutOff)
    #expect(Set(cutOff).count == 2, "some are cut off, and some are not")
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
    }
    #expect(report.isIntact, "\(report.entries.flatMap(\.findings))")
  }

  @Test(
    "is caught where an answer, or whether it was cut off, or how it was drawn is not as it was",
    arguments: ["an answer", "cut off", "the seed", "the number of answers"])
  func forged(_ what: String) async throws {
    let toy = try await AuditToy(manifest: Self.sampled)
    try toy.forge { record in
      try record.answer("gsm8k", what == "an answer" ? ["eaft"] : ["base", "sft", "eaft"]) {
        sample, index in
        guard case .generation(let old) = sample.response, let sampling = old.sampling else {
          return nil
        }
        var (texts, areCutOff) = (old.texts, old.areCutOff)
        var (count, seed) = (sampling.count, sampling.seed)
        switch what {
        case "an answer": if index == 3 { texts[2] += " #### 1" }
        case "cut off": if index == 3 { areCutOff[1].toggle() }
        case "the seed": seed += 1
        default:
          count = 2
          texts.removeLast()
          areCutOff.removeLast()
        }
        return .init(
          response: .generation(
            .init(
              texts: texts, stopStrings: old.stopStrings, maximumNewTokens: old.maximumNewTokens,
              sampling: AnswerSampling(
                count: count, temperature: sampling.temperature, topP: sampling.topP, seed: seed),
              areCutOff: areCutOff)))
      }
    }
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
    }
    let entry = try #require(report.entries.first { !$0.findings.isEmpty })
    let isQuestion = ["the seed", "the number of answers"].contains(what)
    #expect(entry.level == (isQuestion ? .inputs : .reevaluation))
    #expect(entry.findings[0].contains(isQuestion ? "sampling" : "document 3"), "\(entry.findings)")
  }

  /// The sampled toy in small, in a folder of its own.
  private func shortened(_ folder: TemporaryFolder) throws -> ManifestFile {
    let manifests = folder.path(of: "manifests")
    try FileManager.default.copyItem(atPath: Checkout.manifests, toPath: manifests)
    try FileManager.default.removeItem(atPath: "\(manifests)/tiny.lock.json")
    let path = "\(manifests)/tiny.yaml"
    let text = Self.sampled(try String(contentsOfFile: path, encoding: .utf8))
    try Data(text.utf8).write(to: URL(filePath: path))
    return try ManifestFile.read(path).shortened(steps: 1)
  }

  @Test("has the same fingerprints for any number of threads, and any size and order of passes")
  func traced() async throws {
    let folder = try TemporaryFolder()
    let file = try shortened(folder)
    let inputs = try await RunInputs(
      InputSources(file, options: RunOptions(artifacts: folder.path, threads: 1)), quiet: true)
    func trace(_ request: TraceRequest) async throws -> ExecutionTrace {
      let execution = try TracedExecution(
        manifest: file.manifest, inputs: inputs, request: request)
      return try await ComputeQueue.run { try execution.run() }.trace
    }
    let reference = try await trace(TraceRequest(threads: 2))
    let texts = reference.evaluations.filter { $0.name == "gsm8k" }.flatMap(\.documents)
    #expect(texts.count == 12 && texts.allSatisfy { $0.text.contains("\n") })
    #expect(TraceComparison.conflict(in: reference) == nil)
    for (threads, rows, sequences) in [(1, 2048, 32), (3, 9, 4), (2, 1, 1)] {
      var request = TraceRequest(threads: threads)
      request.limits = InferenceEngine.PassLimits(rows: rows, sequences: sequences)
      request.order = .shuffled(seed: UInt32(rows))
      let found = try await trace(request)
      #expect(
        TraceComparison.divergences(reference, found, samePasses: false) == [], "\(threads)")
    }
  }

  @Test("goes on where it was interrupted to the same results")
  func resumed() async throws {
    let folder = try TemporaryFolder()
    let file = try shortened(folder)
    func run(_ artifacts: String, after count: Int? = nil) async throws -> Digest? {
      let interruption = Interruption()
      let seen = Mutex(0)
      let runner = Runner(
        file, options: RunOptions(artifacts: folder.path(of: artifacts), threads: 2),
        interruption: interruption
      ) { event in
        guard case .evaluating(let progress) = event, progress.task == "gsm8k",
          progress.completed > 0
        else { return }
        seen.withLock { seen in
          seen += 1
          if seen == count { interruption.request() }
        }
      }
      guard count != nil else { return try await runner.run().record.resultsDigest }
      await #expect(throws: EngineError.self) { try await runner.run() }
      return nil
    }
    _ = try await run("parted", after: 2)
    #expect(folder.files().contains { $0.hasSuffix(".samples.jsonl") })
    let parted = try await run("parted")
    #expect(try await run("whole") == parted)
  }

  @Test("is not asked of lm-evaluation-harness, which draws other numbers")
  func harness() throws {
    let text = try String(contentsOfFile: "\(Checkout.manifests)/tiny.yaml", encoding: .utf8)
    let plain = try ManifestDecoder.decode(Array(text.utf8), name: "tiny.yaml")
    #expect(HarnessEvaluation.obstacles(to: plain) == [])
    let sampled = try ManifestDecoder.decode(Array(Self.sampled(text).utf8), name: "tiny.yaml")
    let obstacles = HarnessEvaluation.obstacles(to: sampled)
    #expect(obstacles.count == 1 && obstacles[0].hasPrefix("The evaluation of 'gsm8k' has"))
    let options = RunOptions(artifacts: "nowhere", threads: 1)
    #expect(
      AxolotlEngine.obstacles(to: sampled, options: options).contains(obstacles[0]))
  }
}
