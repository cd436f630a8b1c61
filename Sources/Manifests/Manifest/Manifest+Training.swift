package import Assets
package import Recipes
package import Tensors

extension Manifest {
  /// What the arms are trained on, and how rows become examples.
  package struct TrainingData: Sendable, Equatable {
    /// The files, read one after the other.
    package let assets: [String]
    /// How the files are written.
    package let format: DataFormat
    /// Where a row holds its conversation.
    package let fields: ConversationFields
    /// How the rows of all files together are shuffled, by each seed of the training.
    package let shuffle: Shuffle
    /// How many tokens an example may have (`sequence_length_tokens`, `overlong`).
    package let lengths: LengthRule
    /// How many examples are kept, the first ones after shuffling and dropping; nil keeps all.
    package let exampleLimit: Int?
    /// Whether the user's turns are learned too.
    package let trainsOnInputs: Bool
    /// Which end-of-turn tokens are learned.
    package let endOfTurn: LabelRule.EndOfTurn
  }

  /// Where a row holds its conversation.
  package enum ConversationFields: Sendable, Equatable {
    /// One question and one answer.
    case turns(user: TextRule, assistant: TextRule)
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
}

// MARK: - Settings

extension Manifest {
  /// How every arm is trained.
  package struct Training: Sendable, Equatable {
    /// One training of every arm for each; they decide the order of the data.
    package let seeds: [UInt64]
    /// The trainer's settings; each training fills in its seed, and its arm's objective and reduction.
    package var settings: TrainingConfiguration
    /// Steps between checkpoints, from which a killed run goes on; nil for the last step only.
    package var checkpointInterval: Int?
    /// Steps between checkpoints that are kept, from which an audit re-executes parts of the training; nil for none.
    package var keptCheckpointInterval: Int?
    /// Whether the backward pass computes activations again instead of keeping them, for less memory and the same bits.
    package var recomputesActivations = false

    /// The trainer's settings for one arm and seed; nil for an arm that is not trained.
    package func configuration(of treatment: Treatment, seed: UInt64) -> TrainingConfiguration? {
      guard
        case .trained(let objective, let reduction, let learningRate, let precision) = treatment
      else { return nil }
      var configuration = settings
      if let learningRate { configuration.learningRate = learningRate }
      if let precision { configuration.precision = precision }
      configuration.objective = objective
      configuration.reduction = reduction
      configuration.seed = seed
      return configuration
    }
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
    /// Whether it is only run when it is asked for.
    package var isOptional = false
  }

  /// What an arm does to the model.
  package enum Treatment: Sendable, Equatable {
    /// Nothing: the untouched model.
    case untouched
    /// It is trained; a learning rate or a precision of its own stands in for that of the others.
    case trained(
      Objective, reduction: Reduction, learningRate: Double? = nil,
      precision: TrainingPrecision? = nil)
  }
}
