extension Manifest {
  /// What the arms are trained on, and how rows become examples.
  package struct TrainingData: Sendable, Equatable {
    /// The files, read one after the other.
    package let assets: [String]
    /// How the files are written.
    package let format: DataFormat
    /// Where a row holds its conversation.
    let fields: ConversationFields
    /// How the rows of all files together are shuffled, by each seed of the training.
    package let shuffle: Shuffle
    /// Longest example in tokens.
    package let sequenceLength: Int
    /// What happens to longer ones.
    package let overlong: OverlongRule
    /// How many examples are kept, the first ones after shuffling and dropping; nil keeps all.
    package let exampleLimit: Int?
    /// Whether the user's turns are learned too.
    package let trainsOnInputs: Bool
    /// Which end-of-turn tokens are learned.
    package let endOfTurn: EndOfTurnRule
  }

  /// Where a row holds its conversation.
  enum ConversationFields: Sendable, Equatable {
    /// One question and one answer.
    case turns(user: FieldPath, assistant: FieldPath)
    /// An array of objects with the keys `role` and `content`.
    case messages(FieldPath)
  }

  /// How rows are shuffled before anything else.
  package enum Shuffle: String, Sendable, CaseIterable {
    /// `numpy.random.default_rng(seed).permutation(rows)`, as the `datasets` library does.
    case numpy
    /// Not at all.
    case none
  }

  /// What happens to examples that are too long.
  package enum OverlongRule: String, Sendable, CaseIterable {
    /// They are left out.
    case drop
    /// Their end is cut off.
    case truncate
    /// The run stops.
    case error
  }

  /// Which end-of-turn tokens are learned.
  package enum EndOfTurnRule: String, Sendable, CaseIterable {
    /// Those of learned turns.
    case turn
    /// Those of all turns.
    case all
    /// None.
    case none
  }
}

// MARK: - Settings

extension Manifest {
  /// How every arm is trained.
  package struct Training: Sendable, Equatable {
    /// One training of every arm for each; they decide the order of the data.
    package let seeds: [UInt64]
    /// Examples of a micro-batch.
    package let microBatchSize: Int
    /// Micro-batches of an optimizer step.
    package let accumulationSteps: Int
    /// How long it goes.
    package let duration: Duration
    /// The order of the examples in each epoch.
    package let order: EpochOrder
    /// The optimizer's constants.
    package let optimizer: AdamW
    /// Learning rate at its peak.
    package let learningRate: Double
    /// How the learning rate changes after the warm-up.
    package let schedule: Schedule
    /// Over which steps it rises first.
    package let warmUp: WarmUp
    /// L2 norm that a step's gradient is scaled down to; nil never scales.
    package let maximumGradientNorm: Double?
    /// How tokens are averaged, unless an arm says otherwise.
    package let reduction: Reduction
    /// Steps between checkpoints, from which a killed run goes on; nil for the last step only.
    package let checkpointInterval: Int?
  }

  /// How long a training goes.
  package enum Duration: Sendable, Equatable {
    /// This many times through the data.
    case epochs(Int)
    /// This many optimizer steps.
    case steps(Int)
  }

  /// The order of the examples in each epoch.
  package enum EpochOrder: String, Sendable, CaseIterable {
    /// `torch.randperm`, seeded by seed + epoch.
    case torch
  }

  /// The optimizer's constants.
  package struct AdamW: Sendable, Equatable {
    /// Decay of the mean gradient.
    package let beta1: Double
    /// Decay of the mean squared gradient.
    package let beta2: Double
    /// Added to the root of the mean square.
    package let epsilon: Double
    /// Share of the learning rate by which weights shrink each step.
    package let weightDecay: Double
  }

  /// What follows the warm-up.
  package enum Schedule: String, Sendable, CaseIterable {
    /// Half a cosine down to 0.
    case cosine
    /// A straight line down to 0.
    case linear
    /// The peak.
    case constant
  }

  /// Over which steps the learning rate rises.
  package enum WarmUp: Sendable, Equatable {
    /// This many.
    case steps(Int)
    /// This share of all.
    case ratio(Double)
  }

  /// How tokens are averaged.
  package enum Reduction: String, Sendable, CaseIterable {
    /// Over all tokens of an optimizer step.
    case tokenWindow = "token-window"
    /// Over the tokens of a micro-batch, then over micro-batches.
    case microBatchMean = "micro-batch-mean"
  }
}

// MARK: - Arms

extension Manifest {
  /// One side of the comparison.
  package struct Arm: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What is done to the model.
    package let treatment: Treatment
  }

  /// What an arm does to the model.
  package enum Treatment: Sendable, Equatable {
    /// Nothing: the untouched model.
    case untouched
    /// It is trained.
    case trained(Objective, reduction: Reduction)
  }

  /// What is minimised.
  package enum Objective: Sendable, Equatable {
    /// Cross entropy.
    case crossEntropy
    /// Cross entropy weighted by the entropy of the model's own prediction.
    case eaft(EAFT)
  }

  /// The weight (H / normalizer)^alpha, H the entropy of the k likeliest tokens: arXiv 2601.02151, equations 2 and 3.
  package struct EAFT: Sendable, Equatable {
    /// The published reading that the values were taken from, if one was named.
    package let preset: Preset?
    /// Number of likeliest tokens.
    package let k: Int
    /// Exponent.
    package let alpha: Double
    /// What the entropy is divided by.
    package let normalizer: Normalizer
  }

  /// What the entropy is divided by.
  package enum Normalizer: Sendable, Equatable {
    /// Nothing.
    case none
    /// ln k, its largest value.
    case lnK
    /// A number.
    case constant(Double)
  }

  /// A published reading of EAFT.
  package enum Preset: String, Sendable, CaseIterable {
    /// What releases of Axolotl compute for the blog's settings: H^0.333.
    case axolotl
    /// What the blog says it means: (H / ln 20)^0.333.
    case blogIntent = "blog-intent"
    /// The paper: H / ln 20.
    case paper
    /// LLaMA-Factory: H / 3.
    case llamaFactory = "llamafactory"

    /// The values.
    package var values: EAFT {
      switch self {
      case .axolotl: EAFT(preset: self, k: 20, alpha: 0.333, normalizer: .none)
      case .blogIntent: EAFT(preset: self, k: 20, alpha: 0.333, normalizer: .lnK)
      case .paper: EAFT(preset: self, k: 20, alpha: 1, normalizer: .lnK)
      case .llamaFactory: EAFT(preset: self, k: 20, alpha: 1, normalizer: .constant(3))
      }
    }
  }
}
