import Files
import Foundation
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication
@testable import Scoring

/// Runs whose arms are compared with the untouched model token by token.
@Suite("Runs on given texts") struct GivenTextRunTests {
  /// The toy with two seeds, a learning rate of one arm's own, and texts beside its benchmarks.
  private func toy() async throws -> AuditToy {
    try await AuditToy { text in
      text.replacing("max_steps: 20", with: "max_steps: 6")
        .replacing("seeds: [42]", with: "seeds: [42, 43]")
        .replacing(
          "  eaft:\n    objective: eaft\n    preset: axolotl-0.14\n",
          with:
            "  eaft:\n    objective: eaft\n    preset: axolotl-0.14\n    learning_rate: 2.0e-3\n"
        )
        .replacing(
          "\nexpectations: expectations/tiny.yaml",
          with: """

                - task: general_text
                  documents: hellaswag
                  format: jsonl
                  fields: {text: ctx_a}
                  num_fewshot: 0
                - task: target_text
                  documents: arc-challenge
                  format: jsonl
                  fields:
                    user: {field: question, first_words: 4, add_prefix: "Say: "}
                    assistant: {field: question, replace_words: {share: 0.2, seed: 7}}
                  num_fewshot: 0
                  chat_template: true
                  limit: 5
            """)
    }
  }

  @Test("hold how far each arm has moved, which an audit computes anew to the bit")
  func audited() async throws {
    let toy = try await toy()
    let samples = try toy.record().samples()
    let divergences = samples.filter { $0.evaluation == "general_text" }.map { samples in
      (arm: samples.arm, value: samples.results[0].metrics[2].value)
    }
    #expect(divergences.map(\.arm) == ["base", "sft", "sft", "eaft", "eaft"])
    #expect(toy.file.manifest.declaredDifferences.count == 1)
    #expect(divergences[0].value == 0)
    #expect(divergences.dropFirst().allSatisfy { $0.value > 1e-3 })
    #expect(Set(divergences.map(\.value)).count == 5)
    let report = try await toy.audit {
      $0.rescores = true
      $0.reevaluationCount = 1000
    }
    #expect(report.entries.flatMap(\.findings) == [])
    for level in [.rescoring, .reevaluation] as [AuditReport.Level] {
      #expect(report.entries.first { $0.level == level }?.status == .passed)
    }
  }

  @Test("are judged by claims over their seeds, and shown by what they measured")
  func judged() async throws {
    let toy = try await toy()
    let results = try MeasuredResults(digest: nil, samples: toy.record().samples())
    let row = DocumentedResults.RowName(task: "general_text", metric: "kl_from_base")
    let arm = try ArmRow(row, arm: "sft", in: results)
    #expect(arm.values.count == 2 && arm.items.contains { $0.weight != 1 })
    let table = try #require(
      ResultTable(manifest: toy.file.manifest, samples: try toy.record().samples()))
    #expect(table.rows.suffix(2).map(\.task) == ["general_text", "target_text"])
    #expect(table.rows.suffix(2).map(\.metric) == ["kl_from_base,none", "nats_per_token,none"])
  }

  @Test("are refused by an audit when one bit of a divergence was changed")
  func forged() async throws {
    let toy = try await toy()
    let reevaluation = try await toy.audit { $0.reevaluationCount = 1000 }
    #expect(reevaluation.exitCode == 0)
    try toy.forge { forged in
      let file = forged.name("general_text", "sft")
      let sample = try #require(forged.samples[file]?.first)
      guard case .passage(let passage, let delimiter) = sample.response else {
        Issue.record("The response is of another kind.")
        return
      }
      let moved = SampleResult.ScoredPassage(
        choice: passage.choice, tokenCount: passage.tokenCount,
        divergence: passage.divergence.nextUp)
      forged.samples[file]?[0] = try SampleResult(
        task: GivenText.general, documentIndex: sample.documentIndex, prompt: sample.prompt,
        target: sample.target, source: sample.source,
        response: .passage(moved, delimiter: delimiter), truncatedTokens: sample.truncatedTokens)
    }
    let report = try await toy.audit {
      $0.reevaluationCount = 1000
      $0.isExhaustive = true
    }
    #expect(report.entries.first { $0.level == .reevaluation }?.status == .failed)
  }
}
