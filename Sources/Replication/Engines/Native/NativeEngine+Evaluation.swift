import Evaluation
import LanguageModels
import Scoring
import Tensors

extension NativeEngine {
  func ready(weights: String?) throws -> ReadyModel {
    let model = try loadForInference(weights: weights)
    // The model that a trained one is compared with, loaded when the first evaluation asks for it.
    var base: InferenceModel?
    return { request, listener in
      let isCompared = request.benchmark.needsBase && weights != nil
      if isCompared, base == nil { base = try loadForInference(weights: nil) }
      return try evaluator(
        of: model, base: isCompared ? base : nil, settings: request.settings, tools: request.tools
      ).run(
        request.benchmark, inputs: request.inputs, finished: request.finished,
        record: listener.record,
        progress: { try listener.progress($0.completed, $0.total) })
    }
  }

  /// An evaluator of a loaded model, with the engine's threads and arithmetic unless others are asked for, and limits that
  /// suit how its weights are held.
  func evaluator(
    of model: InferenceModel, base: InferenceModel? = nil, settings: EvaluationSettings,
    tools: LanguageTools? = nil,
    threads: Int? = nil, numerics: Numerics? = nil,
    limits: InferenceEngine.PassLimits? = nil,
    order: DocumentOrder = .longestFirst, observer: OperationObserver? = nil
  ) -> Evaluator {
    let numerics = numerics ?? self.numerics
    let suited = Self.limits(
      isReadLayerByLayer: model.weights.isReadLayerByLayer, numerics: numerics)
    return Evaluator(
      weights: model.weights, base: base?.weights, tokenizer: model.tokenizer, settings: settings,
      threads: threads ?? self.threads, numerics: numerics, limits: limits ?? suited, order: order,
      tools: tools, observer: observer)
  }

  /// How much is computed side by side: with OpenBLAS, whose bits depend on it, always the same.
  static func limits(
    isReadLayerByLayer: Bool, numerics: Numerics
  ) -> InferenceEngine.PassLimits {
    isReadLayerByLayer && numerics == .portable ? .readingWeights : InferenceEngine.PassLimits()
  }
}
