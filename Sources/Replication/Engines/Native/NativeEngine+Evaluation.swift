import Evaluation
import LanguageModels
import Scoring
import Tensors

extension NativeEngine {
  func ready(weights: String?) throws -> ReadyModel {
    let model = try loadForInference(weights: weights)
    // An untouched model needs no other to be compared with.
    let base = weights.map { _ in ComparedModel(self) }
    return { request, listener in
      try evaluator(
        of: model, base: try base?.model(for: request.benchmark), settings: request.settings,
        tools: request.tools
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

/// The untouched model that trained ones are compared with, loaded when the first benchmark needs it.
///
/// Only for one computation after the other.
final class ComparedModel {
  private let engine: NativeEngine
  private var loaded: InferenceModel?

  init(_ engine: NativeEngine) { self.engine = engine }

  /// The model if a benchmark compares trained ones with it.
  func model(for benchmark: Benchmark) throws -> InferenceModel? {
    guard benchmark.needsBase else { return nil }
    let model = try loaded ?? engine.loadForInference(weights: nil)
    loaded = model
    return model
  }
}
