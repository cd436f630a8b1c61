import Files
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("Runs in bfloat16") struct PrecisionRunTests {
  private static func manifest(_ precision: TrainingPrecision) -> (String) -> String {
    {
      $0.replacing(
        "  schedule: cosine\n", with: "  schedule: cosine\n  precision: \(precision.rawValue)\n"
      ).replacing("expectations: expectations/tiny.yaml\n", with: "")
    }
  }

  @Test(
    "are recorded, and an audit finds every step, replayed, and every value as recorded",
    arguments: [TrainingPrecision.mixed, .bfloat16])
  func audited(precision: TrainingPrecision) async throws {
    let toy = try await AuditToy(manifest: Self.manifest(precision))
    let report = try await toy.audit {
      $0.rescores = true
      $0.replayCount = 2
    }
    #expect(report.entries.flatMap(\.findings) == [])
    let replay = try #require(report.entries.last)
    #expect(replay.notes[0].contains("4 of 4 segments, every bit as recorded"))
    let rounds = precision == .bfloat16
    for arm in try toy.record().summary.arms where !arm.steps.isEmpty {
      for step in arm.steps {
        let (updates, vanished) = (step.values["updates"], step.values["vanished_updates"])
        #expect((updates != nil) == rounds && (vanished != nil) == rounds)
        if let updates, let vanished { #expect(0 <= vanished && vanished <= updates) }
      }
      #expect((arm.steps.contains { ($0.values["vanished_updates"] ?? 0) > 0 }) == rounds)
    }
  }

  @Test("without the count of an update that vanished are not whole")
  func forged() async throws {
    let toy = try await AuditToy(manifest: Self.manifest(.bfloat16))
    try toy.forge { forged in
      forged.changeSteps { if $0.number == 4 { $0.values["vanished_updates"] = nil } }
    }
    let findings = try await toy.audit().entries.flatMap(\.findings)
    #expect(findings.contains { $0.contains("Step 4 of") && $0.contains("lacks a value") })
  }
}
