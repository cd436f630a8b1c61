import LanguageModels
import Recipes

/// How fast this machine works on a model.
struct WorkSpeed: Sendable, Equatable {
  /// Multiply-adds a second in training passes, counted as those of a forward pass three times.
  let training: Double
  /// Parameters a second that the optimizer updates.
  let update: Double
  /// Multiply-adds a second when whole texts are scored.
  let scoring: Double
  /// Multiply-adds a second when texts are generated side by side, one token each at a time.
  let generation: Double
}

/// What is measured: short work of the same kind and shape as that which is planned.
struct WorkSample {
  /// The model, all of it.
  let model: ModelConfiguration
  /// How its arms are trained.
  let training: TrainingConfiguration
  /// Tokens of a usual training example, and the share of them that is learned.
  let exampleTokens: Int
  let learnedShare: Double
  /// Texts that are scored together, and their tokens.
  let scoredTexts: Int
  let scoredTokens: Int
  /// Texts that are generated side by side.
  let generatedTexts: Int

  /// Forward passes that a training pass takes as long as: a backward pass is two.
  static func passes(of objective: Objective) -> Double {
    if case .masked = objective { return 4 }
    return 3
  }
}
