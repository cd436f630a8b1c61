import Evaluation
import LanguageModels
import Scoring
import Tensors

extension NativeEngine {
  /// What an evaluation of a loaded model is to do.
  struct EvaluationRequest {
    let benchmark: Benchmark
    let inputs: [TaskInput]
    let settings: EvaluationSettings
    /// What instructions are checked with; nil unless the benchmark needs it.
    let tools: LanguageTools?
  }

  /// Evaluates a model, or goes on with it, and hands every sample to `record` as soon as it is finished.
  ///
  /// - Parameters:
  ///   - model: What is evaluated.
  ///   - base: The model that it was trained from, if the benchmark compares with that; nil for that model itself.
  ///   - request: What it is asked.
  ///   - finished: Samples that an interrupted evaluation left.
  ///   - record: Takes a sample; nothing depends on it before.
  ///   - progress: Is told how many documents are done.
  /// - Returns: The samples and scores of every task.
  /// - Throws: What the evaluator, `record` and `progress` throw.
  func evaluate(
    _ model: InferenceModel, base: InferenceModel?, _ request: EvaluationRequest,
    finished: [SampleResult],
    record: (SampleResult) throws -> Void, progress: (Evaluator.Progress) throws -> Void
  ) throws -> BenchmarkResult {
    try evaluator(
      of: model, base: base, settings: request.settings, tools: request.tools
    ).run(
      request.benchmark, inputs: request.inputs, finished: finished, record: record,
      progress: progress)
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
