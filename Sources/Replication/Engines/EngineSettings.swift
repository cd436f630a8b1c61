internal import LanguageModels
internal import Tokenizers
internal import Training

// What a manifest declares, in the words of the modules that do it.

extension Manifest.ChatTemplateName {
  /// The template itself.
  var template: ChatTemplate {
    switch self {
    case .gemma3: .gemma3
    case .smollm2: .smollm2
    }
  }
}

extension Manifest.Objective {
  /// What the trainer minimises.
  func objective() throws -> Objective {
    switch self {
    case .crossEntropy: return .crossEntropy
    case .eaft(let eaft):
      let normalizer: Objective.Normalizer =
        switch eaft.normalizer {
        case .none: .none
        case .lnK: .lnK
        case .constant(let value): .constant(value)
        }
      return try Objective(k: eaft.k, alpha: eaft.alpha, normalizer: normalizer)
    }
  }
}

extension Manifest.Reduction {
  var reduction: Reduction {
    switch self {
    case .tokenWindow: .tokenWindow
    case .microBatchMean: .microBatchMean
    }
  }
}

extension Manifest.Schedule {
  var shape: LearningRateSchedule.Shape {
    switch self {
    case .cosine: .cosine
    case .linear: .linear
    case .constant: .constant
    }
  }
}

extension Manifest.Training {
  /// The trainer's settings for one arm and seed.
  func configuration(
    objective: Manifest.Objective, reduction: Manifest.Reduction, seed: UInt64
  ) throws -> TrainingConfiguration {
    let warmUp: WarmUp =
      switch warmUp {
      case .steps(let steps): .steps(steps)
      case .ratio(let ratio): .ratio(ratio)
      }
    var (epochs, maximumSteps): (Int, Int?) = (1, nil)
    switch duration {
    case .epochs(let count): epochs = count
    case .steps(let count): maximumSteps = count
    }
    return TrainingConfiguration(
      objective: try objective.objective(), reduction: reduction.reduction,
      learningRate: learningRate, schedule: schedule.shape, warmUp: warmUp,
      optimizer: AdamW.Settings(
        beta1: optimizer.beta1, beta2: optimizer.beta2, epsilon: optimizer.epsilon,
        weightDecay: optimizer.weightDecay),
      maximumGradientNorm: maximumGradientNorm, microBatchSize: microBatchSize,
      accumulationSteps: accumulationSteps, epochs: epochs, maximumSteps: maximumSteps,
      order: order == .torch ? .torch : .sequential, seed: seed)
  }
}

extension Manifest.TrainingData {
  /// Which tokens are learned.
  var labelRule: LabelRule {
    let endOfTurn: LabelRule.EndOfTurn =
      switch endOfTurn {
      case .turn: .turn
      case .all: .all
      case .none: .none
      }
    return LabelRule(trainsOnInputs: trainsOnInputs, endOfTurn: endOfTurn)
  }

  /// What becomes of long conversations.
  var overlongConversations: OverlongConversations {
    switch overlong {
    case .drop: .drop
    case .truncate: .truncate
    case .error: .error
    }
  }
}
