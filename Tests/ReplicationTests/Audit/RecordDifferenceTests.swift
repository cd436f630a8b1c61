import Files
import Foundation
import Provenance
import RecordFixtures
import Scoring
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("The difference of two records") struct RecordDifferenceTests {
  /// A run of the toy with parts of its manifest replaced.
  private func run(_ replacements: [(String, String)], in folder: TemporaryFolder) async throws
    -> SealedRecord
  {
    let source = Checkout.manifests
    let manifests = folder.path(of: "manifests")
    try FileManager.default.copyItem(atPath: source, toPath: manifests)
    try? FileManager.default.removeItem(atPath: "\(manifests)/tiny.lock.json")
    let path = "\(manifests)/tiny.yaml"
    var text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new) in replacements {
      try #require(text.contains(old))
      text = text.replacing(old, with: new)
    }
    try put(Array(text.utf8), path)
    return try await Runner(
      try ManifestFile.read(path),
      options: RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2), report: { _ in }
    ).run().record
  }

  @Test("of a record from itself is none, and of a repetition only what is about the session")
  func same() async throws {
    let toy = try await AuditToy()
    let record = try toy.record()
    let difference = try RecordDifference(record, record)
    #expect(difference.isSame && difference.causes.isEmpty && difference.unmatched.isEmpty)
    let folder = try TemporaryFolder()
    let again = try RecordDifference(record, try await run([], in: folder))
    #expect(again.isSame && again.unmatched.isEmpty)
    #expect(!again.letters.contains("M") && !again.letters.contains("I"))
  }

  @Test(
    "names the changed setting, the first step that it shows in, and documents answered otherwise")
  func learningRate() async throws {
    let toy = try await AuditToy()
    let folder = try TemporaryFolder()
    let text = try String(contentsOfFile: toy.file.path, encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.contains("learning_rate:") })
    let other = try await run([(String(line), "  learning_rate: 1.0e-3")], in: folder)
    let difference = try RecordDifference(try toy.record(), other)
    #expect(!difference.isSame && difference.letters.hasPrefix("M"))
    #expect(difference.causes[0].values.map(\.path) == ["manifest.training.learning_rate"])
    // The warm-up begins with a rate of 0, so that both are the same until the rate of the second step.
    #expect(difference.trainings.count == 2)
    #expect(
      difference.trainings.allSatisfy { $0.contains("step 2:") && $0.contains("learning_rate") })
    #expect(difference.evaluations.allSatisfy { !$0.arm.hasPrefix("base") })
    let answered = difference.evaluations.flatMap(\.documents)
    #expect(!answered.isEmpty && answered.allSatisfy { $0.reason == .text })
  }

  @Test("tells documents that were not asked, and scores of the same answer that changed")
  func itemsAndScorer() async throws {
    let toy = try await AuditToy()
    let record = try toy.record()
    let folder = try TemporaryFolder()
    let other = try await run([("limit: 8", "limit: 6")], in: folder)
    let fewer = try RecordDifference(record, other)
    #expect(fewer.trainings.isEmpty)
    #expect(fewer.evaluations.count == 3)
    #expect(fewer.evaluations.allSatisfy { $0.evaluation == "gsm8k" && $0.count(.items) == 2 })

    let samples = try record.samples()
    let part = try #require(samples.first { $0.evaluation == "arc_challenge" })
    let rescored = try ArmSamples(
      arm: part.arm, seed: part.seed, evaluation: part.evaluation, benchmark: part.benchmark,
      results: part.results.map { result in
        try TaskResult(
          task: result.task,
          samples: result.samples.map { sample in
            let line = sample.jsonLine
            let score = "{\"metric\":\"acc_norm\",\"filter\":\"none\",\"value\":"
            let changed = line.replacing(score + "1.0}", with: score + "0.0}")
            return try SampleResult(jsonLine: Array(changed.utf8))
          })
      })
    let scorer = EvaluationDifference(arm: "base", part, rescored)
    #expect(scorer.count(.text) == 0 && scorer.count(.items) == 0)
    // The toy is right on 2 of 12 questions before it is trained.
    #expect(scorer.count(.scorer) == 2 && scorer.documents.count == 2 && scorer.commonCount == 12)
    #expect(scorer.metrics.map(\.name).contains("acc_norm,none") && !scorer.isAggregatedOtherwise)
  }

  @Test("of records that have nothing in common is refused")
  func unrelated() throws {
    let fixtures = try RunFixtures()
    let a = try fixtures.begin(RunFixtures.description("a")).seal(RunSummary(arms: []))
    let b = try fixtures.begin(RunFixtures.description("b")).seal(RunFixtures.summary)
    #expect(throws: RunError.self) { try RecordDifference(a, b) }
  }
}
