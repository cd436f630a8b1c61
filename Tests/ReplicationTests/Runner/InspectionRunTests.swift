import Files
import Foundation
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

/// Runs whose manifest has weights and tokens of each arm looked at.
@Suite("Runs with an inspection") struct InspectionRunTests {
  private static func inspecting(_ inspection: String) -> (String) -> String {
    { text in
      text.replacing("max_steps: 20", with: "max_steps: 6")
        .replacing("seeds: [42]", with: "seeds: [42, 43]")
        .replacing(
          "\nexpectations: expectations/tiny.yaml", with: "\ninspection: \(inspection)\n")
    }
  }

  private static var whole: (String) -> String {
    inspecting("{weights: true, tokens: {examples: 5}}")
  }

  @Test("hold what every trained arm has moved and where its loss is, which an audit computes anew")
  func audited() async throws {
    let toy = try await AuditToy(manifest: Self.whole)
    let record = try toy.record()
    let arms = record.summary.arms
    #expect(arms.map { $0.inspection == nil } == [true, false, false, false, false])
    let inspections = arms.compactMap(\.inspection)
    for inspection in inspections {
      let distances = inspection.distances
      #expect(distances[0].tensors == "all" && distances[0].distance > 0)
      // Squares of parts are those of the whole.
      let parts = distances.dropFirst().reduce(0) { $0 + $1.distance * $1.distance }
      #expect(abs(parts / (distances[0].distance * distances[0].distance) - 1) < 1e-12)
      #expect(distances.dropFirst().reduce(0) { $0 + $1.count } == distances[0].count)
      let groups = try #require(inspection.tokens).groups
      #expect(groups.count == 4)
      let density = try #require(inspection.tokens?.density)
      let count = groups.reduce(0) { $0 + $1.count }
      #expect(density.before.reduce(0, +) == count && density.after.reduce(0, +) == count)
      let loss = groups.reduce((0, 0)) { ($0.0 + $1.before.loss, $0.1 + $1.after.loss) }
      #expect(loss.1 < loss.0, "Training lowers the loss of its own examples.")
    }
    // Of one seed, arms are divided alike, and differ in what their losses do.
    func tokens(_ index: Int) throws -> ArmInspection.Tokens {
      try #require(inspections[index].tokens)
    }
    #expect(try tokens(0).groups.map(\.count) == tokens(2).groups.map(\.count))
    #expect(try tokens(0).entropyThreshold == tokens(2).entropyThreshold)
    #expect(try tokens(0).groups.map(\.before) != tokens(2).groups.map(\.before))
    let report = try await toy.audit { $0.reevaluationCount = 1 }
    #expect(report.entries.flatMap(\.findings) == [])
    #expect(
      report.entries.flatMap(\.notes).contains { $0.contains("inspected anew, every bit") })
  }

  @Test("are caught where somebody changed a number, in the summary alone or in the log too")
  func forged() async throws {
    func change(_ arm: inout RunSummary.Arm) {
      arm.inspection?.distances[1] = ArmInspection.Distance(
        tensors: "model.embed_tokens.weight", count: 1, distance: 1, baseNorm: 2)
    }
    let toy = try await AuditToy(manifest: Self.whole)
    try toy.forge { $0.change("sft", change) }
    let report = try await toy.audit {
      $0.reevaluationCount = 1
      $0.isExhaustive = true
    }
    let findings = report.entries.flatMap(\.findings)
    #expect(findings.contains { $0.contains("inspection") && $0.contains("The log tells") })
    #expect(findings.contains { $0.contains("recorded against computed again") })
  }

  @Test("agree with records of before, which have no grid of tokens")
  func earlier() async throws {
    let toy = try await AuditToy(manifest: Self.whole)
    for arm in ["sft", "eaft"] {
      try toy.forge { $0.change(arm) { $0.inspection?.tokens?.density = nil } }
    }
    let report = try await toy.audit {
      $0.reevaluationCount = 1
      $0.isExhaustive = true
    }
    // What was taken away here stands in the log still.
    let findings = report.entries.flatMap(\.findings)
    #expect(findings.contains { $0.contains("The log tells") })
    #expect(!findings.contains { $0.contains("recorded against computed again") })
  }

  @Test("are other runs than those without, and miss nothing that the manifest asks for")
  func identity() async throws {
    let plain = try await AuditToy(manifest: Self.inspecting("{weights: true}"))
    let inspections = try plain.record().summary.arms.compactMap(\.inspection)
    #expect(inspections.allSatisfy { $0.tokens == nil && !$0.distances.isEmpty })
    let asked = try ManifestFixtures.decoded(Self.whole)
    let structure = RecordStructure(record: try plain.record(), manifest: asked)
    #expect(structure.findings().contains { $0.contains("inspected otherwise") })
    #expect(asked.canonical != plain.file.manifest.canonical)
  }

  @Test("are the same in one process and in jobs, and a second run finds them done")
  func jobs() async throws {
    let toy = try await AuditToy(manifest: Self.whole)
    let folder = try TemporaryFolder()
    let options = RunOptions(artifacts: folder.path(of: "jobs"), threads: 1)
    let runner = Runner(toy.file, options: options, report: { _ in })
    let jobs = try await runner.run(only: ["sft", "eaft:43"])
    #expect(jobs.remaining == ["base", "eaft:42"])
    let plan = try await runner.plan()
    let inspections = plan.steps.filter { $0.work == .inspection }
    #expect(inspections.map { $0.reuse != nil } == [true, true, false, true])
    let outcome = try await runner.run()
    #expect(outcome.record.resultsDigest == (try toy.record().resultsDigest))
  }
}

/// The toy's manifest with a change of its text.
private enum ManifestFixtures {
  static func decoded(_ change: (String) -> String) throws -> Manifest {
    let text = try String(contentsOfFile: "\(Checkout.manifests)/tiny.yaml", encoding: .utf8)
    return try ManifestDecoder.decode(Array(change(text).utf8), name: "tiny")
  }
}
