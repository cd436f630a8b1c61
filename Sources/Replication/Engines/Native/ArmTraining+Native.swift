package import Files
import Foundation
import LanguageModels
import Recipes
import Records
import Tensors
package import Training

// How the native engine does a training: checkpoints lie in its folder until it is done.
extension ArmTraining {
  private var checkpointPlace: ContainedPath { folder.appending("checkpoint.safetensors") }
  private var stepsPlace: ContainedPath { folder.appending("steps.json") }
  private var keptPlace: ContainedPath { folder.appending("kept.json") }

  /// Trains to the end, and tells `listener` of it.
  func run(engine: NativeEngine, _ listener: Listener) throws -> Result {
    try folder.createFolder()
    var trainer = try engine.trainer(configuration, on: data)
    var steps: [RunSummary.Step] = []
    var kept: [KeptCheckpoint] = []
    if let resumed = try resume(&trainer, engine: engine, listener) {
      steps = resumed
      kept = try keptCheckpoints(upTo: trainer.completedSteps)
      // A kill may have come between saving a checkpoint and keeping it.
      if kept.last?.step != trainer.completedSteps {
        try note(try keep(trainer.completedSteps, threads: engine.threads), &kept, listener)
      }
      let asked = KeptCheckpoint.steps(
        kept: keptInterval, saved: checkpointInterval, before: trainer.completedSteps + 1)
      if kept.map(\.step) != asked {
        // A run of another manifest began this training, and kept others.
        listener.note(
          "\(arm): other checkpoints were kept than are asked for, so training starts anew")
        trainer = try engine.trainer(configuration, on: data)
        (steps, kept) = ([], [])
      }
    }
    var writing: CheckpointWriting?
    // Whatever ends this training, nothing of it goes on.
    defer { writing?.wait() }
    func settle() throws {
      try note(try writing?.finish(), &kept, listener)
      writing = nil
    }
    let clock = ContinuousClock()
    let start = (time: clock.now, step: trainer.completedSteps)
    var saved = start.step
    var tokens = 0
    while !trainer.isFinished {
      guard !interruption.isRequested else {
        try settle()
        if trainer.completedSteps > saved {
          writing = try save(trainer, steps, listener)
          try settle()
        }
        throw EngineError.interrupted
      }
      let number = trainer.completedSteps + 1
      let batch = SHA256.digest(of: try trainer.batchBytes(ofStep: number))
      try checkContract(batch, step: number)
      let record = try trainer.step { try writing?.waitUntilTaken() }
      listener.reached(RunPoint(kind: .updated, arm: arm, step: number))
      let step = RunSummary.Step(record, batchDigest: batch)
      steps.append(step)
      tokens += record.totalTokens
      let seconds = (clock.now - start.time) / .seconds(1)
      let done = number - start.step
      try listener.trained(
        TrainingProgress(
          arm: arm, seed: seed, step: number, totalSteps: trainer.schedule.totalSteps,
          loss: record.loss, crossEntropy: record.crossEntropy,
          others: others.compactMap { other in
            other.steps[number - 1].values["cross_entropy"].map { (other.arm, $0) }
          },
          tokensPerSecond: Double(tokens) / seconds,
          secondsLeft: seconds / Double(done)
            * Double(trainer.schedule.totalSteps - number)), step)
      if let checkpointInterval, number % checkpointInterval == 0, !trainer.isFinished {
        try settle()
        let begun = try save(trainer, steps, listener)
        if !begun.isBesideTraining, saved == start.step {
          listener.note(
            "\(arm): the system gives no further thread: training waits for checkpoints")
        }
        writing = begun
        saved = number
      }
    }
    try settle()
    let weights = folder.appending("weights.safetensors")
    try SafetensorsWriter.write(
      trainer.model.layout.tensors(of: trainer.model.parameters), metadata: ["format": "pt"],
      to: weights)
    return Result(weights: weights, steps: steps, checkpoints: kept)
  }

  // MARK: - Checkpoints

