import Assets
import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Records
import Scoring
import Tensors

extension Audit {
  /// Asks documents again that the record's own digest and the auditor's nonce choose.
  func reevaluation(_ inputs: AuditInputs) async throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .reevaluation)
    let platform = try RecordedPlatform(record, numerics: inputs.manifest.numerics)
    let (record, options, report, manifest) = (record, options, report, inputs.manifest)
    let store = ArtifactStore(run.folder)
    let (parts, total) = try await ComputeQueue.run {
      let reevaluation = try DocumentReevaluation(record, inputs, store: store)
      let places = reevaluation.places
      let inspector = ArmInspector(inputs.manifest, engine: try inputs.inputs.nativeEngine())
      let parts = try record.summary.arms.map { arm in
        report(.note("answers documents of \(arm.sentence) again"))
        let challenge = AuditChallenge(
          record: record.digest, nonce: options.nonce, subject: "documents of \(arm.label)")
        let chosen = challenge.draws(of: options.reevaluationCount, from: places.count).sorted()
          .map { places[$0] }
        var part = try Part(reevaluation, arm, chosen, platform)
        if let inspector, part.obstacle == nil, arm.inspection != nil {
          part.findings += try reevaluation.inspectionFindings(
            of: arm, inspector, inputs.inputs, isSamePlatform: platform.isThisOne)
        }
        return part
      }
      return (parts, places.count)
    }
    entry.findings = parts.flatMap(\.findings)
    entry.obstacle = parts.compactMap(\.obstacle).first
    let done = parts.filter { $0.obstacle == nil }
    let count = min(options.reevaluationCount, total)
    if !done.isEmpty {
      let outcome = entry.findings.isEmpty ? ", \(platform.agreement)" : ""
      entry.notes = [
        "\(count) of \(English.count(total, "document")) of each of \(English.list(done.map(\.arm)))\(outcome).",
        "Chosen by the record's SHA-256 and the nonce \(Self.hex(options.nonce)).",
        Self.detection(count: count, total: total),
      ]
      if manifest.inspection != nil {
        entry.notes.append(
          platform.isThisOne
            ? "Weights and tokens of every trained arm inspected anew\(outcome)."
            : "Distances of weights computed anew; what tokens cost depends on the platform.")
      }
      entry.notes += platform.notes + done.flatMap(\.notes)
    }
    return entry
  }

  /// What answering so many documents would have found, in a sentence.
  private static func detection(count: Int, total: Int) -> String {
    let shares = [1, 5, 20].map { share in
      let altered = max(1, (total * share + 50) / 100)
      let probability = AuditChallenge.detectionProbability(
        count: count, total: total, altered: altered)
      return "\(share) % (\(altered)) with \(percent(probability))"
    }
    return
      "Of one arm's forged answers, this finds at least one where they are \(English.list(shares)) of its documents."
  }

  /// What came of one arm.
  private struct Part: Sendable {
    let arm: String
    var findings: [String] = []
    var notes: [String] = []
    var obstacle: String?

    init(
      _ reevaluation: DocumentReevaluation, _ arm: RunSummary.Arm,
      _ places: [DocumentReevaluation.Place], _ platform: RecordedPlatform
    ) throws {
      self.arm = arm.sentence
      do {
        let loaded = try reevaluation.model(of: arm)
        let answers = try reevaluation.answers(
          to: places, of: arm, loaded, numerics: reevaluation.engine.numerics)
        if platform.isThisOne {
          findings = try zip(places, answers).compactMap { place, answer in
            try reevaluation.difference(
              answer, from: reevaluation.recorded(place, of: arm), of: arm, at: place)
          }
        } else {
          let comparison = try NoisyComparison(reevaluation, arm, places, answers, loaded)
          (findings, notes) = (comparison.findings, [comparison.note])
        }
      } catch let error as AuditObstacle {
        obstacle = error.description
      }
    }
  }
}
