import Files
import Recipes
import Records
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
  let folder: ContainedPath
  /// Steps between checkpoints; nil for none.
  let checkpointInterval: Int?
  /// Steps between checkpoints that are kept, and where; nil for none.
  let keptInterval: Int?
  let checkpoints: CheckpointStore
  /// Steps of the arms of this seed that are trained already, by arm: batches must be the same.
  let others: [(arm: String, steps: [RunSummary.Step])]
  let interruption: Interruption

  /// What a training leaves.
  struct Result: Sendable {
    /// A safetensors file with the weights, in ``ArmTraining/folder``.
    let weights: ContainedPath
    let steps: [RunSummary.Step]
    /// The checkpoints that were kept, first step first.
    let checkpoints: [KeptCheckpoint]
  }

  /// Who is told of what happens.
  struct Listener {
    /// After each step, before anything depends on it.
    let trained: (TrainingProgress, RunSummary.Step) throws -> Void
    /// Training goes on after this step, from the checkpoint with this root.
    let resumed: (_ step: Int, _ root: Digest) throws -> Void
    /// A checkpoint was kept.
    let kept: (KeptCheckpoint) throws -> Void
    /// A program of the engine, which is named, says how it works.
    let stated: (_ program: String, _ facts: JSON) throws -> Void
    /// What a person should know.
    let note: (String) -> Void
    /// A point was passed; some are passed by the thread that writes checkpoints.
    let reached: @Sendable (RunPoint) -> Void
  }

  /// Both arms must learn the same tokens in the same order; checked at every step, not assumed.
  func checkContract(_ batch: Digest, step: Int) throws {
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
}
