import Files
import Manifests
import Provenance
import Recipes
import Records
import Tensors
import Training

/// Whether a record holds what its manifest asks for, each thing once, and nothing else.
struct RecordStructure {
  let record: SealedRecord
  let manifest: Manifest

  /// Everything that is missing, too much, twice or out of order, in sentences.
  func findings() -> [String] {
    armFindings() + record.summary.arms.flatMap(contentFindings) + fileFindings()
      + checkpointFindings()
      + (record.summary.details == [:]
        ? [] : ["The results hold details that no run of this program writes."])
  }

  // MARK: - Arms

  private func armFindings() -> [String] {
    let expected = manifest.models.map { Self.sentence($0.arm.name, $0.seed) }
    return Self.findings(
      record.summary.arms.map(\.sentence), expected,
      missing: { "The record has no results of \($0), which the manifest asks for." },
      extra: { "The record has results of \($0), which the manifest does not ask for." },
      repeated: { "The record has results of \($0) more than once." },
      disordered: "The arms of the record are not in the order of the manifest.")
  }

  /// What a list has too little, too much or twice against the one that is expected, or that it has another order.
  private static func findings(
    _ found: [String], _ expected: [String], missing: (String) -> String,
    extra: (String) -> String, repeated: (String) -> String, disordered: String
  ) -> [String] {
    let findings =
      expected.filter { !found.contains($0) }.map(missing)
      + found.filter { !expected.contains($0) }.map(extra) + self.repeated(found).map(repeated)
    return findings.isEmpty && found != expected ? [disordered] : findings
  }

  private static func sentence(_ name: String, _ seed: UInt64?) -> String {
    RunSummary.Arm(name: name, seed: seed.map { Int(clamping: $0) }).sentence
  }

  private static func repeated(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { !seen.insert($0).inserted }
  }

  /// What an arm holds that one of its kind cannot, or lacks.
  private func contentFindings(_ arm: RunSummary.Arm) -> [String] {
    let model = manifest.models.first { Self.sentence($0.arm.name, $0.seed) == arm.sentence }
    guard let model else { return [] }
    let isTrained = model.seed != nil
    var findings: [String] = []
    let digests: Set<String> = isTrained ? ["weights", "prepared_examples"] : []
    if Set(arm.digests.keys) != digests {
      findings.append(
        "\(arm.sentence) has the digests \(English.list(arm.digests.keys.sorted())), but \(isTrained ? "a trained arm has those of weights and prepared_examples" : "the untouched model has none of its own")."
      )
    }
    if let finding = inspectionFinding(arm, isTrained: isTrained) { findings.append(finding) }
    let numbers = arm.steps.map(\.number)
    guard isTrained else {
      return findings
        + (numbers.isEmpty ? [] : ["\(arm.sentence) has steps, but is not to be trained."])
    }
    if numbers.isEmpty || numbers != Array(1...max(numbers.count, 1)) {
      findings.append("The steps of \(arm.sentence) are not 1, 2, 3 and so on.")
    }
    if let count = manifest.training.settings.maximumSteps, numbers.count != count {
      findings.append(
        "\(arm.sentence) was trained for \(numbers.count) steps, but the manifest asks for \(count)."
      )
    }
    let own = manifest.training.configuration(of: model.arm.treatment, seed: model.seed ?? 0)
    let names = RunSummary.Step.valueNames(own?.precision ?? .float32)
    for step in arm.steps {
      let isWhole =
        Set(step.values.keys) == names
        && step.values.values.allSatisfy(\.isFinite) && step.batchDigest != nil
      guard !isWhole else { continue }
      findings.append(
        "Step \(step.number) of \(arm.sentence) lacks a value or a batch, has one too many, or one that is no finite number."
      )
    }
    return findings
  }

  /// An inspection that the manifest does not ask for, one that lacks something, or one that is not there.
  private func inspectionFinding(_ arm: RunSummary.Arm, isTrained: Bool) -> String? {
    let asked = isTrained ? manifest.inspection : nil
    let found = arm.inspection
    let isWhole =
      (found == nil) == (asked == nil)
      && (found?.distances.isEmpty ?? true) != (asked?.weights ?? false)
      && (found?.tokens == nil) == (asked?.tokens == nil)
    return isWhole
      ? nil
      : "\(arm.sentence) was inspected otherwise than the manifest asks, or not at all."
  }

  // MARK: - Files

  private func fileFindings() -> [String] {
    var expected = [RecordFile.manifest, RecordFile.lock]
    if manifest.expectations != nil { expected.append(RecordFile.expectations) }
    for evaluation in manifest.evaluations {
      expected += manifest.models.map {
        RecordFile.samples(evaluation: evaluation.name, arm: $0.arm.name, seed: $0.seed)
      }
    }
    let found = record.files.filter { !$0.isOfCode }.map(\.name)
    return expected.filter { !found.contains($0) }.map {
      "The record has no \(record.path)/\($0), which every run of this manifest leaves."
    }
      + found.filter { !expected.contains($0) }.map {
        "\(record.path)/\($0) is no file that a run of this manifest leaves."
      }
  }

  /// Kept checkpoints have to be just those that the manifest asks for: fewer of them would make the segments longer
  /// that an audit draws from.
  private func checkpointFindings() -> [String] {
    func text(_ arm: String, _ seed: UInt64, _ step: Int) -> String {
      "\(Self.sentence(arm, seed)) after step \(step)"
    }
    var expected: [String] = []
    for model in manifest.models {
      guard let seed = model.seed,
        let arm = record.summary.arms.first(where: {
          $0.name == model.arm.name && $0.unsignedSeed == seed
        })
      else { continue }
      expected += manifest.training.keptSteps(ofTotal: arm.steps.count).map {
        text(arm.name, seed, $0)
      }
    }
    return Self.findings(
      record.checkpoints.map { text($0.arm, $0.seed, $0.step) }, expected,
      missing: { "The record keeps no checkpoint of \($0), which the manifest asks for." },
      extra: { "The record keeps a checkpoint of \($0), which the manifest does not ask for." },
      repeated: { "The record lists the checkpoint of \($0) twice." },
      disordered: "The checkpoints of the record are not in the order of its arms and steps.")
  }
}

extension Manifest {
  /// The models that a run evaluates, in the order of its record: every arm, a trained one once for each seed.
  var models: [(arm: Arm, seed: UInt64?)] {
    arms.flatMap { arm -> [(Arm, UInt64?)] in
      arm.treatment == .untouched ? [(arm, nil)] : training.seeds.map { (arm, $0) }
    }
  }
}

extension Manifest.Training {
  /// The steps, in order, after which a training of `total` steps keeps a checkpoint.
  func keptSteps(ofTotal total: Int) -> [Int] {
    KeptCheckpoint.steps(
      kept: keptCheckpointInterval, saved: checkpointInterval, before: total)
  }
}