  /// Begins to store what the next steps depend on, and to keep it if it is to be kept.
  private func save(
    _ trainer: Trainer, _ steps: [RunSummary.Step], _ listener: Listener
  ) throws -> CheckpointWriting {
    let checkpoint = trainer.checkpoint(identity: key.hex)
    let json = try CanonicalJSON.encode(.array(steps.map(\.json)))
    let reached = listener.reached
    return CheckpointWriting { turn in
      func point(_ kind: RunPoint.Kind) -> RunPoint {
        RunPoint(kind: kind, arm: arm, step: checkpoint.step)
      }
      // The steps first, so that a checkpoint never lacks its own.
      try AtomicFile.write(json, to: stepsPlace)
      try checkpoint.write(to: checkpointPlace) { remaining in
        if remaining == checkpoint.tensors.count / 2 { reached(point(.savingCheckpoint)) }
        if remaining == 0 { turn.taken() }
      }
      reached(point(.savedCheckpoint))
      turn.yieldToTraining()
      return try keep(checkpoint.step, threads: 1)
    }
  }

  /// Keeps the checkpoint that was saved after `step`; nil if it is not one to be kept.
  private func keep(_ step: Int, threads: Int) throws -> KeptCheckpoint? {
    guard let keptInterval, step.isMultiple(of: keptInterval) else { return nil }
    let (byteCount, root) = try CheckpointStore.root(ofFileAt: checkpointPlace, threads: threads)
    try checkpoints.keep(checkpointPlace, root: root)
    return KeptCheckpoint(arm: arm, seed: seed, step: step, byteCount: byteCount, root: root)
  }

  /// Notes that a checkpoint is kept, for later processes and in the log.
  private func note(
    _ checkpoint: KeptCheckpoint?, _ kept: inout [KeptCheckpoint], _ listener: Listener
  ) throws {
    guard let checkpoint else { return }
    kept.append(checkpoint)
    try AtomicFile.write(try CanonicalJSON.encode(.array(kept.map(\.json))), to: keptPlace)
    try listener.kept(checkpoint)
    listener.reached(RunPoint(kind: .keptCheckpoint, arm: arm, step: checkpoint.step))
  }

  /// The checkpoints that earlier processes kept, up to the step that training goes on after.
  private func keptCheckpoints(upTo step: Int) throws -> [KeptCheckpoint] {
    guard try FileStatus(at: keptPlace) != nil else { return [] }
    let (bytes, source) = (try OpenFile.contents(of: keptPlace), keptPlace.path)
    return try JSONField(try JSONParser.parse(bytes, source: source), source: source)
      .elements().map { try KeptCheckpoint($0) }.filter { $0.step <= step }
  }

  /// The steps of the last checkpoint, with `trainer` as it was then; nil without a usable one.
  private func resume(
    _ trainer: inout Trainer, engine: NativeEngine, _ listener: Listener
  ) throws -> [RunSummary.Step]? {
    guard try FileStatus(at: checkpointPlace) != nil else { return nil }
    do {
      try checkpointPlace.withFolderDescriptor { descriptor in
        try trainer.resume(from: checkpointPlace.path, in: descriptor, identity: key.hex)
      }
      let (bytes, source) = (try OpenFile.contents(of: stepsPlace), stepsPlace.path)
      let field = JSONField(try JSONParser.parse(bytes, source: source), source: source)
      let steps = try field.elements().map { try RunSummary.Step($0) }
      guard steps.count >= trainer.completedSteps else {
        throw EngineError(
          .damagedWeights, "\(source) has fewer steps than the checkpoint beside it.")
      }
      let step = trainer.completedSteps
      let root = try CheckpointStore.root(
        ofFileAt: checkpointPlace, threads: engine.threads
      ).root
      try listener.resumed(step, root)
      listener.note("\(arm): goes on after step \(step), from the last checkpoint")
      return Array(steps.prefix(step))
    } catch {
      listener.note(
        "\(arm): the checkpoint cannot be used, so training starts anew: \(error)")
      trainer = try engine.trainer(configuration, on: data)
      return nil
    }
  }
}

extension RunSummary.Step {
  /// What a record keeps of a step.
  package init(_ record: StepRecord, batchDigest: Digest) {
    var values = [
      "epoch": Double(record.epoch), "loss": record.loss,
      "cross_entropy": record.crossEntropy, "entropy": record.entropy,
      "weight": record.weight, "gradient_norm": record.gradientNorm,
      "learning_rate": record.learningRate,
      "trainable_tokens": Double(record.trainableTokens),
      "total_tokens": Double(record.totalTokens),
    ]
    if let movement = record.movement {
      values["updates"] = Double(movement.moving)
      values["vanished_updates"] = Double(movement.vanished)
    }
    self.init(number: record.step, batchDigest: batchDigest, values: values)
  }
}
