import Evaluation
import LanguageModels
import Recipes

/// Times of training and evaluation, from how much a model computes and how fast this machine is.
///
/// No result depends on them.
struct RunEstimate: Sendable {
  /// What the model computes.
  let work: ModelWork
  /// How fast.
  let speed: WorkSpeed

  /// Seconds of what a step does besides: loading a small model, making files durable, noting each step.
  static let fixedSeconds = 0.05

  /// What a training learns from.
  struct TrainingWork: Sendable, Equatable {
    /// Optimizer steps.
    let steps: Double
    /// Tokens of all steps, and how many of them are learned.
    let tokens: Double
    let learned: Double
    /// Tokens of a usual example.
    let length: Double
  }

  /// Seconds of a training, checkpoints not counted: they are written beside it.
  ///
  /// `recomputes` has the layers' forward pass done twice.
  func seconds(of training: TrainingWork, objective: Objective, recomputes: Bool = false) -> Double
  {
    let forward = work.forward(
      tokens: training.tokens, outputs: training.learned, length: training.length)
    let again =
      recomputes
      ? work.forward(tokens: training.tokens, outputs: 0, length: training.length) : 0
    return Self.fixedSeconds
      + (WorkSample.passes(of: objective) * forward + again) / speed.training
      + training.steps * work.parameters / speed.update
  }

  /// Seconds in which the untouched model and a trained one predict what is inspected.
  func seconds(ofPredicting inspected: TrainingWork) -> Double {
    2
      * (Self.fixedSeconds
        + work.forward(
          tokens: inspected.tokens, outputs: inspected.learned, length: inspected.length)
        / speed.training)
  }

  /// Seconds of an evaluation.
  func seconds(of evaluation: EvaluationWork) -> Double {
    Self.fixedSeconds
      + work.forward(
        tokens: evaluation.tokens, outputs: evaluation.outputs, length: evaluation.length)
      / speed.scoring
      + work.forward(
        tokens: evaluation.generated, outputs: evaluation.generated,
        length: 2 * evaluation.length) / speed.generation
  }
}
