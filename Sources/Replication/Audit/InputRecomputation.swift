import Evaluation
import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Recipes
import Records
import Scoring
import Training

/// Computes anew what follows from a run's inputs alone, and compares it with the record.
///
/// That is which documents are asked and how, and what every step of training learns from: it takes neither training nor
/// an answer of the model.
struct InputRecomputation {
  let record: SealedRecord
  let manifest: Manifest
  let inputs: RunInputs
  let samples: RecordedSamples

  /// Everything that the record says otherwise, in sentences.
  func findings(expectations: [UInt8]?) throws -> [String] {
    try lockFindings(expectations) + questionFindings() + trainingFindings()
      + identityFindings()
  }

  // MARK: - Documents

  /// Documents that were locked otherwise than the inputs hold them.
  private func lockFindings(_ expectations: [UInt8]?) throws -> [String] {
    let lock = try ManifestLock(manifest, expectations: expectations, inputs: inputs)
    return zip(lock.items, samples.lock.items).compactMap { computed, recorded in
      guard computed != recorded else { return nil }
      return
        "\(record.path)/\(RecordFile.lock) has \(recorded.count) documents of \(recorded.evaluation) with the SHA-256 \(recorded.digest), but the inputs hold \(computed.count) of \(computed.evaluation) with \(computed.digest)."
    }
  }

  /// Samples whose prompt, choices, right answer or bounds are not what the inputs give.
  private func questionFindings() throws -> [String] {
    let engine = try inputs.nativeEngine()
    let loaded = try engine.loadForInference(weights: nil)
    var findings: [String] = []
    for evaluation in manifest.evaluations {
      let evaluator = engine.evaluator(
        of: loaded, settings: manifest.settings(of: evaluation))
      let expected = try evaluator.questions(of: try inputs.taskInputs(evaluation)).flatMap(\.self)
      for arm in record.summary.arms {
        // Whatever has no samples is named as incomplete.
        guard let own = samples.samples(of: arm, on: evaluation) else { continue }
        let questions = own.flatMap { $0.samples.map(\.question) }
        let difference = RecordedSamples.difference(
          questions, expected, to: "the inputs ask on \(evaluation.name)")
        if let difference {
          findings.append("\(arm.sentence) was asked otherwise than \(difference)")
        }
      }
    }
    return findings
  }

  // MARK: - Training

  /// Trainings of another length, on other examples, batches or learning rates than the inputs give.
  private func trainingFindings() throws -> [String] {
    var findings: [String] = []
    for model in manifest.models {
      guard let seed = model.seed,
        let configuration = manifest.training.configuration(of: model.arm.treatment, seed: seed),
        let arm = record.summary.arms.first(where: {
          $0.name == model.arm.name && $0.unsignedSeed == seed
        })
      else { continue }
      let data = try inputs.prepared(seed)
      if arm.digests["prepared_examples"] != data.digest {
        findings.append(
          "\(arm.sentence) was trained on other examples than the inputs give, whose SHA-256 is \(data.digest)."
        )
      }
      guard !data.examples.isEmpty else {
        findings.append("The inputs give no example to train \(arm.sentence) on.")
        continue
      }
      let batches = TrainingBatches(
        examples: data.examples,
        configuration: configuration)
      if let finding = try Self.finding(arm, batches) { findings.append(finding) }
    }
    return findings
  }

  /// The first step that is not what it has to be, or another number of them.
  private static func finding(_ arm: RunSummary.Arm, _ batches: TrainingBatches) throws
    -> String?
  {
    var batches = batches
    let total = batches.schedule.totalSteps
    guard arm.steps.count == total else {
      return
        "\(arm.sentence) was trained for \(arm.steps.count) steps, but manifest and inputs ask for \(total)."
    }
    for step in arm.steps {
      let number = step.number
      guard (1...total).contains(number) else { continue }
      let counts = batches.tokenCounts(ofStep: number)
      let expected: [String: Double] = [
        "epoch": Double(batches.schedule.epoch(ofStep: number)),
        "learning_rate": batches.learningRates.rate(ofStep: number),
        "trainable_tokens": Double(counts.trainable), "total_tokens": Double(counts.total),
      ]
      for name in RunSummary.Step.sharedNames
      where step.values[name]?.bitPattern != expected[name]?.bitPattern {
        return
          "Step \(number) of \(arm.sentence) has the \(name) \(step.values[name].map { "\($0)" } ?? "none"), but manifest and inputs give \(expected[name].map { "\($0)" } ?? "none")."
      }
      if step.batchDigest != SHA256.digest(of: try batches.bytes(ofStep: number)) {
        return
          "Step \(number) of \(arm.sentence) learned from another batch than the inputs give."
      }
    }
    return nil
  }

  // MARK: - Identity

  /// Whether a run of this very program, with these inputs, would have the record's identity.
  private func identityFindings() throws -> [String] {
    let history = try record.history()
    var findings: [String] = []
    if history.inputs != inputs.recorded {
      findings.append("The log tells of other inputs than the manifest stands for.")
    }
    for (seed, recorded) in history.preparations.sorted(by: { $0.key < $1.key }) {
      // Keys name the build that prepared, which may be another.
      let own = manifest.training.seeds.contains(seed) ? try inputs.prepared(seed) : nil
      if recorded.examples != own?.digest || recorded.tokens != own?.recorded.tokens {
        findings.append(
          "The log tells of other prepared training data for the seed \(seed) than the inputs give."
        )
      }
    }
    guard let basis = history.identityBasis else { return findings }
    let own = inputs.identityBasis(of: manifest)
    // Another build, or another OpenBLAS, is no fault of the record.
    let names = ["program", "numerics"]
    func stripped(_ basis: JSON) -> JSON {
      guard var object = basis.objectValue, var common = object["common"]?.objectValue else {
        return basis
      }
      for name in names { common[name] = nil }
      object["common"] = .object(common)
      return .object(object)
    }
    if let difference = ValueDifference.first(stripped(basis), stripped(own), at: "identity") {
      findings.append(
        "The record's identity was made from other things than manifest and inputs give: \(difference.path), \(difference.shortText)."
      )
    }
    return findings
  }
}

extension Audit {
  /// What the inputs say about the record; not done where they are not at hand.
  func recomputation(_ inputs: AuditInputs) async throws -> AuditReport.Entry {
    var entry = AuditReport.Entry(level: .inputs)
    let record = record
    entry.findings = try await ComputeQueue.run {
      try InputRecomputation(
        record: record, manifest: inputs.manifest, inputs: inputs.inputs,
        samples: try RecordedSamples(record, inputs.manifest)
      ).findings(expectations: inputs.expectations)
    }
    let steps = record.summary.arms.reduce(0) { $0 + $1.steps.count }
    entry.notes = [
      "Documents, prompts, choices and right answers of \(English.count(record.sampleTree.count, "sample")), and examples, batches and learning rates of \(English.count(steps, "step")) computed anew from the pinned inputs."
    ]
    return entry
  }
}
