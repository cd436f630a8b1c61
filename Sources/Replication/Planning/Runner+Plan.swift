import Assets
import Files
import Manifests
import Recipes
import Records

extension Runner {
  /// The inputs without anything written; nil while something has to be stored first.
  func storedInputs() async throws -> RunInputs? {
    do {
      return try await RunInputs(
        sources, quiet: true, access: .looking, unless: { try finishedRun($0) != nil })
    } catch let error as AssetError where error.code == .notStored {
      return nil
    }
  }

  /// The plan; without inputs, which are still to be downloaded, nothing can be known to be reusable.
  func makePlan(
    _ inputs: RunInputs?, downloads: [PlannedDownload], missing: MissingInputs? = nil
  ) async throws -> RunPlan {
    let finished = try inputs.flatMap { try finishedRun(try $0.identity(of: manifest)) }
    var steps = finished == nil ? try planSteps(inputs) : []
    var resources: RunResources?
    let open = steps.filter { $0.reuse == nil }.map(\.work)
    if !open.isEmpty, let work = try await PlannedWork(sources, inputs) {
      for index in steps.indices where steps[index].reuse == nil {
        steps[index].seconds = work.seconds(of: steps[index].work)
      }
      resources = work.resources(
        of: open, downloads: downloads, room: MachineRoom(folder: options.artifacts))
    }
    var plan = RunPlan(
      name: manifest.name, title: manifest.title, downloads: downloads, steps: steps,
      finished: finished, declaredDifferences: manifest.declaredDifferences)
    plan.overrides = manifest.overrides
    plan.missing = missing
    plan.resources = resources
    plan.optionalArms = manifest.declaredArms.map(\.name).filter { name in
      !manifest.arms.contains { $0.name == name }
    }
    return plan
  }

  /// What is said of the finished run of an identity; nil if there is none, or all is to be computed again.
  func finishedRun(_ identity: Digest) throws -> String? {
    guard !options.isRepeating else { return nil }
    return try RunStore(artifacts: options.artifacts).attempts(at: identity).last {
      $0.status == .sealed
    }.map { "the run \($0.id) of \($0.created) is finished and has the same inputs" }
  }

  private func planSteps(_ inputs: RunInputs?) throws -> [RunPlan.Step] {
    var steps: [RunPlan.Step] = []
    // Steps are known by what they depend on, and the trainings depend on the prepared data.
    let prepared = inputs.flatMap { $0.isPrepared ? $0 : nil }
    if prepared == nil {
      steps.append(RunPlan.Step(title: "prepare the training data", .preparation))
    }
    var weights: [(arm: String, label: String, digest: Digest?, isKnown: Bool)] = []
    for arm in manifest.arms {
      guard arm.treatment != .untouched else {
        weights.append((arm.name, arm.name, nil, inputs != nil))
        continue
      }
      for seed in manifest.training.seeds {
        guard
          let configuration = manifest.training.configuration(of: arm.treatment, seed: seed)
        else { continue }
        let known = try prepared.flatMap { inputs in
          try finishedStep(try inputs.trainingKey(configuration))
        }
        let label = label(arm, seed)
        weights.append((arm.name, label, known?.outputs["weights"], known != nil))
        steps.append(
          RunPlan.Step(
            title: "train \(label)", .training(configuration.objective),
            reuse: known.map { _ in Self.sameInputs }))
      }
    }
    steps += try planInspections(prepared)
    for (_, label, digest, isKnown) in weights {
      for (index, evaluation) in manifest.evaluations.enumerated() {
        let known =
          isKnown
          ? try inputs.flatMap { inputs in
            try finishedStep(
              try inputs.evaluationKey(evaluation, manifest: manifest, weights: digest))
          } : nil
        steps.append(
          RunPlan.Step(
            title: "evaluate \(label) on \(evaluation.name)", .evaluation(index, of: label),
            reuse: known.map { _ in Self.sameInputs }))
      }
    }
    return steps
  }

  /// What is looked at in trained arms; known where their training is.
  private func planInspections(_ prepared: RunInputs?) throws -> [RunPlan.Step] {
    guard manifest.inspection != nil else { return [] }
    return try manifest.models.compactMap { arm, seed in
      guard let seed,
        let configuration = manifest.training.configuration(of: arm.treatment, seed: seed)
      else { return nil }
      let known = try prepared.flatMap { inputs in
        try finishedStep(try inputs.trainingKey(configuration))?.outputs["weights"].flatMap {
          try inputs.inspectionKey(
            manifest, objective: configuration.objective, seed: seed, weights: $0)
        }.flatMap { try finishedStep($0) }
      }
      return RunPlan.Step(
        title: "inspect \(label(arm, seed))", .inspection, reuse: known.map { _ in Self.sameInputs }
      )
    }
  }

  /// What an arm with a seed is called where there may be only one.
  private func label(_ arm: Manifest.Arm, _ seed: UInt64) -> String {
    manifest.training.seeds.count == 1 ? arm.name : "\(arm.name), seed \(seed)"
  }

  private static let sameInputs = "done before with the same inputs"
}
