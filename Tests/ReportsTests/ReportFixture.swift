import Files
import Foundation
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Scoring

/// A sealed record of two arms that were asked the same questions, with texts of strangers wherever there are texts.
struct ReportFixture {
  let fixtures: RunFixtures
  let record: SealedRecord

  /// Whatever else is asked, `text` stands in questions, choices, inputs and the name of the run.
  ///
  /// With `isUneven` one arm was asked something else. `right` has how many documents an arm is right on, by seed.
  init(
    text: String = "plain", isUneven: Bool = false, documents: Int = 4, seeds: [UInt64] = [42],
    right: [String: [Int]] = ["base": [3], "sft": [1], "eaft": [2]]
  ) throws {
    fixtures = try RunFixtures()
    let manifest = [UInt8](
      try Data(contentsOf: URL(filePath: Checkout.manifests).appending(path: "tiny.yaml")))
    let run = try fixtures.begin(
      RunDescription(
        name: text, identity: SHA256.digest(of: text), manifest: manifest,
        session: RunSession(version: "0", code: .noRepository, environment: .current())))
    try run.append(
      .inputs([
        RecordedInput(asset: text, file: text, digest: SHA256.digest(of: "a"), byteCount: 1)
      ]))
    let benchmark = try #require(Benchmark.named("arc_challenge"))
    let trained = ["sft", "eaft"].flatMap { name in
      zip(seeds, right[name] ?? []).map { (name: name, seed: Optional($0), right: $1) }
    }
    let untouched = (name: "base", seed: UInt64?.none, right: right["base"]?.first ?? 0)
    let arms = try ([untouched] + trained).map { name, seed, right in
      let samples = try (0..<documents).map { index in
        try SampleResult(
          task: benchmark.tasks[0], documentIndex: index,
          prompt: "Question \(index): \(text)" + (isUneven && name == "eaft" ? "?" : ""),
          target: "0",
          response: .choices(
            [
              .init(text: text, logLikelihood: index < right ? -1 : -3, isGreedy: false),
              .init(text: "other \(text)", logLikelihood: -2, isGreedy: false),
            ], delimiter: " "), truncatedTokens: 0)
      }
      let lines = samples.map { $0.jsonLine + "\n" }.joined()
      try run.write(
        Array(lines.utf8),
        to: RecordFile.samples(evaluation: "arc_challenge", arm: name, seed: seed))
      let result = BenchmarkResult(
        benchmark, tasks: [try TaskResult(task: benchmark.tasks[0], samples: samples)])
      let steps = (1...3).map {
        RunSummary.Step(number: $0, batchDigest: nil, values: ["loss": 2 / Double($0)])
      }
      return RunSummary.Arm(
        name: name, seed: seed.map(Int.init), steps: seed == nil ? [] : steps,
        metrics: result.summary(of: "arc_challenge"))
    }
    record = try run.seal(RunSummary(arms: arms))
  }

  /// The evidence, judged by a value that is missed and one claim.
  func evidence(expecting: Bool = true, text: String = "plain") throws -> ReportEvidence {
    guard expecting else {
      return try ReportEvidence([record.path], artifacts: "nowhere", expectations: nil)
    }
    // What YAML takes of it; the rest stands in the record.
    let allowed = text.unicodeScalars.filter {
      0x20..<0x7F ~= $0.value || 0xA0..<0xD800 ~= $0.value
    }.prefix(200)
    let quoted = JSONText.quoted(String(String.UnicodeScalarView(allowed)))
    let path = try fixtures.folder.write(
      Array(
        """
        schema: 1
        name: post
        title: \(quoted)
        sources: {post: {title: \(quoted), location: here}}
        arms: {base: Base, sft: SFT, eaft: EAFT}
        unit: fraction
        cells:
          - {task: arc_challenge, metric: acc, label: \(quoted), n: 4, source: post, values: {sft: {value: "0.75", band: {kind: rounding}}, base: {value: "0.75", band: {kind: rounding}}}}
        claims:
          - {id: forgets, statement: \(quoted), source: post, better: {arm: eaft, than: sft, rows: [{task: arc_challenge, metric: acc}]}}
        """.utf8), to: "post.yaml")
    return try ReportEvidence(
      [record.path], artifacts: "nowhere", expectations: ExperimentFile.read(path))
  }
}
