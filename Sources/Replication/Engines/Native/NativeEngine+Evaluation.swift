import Evaluation
import LanguageModels
import Scoring
import Tensors

extension NativeEngine {
  func ready(weights: String?) throws -> ReadyModel {
    let model = try loadForInference(weights: weights)
    // An untouched model needs no other to be compared with.
    let isTrained = weights != nil
    return { request, listener in
      try evaluator(
        of: model, base: isTrained ? try base(for: request.benchmark) : nil,
        baseStates: compared.states, settings: request.settings, tools: request.tools
      ).run(
        request.benchmark, inputs: request.inputs, finished: request.finished,
        record: listener.record,
        progress: { try listener.progress($0.completed, $0.total) })
    }
  }

  /// An evaluator of a loaded model, with the engine's threads and arithmetic unless others are asked for, and limits that
  /// suit how its weights are held.
  func evaluator(
    of model: InferenceModel, base: InferenceModel? = nil, baseStates: ReferenceStates? = nil,
    settings: EvaluationSettings, tools: LanguageTools? = nil,
    threads: Int? = nil, numerics: Numerics? = nil,
    limits: InferenceEngine.PassLimits? = nil,
    order: DocumentOrder = .longestFirst, observer: OperationObserver? = nil
  ) -> Evaluator {
    let numerics = numerics ?? self.numerics
    let suited = Self.limits(
      isReadLayerByLayer: model.weights.isReadLayerByLayer, numerics: numerics)
    return Evaluator(
      weights: model.weights, base: base?.weights, baseStates: baseStates,
      tokenizer: model.tokenizer, settings: settings,
      threads: threads ?? self.threads, numerics: numerics, limits: limits ?? suited, order: order,
      tools: tools, observer: observer)
  }

  /// The untouched model if a benchmark compares trained ones with it.
  func base(for benchmark: Benchmark) throws -> InferenceModel? {
    guard benchmark.needsBase else { return nil }
    return try compared.model { try loadForInference(weights: nil) }
  }

  /// How much is computed side by side: with OpenBLAS, whose bits depend on it, always the same.
  static func limits(
    isReadLayerByLayer: Bool, numerics: Numerics
  ) -> InferenceEngine.PassLimits {
    isReadLayerByLayer && numerics.isPortable ? .readingWeights : InferenceEngine.PassLimits()
  }
}

/// The untouched model that trained ones are compared with, loaded when the first benchmark needs it.
///
/// `@unchecked Sendable`: only for one computation after the other, as all that an engine does on ``ComputeQueue``.
final class ComparedModel: @unchecked Sendable {
  /// What the model gave for texts.
  let states = ReferenceStates()
  private var loaded: InferenceModel?

  /// The model, from `load` unless it was loaded before.
  func model(_ load: () throws -> InferenceModel) rethrows -> InferenceModel {
    let model = try loaded ?? load()
    loaded = model
    return model
  }
}
