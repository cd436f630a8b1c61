import LanguageModels
import Recipes
import Training

extension NativeEngine {
  func train(_ training: ArmTraining, _ listener: ArmTraining.Listener) throws
    -> ArmTraining.Result
  {
    try training.run(engine: self, listener)
  }

  /// A trainer at the beginning of a training, with the engine's threads unless others are asked for.
  func trainer(
    _ configuration: TrainingConfiguration, on data: PreparedData, threads: Int? = nil
  ) throws -> Trainer {
    try trainer(configuration, on: data, of: try load().model, threads: threads)
  }

  /// A trainer of a model that was loaded for it.
  func trainer(
    _ configuration: TrainingConfiguration, on data: PreparedData, of model: LanguageModel,
    threads: Int? = nil
  ) throws -> Trainer {
    try Trainer(
      model: model, examples: data.examples, configuration: configuration,
      threads: threads ?? self.threads, numerics: numerics,
      recomputes: recomputesActivations)
  }
}
