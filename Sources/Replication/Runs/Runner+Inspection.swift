import Assets
import Files
import Manifests
import Recipes
import Records
import Training

extension Runner {
  /// What the manifest has looked at in each arm, reusing what is finished; nil for arms that are not trained.
  ///
  /// It is told to the record, if there is one.
  func inspect(
    _ arms: [(arm: Manifest.Arm, seed: UInt64?, weights: Digest?)], _ inputs: RunInputs,
    _ record: RunRecord?
  ) async throws -> [ArmInspection?] {
    guard let inspector = ArmInspector(manifest, engine: try inputs.nativeEngine()) else {
      return arms.map { _ in nil }
    }
    var inspections: [ArmInspection?] = []
    for (arm, seed, weights) in arms {
      guard let seed, let weights, case .trained(let objective, _, _, _) = arm.treatment,
        let key = try inputs.inspectionKey(
          manifest, objective: objective, seed: seed, weights: weights)
      else {
        inspections.append(nil)
        continue
      }
      let what = "inspection of \(arm.name), seed \(seed)"
      let inspection: ArmInspection
      if let known = try reusable(key, what: what) {
        inspection = try ArmInspection(JSONField(known.details, source: "the \(what)"))
      } else {
        report(.note("\(what) begins"))
        let (path, data) = (store.path(of: weights), try inputs.prepared(seed))
        try interruption.check()
        inspection = try await ComputeQueue.run {
          try inspector.inspect(weights: path, objective: objective, seed: seed, data)
        }
        try cache.store(StepResult(outputs: [:], details: inspection.json), for: key)
      }
      try record?.append(
        .inspected(
          RecordedEvent.ArmSeed(arm: arm.name, seed: seed), key: key, inspection))
      inspections.append(inspection)
    }
    return inspections
  }
}
