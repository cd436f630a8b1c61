package import Files

/// What happened in a run, as the log of its record tells it: written and read here and nowhere else.
package enum RecordedEvent: Sendable {
  /// The record was created for a run.
  case created(Creation)
  /// A process begins to work on the run; its circumstances.
  case session(JSON)
  /// A file is part of the record.
  case fileAdded(RecordFile)
  /// A kill had left a file that no event told of.
  case fileRemoved(RecordFile)
  /// A kill or a full disk had cut off a line, which was removed.
  case lineRemoved(JSON)
  /// Every input file.
  case inputs([RecordedInput])
  /// The training data is prepared for a seed.
  case prepared(RecordedPreparation)
  /// The lock was made public before the run: its digest and the commits that hold it.
  case intent(lock: Digest, commits: [String])
  /// A process begins with a training, or goes on with it: its step key and its settings.
  case trainingStarted(ArmSeed, key: Digest, configuration: String)
  /// An optimizer step was made.
  case trainingStep(ArmSeed, RunSummary.Step)
  /// A training goes on after a step, from the checkpoint with this root.
  case trainingResumed(ArmSeed, afterStep: Int, checkpoint: Digest)
  /// A checkpoint was kept, for audits.
  case checkpointKept(KeptCheckpoint)
  /// A training is done.
  case trainingFinished(ArmSeed, weights: Digest)
  /// An earlier training with the same inputs stands in for one of this run.
  case trainingReused(ArmSeed, key: Digest, weights: Digest, checkpoints: [KeptCheckpoint])
  /// An arm was inspected: its step key, and what came of it.
  case inspected(ArmSeed, key: Digest, ArmInspection)
  /// The samples of an evaluation are in the record.
  case evaluationFinished(ArmSeed, evaluation: String, key: Digest, samples: Digest)
  /// A program of an engine says how it works: versions, types of numbers, resolved settings.
  case engineStated(ArmSeed, program: String, facts: JSON)
  /// The record was sealed with these contents.
  case sealed(JSON)
  /// What this version does not know.
  case unknown(type: String, JSON)

  /// What a record is created for.
  package struct Creation: Sendable {
    let id: String
    let name: String
    let identity: Digest
    /// What the identity is the digest of; nil in records of versions that did not note it.
    let identityBasis: JSON?
    let attempt: Int
    let manifestDigest: Digest
  }

  /// An arm with the seed that it was trained with.
  package struct ArmSeed: Sendable, Hashable {
    package let arm: String
    /// Nil for an arm that is not trained, and for steps in records of versions that did not note it.
    package let seed: UInt64?

    /// Creates an arm seed.
    package init(arm: String, seed: UInt64?) {
      self.arm = arm
      self.seed = seed
    }

    /// The name, and the seed if there is one: "sft.42".
    var label: String { arm + (seed.map { ".\($0)" } ?? "") }

    /// The seed as summaries have it.
    var summarySeed: Int? { seed.map { Int(clamping: $0) } }
  }

  /// Whether it is about work of the arms: what is fixed before a run is fixed before the first of them.
  package var isWork: Bool {
    switch self {
    case .trainingStarted, .trainingStep, .trainingResumed, .checkpointKept, .trainingFinished,
      .trainingReused, .inspected, .evaluationFinished, .engineStated:
      true
    default: false
    }
  }
}

/// An input file of a run as its log tells it.
package struct RecordedInput: Sendable, Equatable {
  /// What the manifest calls it, and the file's own name.
  package let asset: String
  package let file: String
  /// SHA-256 and size in bytes.
  package let digest: Digest
  package let byteCount: Int

  /// Creates the input that a log is to tell.
  package init(asset: String, file: String, digest: Digest, byteCount: Int) {
    self.asset = asset
    self.file = file
    self.digest = digest
    self.byteCount = byteCount
  }
}

extension RecordedInput {
  var json: JSON {
    [
      "asset": .string(asset), "file": .string(file), "sha256": JSON(digest),
      "bytes": JSON(byteCount),
    ]
  }

  init(_ field: JSONField) throws(FileError) {
    asset = try field["asset"].string()
    file = try field["file"].string()
    digest = try field["sha256"].digest()
    byteCount = try field["bytes"].count()
  }
}

/// The prepared training data of a seed as the log of a run tells it.
package struct RecordedPreparation: Sendable, Equatable {
  /// The seed, by which the order is.
  package let seed: UInt64
  /// Keys of the steps that tokenised all rows and that chose from them.
  let tokensKey: Digest
  let choiceKey: Digest
  /// SHA-256 of the tokens of all rows.
  package let tokens: Digest
  /// SHA-256 of the examples in their order, as the trained arms have it.
  package let examples: Digest

  /// Creates what a log is to tell.
  package init(
    seed: UInt64, tokensKey: Digest, choiceKey: Digest, tokens: Digest, examples: Digest
  ) {
    self.seed = seed
    self.tokensKey = tokensKey
    self.choiceKey = choiceKey
    self.tokens = tokens
    self.examples = examples
  }
}

extension RecordedPreparation {
  var json: JSON {
    [
      "seed": .string(String(seed)), "tokens_key": JSON(tokensKey), "choice_key": JSON(choiceKey),
      "tokens": JSON(tokens), "examples": JSON(examples),
    ]
  }

  init(_ field: JSONField) throws(FileError) {
    guard let seed = UInt64(try field["seed"].string()) else {
      throw field["seed"].failure("a whole number as a string")
    }
    self.seed = seed
    tokensKey = try field["tokens_key"].digest()
    choiceKey = try field["choice_key"].digest()
    tokens = try field["tokens"].digest()
    examples = try field["examples"].digest()
  }
}

extension RunSummary.Arm {
  /// The arm and its seed as events tell them.
  package var armSeed: RecordedEvent.ArmSeed {
    RecordedEvent.ArmSeed(arm: name, seed: unsignedSeed)
  }
}
