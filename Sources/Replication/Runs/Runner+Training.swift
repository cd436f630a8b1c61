import Assets
import Files
import Foundation
import LanguageModels
import Manifests
import Recipes
import Records
import Training

extension Runner {
  /// What the training of an arm left in the store.
  struct TrainedArm: Sendable {
    let weights: Digest
    let steps: [RunSummary.Step]
    let checkpoints: [KeptCheckpoint]
  }

  /// Trains an arm with a seed, goes on with an interrupted training, or reuses a finished one.
  ///
  /// What happens is told to the record, if there is one.
  func train(
    _ arm: Manifest.Arm, seed: UInt64, _ inputs: RunInputs,
    others: [(arm: String, steps: [RunSummary.Step])], _ record: RunRecord?
  ) async throws -> TrainedArm {
    guard let configuration = manifest.training.configuration(of: arm.treatment, seed: seed)
    else { preconditionFailure("Only trained arms are trained.") }
    let key = try inputs.trainingKey(configuration)
    let what = "training of \(arm.name), seed \(seed)"
    let armSeed = RecordedEvent.ArmSeed(arm: arm.name, seed: seed)
    if let trained = try trainedBefore(arm, seed: seed, key, what, record) { return trained }
    let lock = try await taken(what) { () throws(FileError) in
      try WorkLock(options.folder.trainingLock(key))
    }
    defer { withExtendedLifetime(lock) {} }
    // Whoever was at it may have finished it meanwhile.
    if let trained = try trainedBefore(arm, seed: seed, key, what, record) { return trained }
    let training = ArmTraining(
      arm: arm.name, seed: seed, configuration: configuration, data: try inputs.prepared(seed),
      key: key, folder: options.folder.training(key),
      checkpointInterval: manifest.training.checkpointInterval,
      keptInterval: manifest.training.keptCheckpointInterval,
      checkpoints: CheckpointStore(artifacts: options.artifacts), others: others,
      interruption: interruption)
    let engine = inputs.engine
    try record?.append(
      .trainingStarted(
        armSeed, key: key, configuration: configuration.canonicalText))
    let result = try await ComputeQueue.run {
      try interruption.holding {
        try engine.train(training, listener(armSeed, record))
      }
    }
    let writer = try await ArtifactWriter(
      store, note: { report(.note($0)) },
      waiting: { report(.note("waiting for another run")) })
    let blob = try writer.adopt(
      fileAt: result.weights, "weights of \(arm.name)", from: "training", sha256: nil,
      bytes: nil)
    report(.reached(RunPoint(kind: .storedWeights, arm: arm.name)))
    try cache.store(
      StepResult(
        outputs: ["weights": blob.sha256],
        details: [
          "steps": .array(result.steps.map(\.json)),
          "checkpoints": .array(result.checkpoints.map(\.json)),
        ]), for: key)
    try record?.append(.trainingFinished(armSeed, weights: blob.sha256), isDurable: true)
    try training.folder.remove()
    return TrainedArm(
      weights: blob.sha256, steps: result.steps, checkpoints: result.checkpoints)
  }

  /// Writes what happens in a training to the record, and tells of it.
  private func listener(
    _ arm: RecordedEvent.ArmSeed, _ record: RunRecord?
  ) -> ArmTraining.Listener {
    let report = report
    return ArmTraining.Listener(
      trained: { progress, step in
        try record?.append(.trainingStep(arm, step))
        report(.trained(progress))
      },
      resumed: { step, root in
        try record?.append(.trainingResumed(arm, afterStep: step, checkpoint: root))
      },
      kept: { try record?.append(.checkpointKept($0), isDurable: true) },
      stated: { try record?.append(.engineStated(arm, program: $0, facts: $1)) },
      note: { report(.note($0)) }, reached: { report(.reached($0)) })
  }

  /// What an earlier training with the same key left, which the record then names; nil if it is to be done.
  private func trainedBefore(
    _ arm: Manifest.Arm, seed: UInt64, _ key: Digest, _ what: String, _ record: RunRecord?
  ) throws -> TrainedArm? {
    guard let known = try reusable(key, what: what), let weights = known.outputs["weights"] else {
      return nil
    }
    let details = JSONField(known.details, source: "the finished training \(key)")
    let steps = try details["steps"].elements().map { try RunSummary.Step($0) }
    // The arm may have had another name when it was trained.
    let checkpoints = try details["checkpoints"].elements().map {
      try KeptCheckpoint($0).of(arm: arm.name)
    }
    // Which checkpoints a record keeps says its manifest; another one may have asked for others.
    guard checkpoints.map(\.step) == manifest.training.keptSteps(ofTotal: steps.count) else {
      report(.note("\(what) is repeated: other checkpoints of it were kept than are asked for"))
      return nil
    }
    try record?.append(
      .trainingReused(
        RecordedEvent.ArmSeed(arm: arm.name, seed: seed), key: key, weights: weights,
        checkpoints: checkpoints))
    return TrainedArm(weights: weights, steps: steps, checkpoints: checkpoints)
  }

  /// A finished step, unless everything is to be done again.
  func finishedStep(_ key: Digest) throws -> StepResult? {
    options.isRepeating ? nil : try cache.find(key) { report(.note($0)) }
  }

  /// A finished step whose outputs are all there and intact.
  func reusable(_ key: Digest, what: String) throws -> StepResult? {
    guard let known = try finishedStep(key) else { return nil }
    for (name, digest) in known.outputs.sorted(by: { $0.key < $1.key }) {
      guard case .present = try store.lookUp(digest) else {
        report(.note("\(what) is repeated: its \(name) are missing or damaged"))
        return nil
      }
    }
    report(.note("\(what) is reused: done before with the same inputs"))
    return known
  }

  /// Saves every trained model as a Hugging Face folder, if that is wanted.
  func saveModels(_ inputs: RunInputs, _ summary: RunSummary) async throws {
    guard let folder = options.modelFolder else { return }
    for arm in summary.arms {
      guard let weights = arm.digests["weights"], let seed = arm.seed else { continue }
      guard case .present(let blob) = try store.lookUp(weights) else {
        throw EngineError(
          .damagedWeights,
          "The weights \(weights) of the arm '\(arm.name)' are not in the store any more; run with --repeat."
        )
      }
      let (engine, path) = (inputs.engine, "\(folder)/\(arm.name)-\(seed)")
      try await ComputeQueue.run {
        try AtomicFile.createFolder(folder)
        try engine.save(weights: blob.path, to: path)
      }
      report(.note("saved \(arm.name) in \(path)"))
    }
  }
}
