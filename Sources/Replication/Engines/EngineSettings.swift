import Evaluation
import Tokenizers
import Training

// What a manifest declares, as the modules that do it take it.

extension Manifest.Training {
  /// The trainer's settings for one arm and seed.
  func configuration(
    objective: Objective, reduction: Reduction, seed: UInt64
  ) -> TrainingConfiguration {
    var (epochs, maximumSteps): (Int, Int?) = (1, nil)
    switch duration {
    case .epochs(let count): epochs = count
    case .steps(let count): maximumSteps = count
    }
    return TrainingConfiguration(
      objective: objective, reduction: reduction, learningRate: learningRate, schedule: schedule,
      warmUp: warmUp, optimizer: optimizer, maximumGradientNorm: maximumGradientNorm,
      microBatchSize: microBatchSize, accumulationSteps: accumulationSteps, epochs: epochs,
      maximumSteps: maximumSteps, order: order, seed: seed)
  }
}

extension Manifest {
  /// The evaluator's settings for one evaluation.
  func settings(of evaluation: Evaluation) -> EvaluationSettings {
    var settings = EvaluationSettings()
    settings.chatTemplate = evaluation.usesChatTemplate ? model.chatTemplate : nil
    settings.fewShotCount = evaluation.fewShotCount
    settings.maximumNewTokens = evaluation.maximumNewTokens
    settings.stopsAtEndOfTurn = true
    return settings
  }
}
