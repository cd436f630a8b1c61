import Manifests
import Scoring
import Tokenizers

extension Manifest {
  /// The evaluator's settings for one evaluation.
  func settings(of evaluation: Evaluation) -> EvaluationSettings {
    var settings = EvaluationSettings()
    settings.chatTemplate = evaluation.usesChatTemplate ? model.chatTemplate : nil
    settings.fewShotCount = evaluation.fewShotCount
    settings.maximumNewTokens = evaluation.maximumNewTokens
    settings.sampling = evaluation.sampling
    settings.stopsAtEndOfTurn = true
    return settings
  }
}
