import Assets
import Files
import Manifests
import Records
import Scoring
import Training

extension Runner {
  /// The inputs without anything written; nil while something has to be stored first.
  func storedInputs() async throws -> RunInputs? {
    do {
      return try await RunInputs(sources, quiet: true, access: .looking)
    } catch let error as AssetError where error.code == .notStored {
      return nil
    }
  }

  /// The plan; without inputs, which are still to be downloaded, nothing can be known to be reusable.
  func makePlan(
    _ inputs: RunInputs?, downloads: [PlannedDownload], missing: MissingInputs? = nil
  ) async throws -> RunPlan {
    let finished = try inputs.flatMap { try finishedRun(try $0.identity(of: manifest)) }
    var plan = RunPlan(
      name: manifest.name, title: manifest.title, downloads: downloads,
      steps: finished == nil ? try planSteps(inputs) : [], finished: finished,
      declaredDifferences: manifest.declaredDifferences)
    plan.overrides = manifest.overrides
    plan.missing = missing
    plan.optionalArms = manifest.declaredArms.map(\.name).filter { name in
      !manifest.arms.contains { $0.name == name }
    }
    return plan
  }

  private func finishedRun(_ identity: Digest) throws -> String? {
    guard !options.isRepeating else { return nil }
    return try RunStore(artifacts: options.artifacts).attempts(at: identity).last {
      $0.status == .sealed
    }.map { "the run \($0.id) of \($0.created) is finished and has the same inputs" }
  }

  private func planSteps(_ inputs: RunInputs?) throws -> [RunPlan.Step] {
    let estimate = (inputs.map { Double($0.parameterCount) } ?? assumedParameterCount).flatMap {
      RunEstimate(parameterCount: $0, threads: options.threads, numerics: manifest.numerics)
    }
    var steps: [RunPlan.Step] = []
    // Steps are known by what they depend on, and the trainings depend on the prepared data.
    let prepared = inputs.flatMap { $0.isPrepared ? $0 : nil }
    if inputs != nil, prepared == nil {
      steps.append(RunPlan.Step(title: "prepare the training data", reuse: nil, seconds: nil))
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
        let label = manifest.training.seeds.count == 1 ? arm.name : "\(arm.name), seed \(seed)"
        weights.append((arm.name, label, known?.outputs["weights"], known != nil))
        steps.append(
          RunPlan.Step(
            title: "train \(label)", reuse: known.map { _ in Self.sameInputs },
            seconds: known == nil
              ? estimate?.trainingSeconds(tokens: try plannedTokens(prepared, seed: seed)) : 0))
      }
    }
    for (_, label, digest, isKnown) in weights {
      for evaluation in manifest.evaluations {
        let known =
          isKnown
          ? try inputs.flatMap { inputs in
            try finishedStep(
              try inputs.evaluationKey(evaluation, manifest: manifest, weights: digest))
          } : nil
        let tasks = evaluation.benchmark.tasks
        let documents = tasks.reduce(0) {
          $0 + min($1.documentCount, evaluation.limit ?? .max)
        }
        steps.append(
          RunPlan.Step(
            title: "evaluate \(label) on \(evaluation.name)",
            reuse: known.map { _ in Self.sameInputs },
            seconds: known == nil
              ? estimate?.evaluationSeconds(
                evaluation, documents: documents) : 0))
      }
    }
    return steps
  }

  private static let sameInputs = "done before with the same inputs"

  /// Tokens of one training: those of its steps, or a guess before the data is here.
  private func plannedTokens(_ inputs: RunInputs?, seed: UInt64) throws -> Int {
    let settings = manifest.training.settings
    let limit = manifest.trainingData.exampleLimit
    var (examples, mean) = (limit ?? 10_000, manifest.trainingData.lengths.maximumLength / 2)
    if let prepared = try inputs?.prepared(seed), !prepared.examples.isEmpty {
      examples = prepared.examples.count
      mean = prepared.tokenCount / prepared.examples.count
    }
    let seen =
      settings.maximumSteps.map { Double($0) * Double(settings.examplesPerStep) }
      ?? Double(examples) * Double(settings.epochs)
    return Int(min(seen * Double(mean), 1e18))
  }

  /// Parameters of a model that is not here yet, from its size, if that is stated.
  ///
  /// Quantised GGUF files have about 6.5 bits for each, the safetensors files of the Hub usually 16.
  private var assumedParameterCount: Double? {
    guard case .pretrained(let name) = manifest.model.source else { return 1e6 }
    guard let asset = manifest.asset(named: name) else { return nil }
    guard case .hub(let hub) = asset.source else { return asset.bytes.map { Double($0) * 8 / 6.5 } }
    let sizes = hub.files.filter { $0.path.hasSuffix(".safetensors") }.map(\.bytes)
    let known = sizes.compactMap(\.self)
    return sizes.isEmpty || known.count < sizes.count ? nil : Double(known.reduce(0, +)) / 2
  }
}
