import Foundation
import LanguageModels
import Provenance
import Tensors
import Training

/// The training of one arm with one seed: from the model or the last checkpoint to stored weights.
struct ArmTraining: Sendable {
  /// What the training is, for messages.
  let arm: String
  let seed: UInt64
  /// What it does.
  let configuration: TrainingConfiguration
  let data: PreparedData
  /// Identity of the training: what its result depends on.
  let key: Digest
  /// Where unfinished work lies; removed when the training is done and stored.
  let folder: String
  /// Steps between checkpoints; nil for none.
  let checkpointInterval: Int?
  /// Steps of the arms of this seed that are trained already, by arm: batches must be the same.
  let others: [(arm: String, steps: [RunSummary.Step])]
  let interruption: Interruption

  /// What a training leaves.
  struct Result: Sendable {
    /// A safetensors file with the weights, in ``ArmTraining/folder``.
    let weightsPath: String
    let steps: [RunSummary.Step]
  }

  private var checkpointPath: String { "\(folder)/checkpoint.safetensors" }
  private var stepsPath: String { "\(folder)/steps.json" }

  /// Trains to the end, with `report` after each step and `note` for what a person should know.
  func run(
    engine: NativeEngine, report: (TrainingProgress, RunSummary.Step) throws -> Void,
    note: (String) -> Void
  ) throws -> Result {
    try AtomicFile.createFolder(folder)
    var trainer = try makeTrainer(engine)
    var steps: [RunSummary.Step] = []
    if let resumed = try resume(&trainer, engine: engine, note: note) { steps = resumed }
    let clock = ContinuousClock()
    let start = (time: clock.now, step: trainer.completedSteps)
    var tokens = 0
    while !trainer.isFinished {
      guard !interruption.isRequested else {
        if trainer.completedSteps > start.step { try save(trainer, steps) }
        throw EngineError(
          .interrupted, "Interrupted; the same command goes on where this run stopped.")
      }
      let number = trainer.completedSteps + 1
      let batch = SHA256.digest(of: trainer.batchBytes(ofStep: number))
      try checkContract(batch, step: number)
      let record = try trainer.step()
      let step = RunSummary.Step(record, batchDigest: batch)
      steps.append(step)
      tokens += record.totalTokens
      let seconds = (clock.now - start.time) / .seconds(1)
      let done = number - start.step
      try report(
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
        try save(trainer, steps)
      }
    }
    let weights = "\(folder)/weights.safetensors"
    try SafetensorsWriter.write(
      trainer.model.layout.tensors(of: trainer.model.parameters), metadata: ["format": "pt"],
      to: weights)
    return Result(weightsPath: weights, steps: steps)
  }

  private func makeTrainer(_ engine: NativeEngine) throws -> Trainer {
    try Trainer(
      model: try engine.load().model, examples: data.examples.examples,
      configuration: configuration, threads: engine.threads,
      numerics: engine.numerics)
  }

  /// Both arms must learn the same tokens in the same order; checked at every step, not assumed.
  private func checkContract(_ batch: Digest, step: Int) throws {
    for other in others {
      let expected = other.steps.first { $0.number == step }?.batchDigest
      guard expected == batch else {
        throw EngineError(
          .armContract,
          "Step \(step) of the arm '\(arm)' would learn from a batch with the digest \(batch), but the arm '\(other.arm)' learned from \(expected?.hex ?? "none"); the arms are not comparable."
        )
      }
    }
  }

  // MARK: - Checkpoints

  /// Stores what the next steps depend on; the steps first, so that a checkpoint never lacks its own.
  private func save(_ trainer: Trainer, _ steps: [RunSummary.Step]) throws {
    let json: JSON = .array(steps.map(\.json))
    try AtomicFile.write(try CanonicalJSON.encode(json), to: stepsPath)
    try trainer.saveCheckpoint(to: checkpointPath, identity: key.hex)
  }

  /// The steps of the last checkpoint, with `trainer` as it was then; nil without a usable one.
  private func resume(
    _ trainer: inout Trainer, engine: NativeEngine, note: (String) -> Void
  ) throws -> [RunSummary.Step]? {
    guard FileManager.default.fileExists(atPath: checkpointPath) else { return nil }
    do {
      try trainer.resume(from: checkpointPath, identity: key.hex)
      let bytes = try OpenFile.contents(of: stepsPath)
      let field = JSONField(try JSONParser.parse(bytes, source: stepsPath), source: stepsPath)
      let steps = try field.elements().map { try RunSummary.Step($0) }
      guard steps.count >= trainer.completedSteps else {
        throw EngineError(
          .damagedWeights, "\(stepsPath) has fewer steps than the checkpoint beside it.")
      }
      note("\(arm): goes on after step \(trainer.completedSteps), from the last checkpoint")
      return Array(steps.prefix(trainer.completedSteps))
    } catch {
      note("\(arm): the checkpoint cannot be used, so training starts anew: \(error)")
      trainer = try makeTrainer(engine)
      return nil
    }
  }
}

extension RunSummary.Step {
  /// What a record keeps of a step.
  fileprivate init(_ record: StepRecord, batchDigest: Digest) {
    self.init(
      number: record.step, batchDigest: batchDigest,
      values: [
        "epoch": Double(record.epoch), "loss": record.loss,
        "cross_entropy": record.crossEntropy, "entropy": record.entropy,
        "weight": record.weight, "gradient_norm": record.gradientNorm,
        "learning_rate": record.learningRate,
        "trainable_tokens": Double(record.trainableTokens),
        "total_tokens": Double(record.totalTokens),
      ])
  }
}
