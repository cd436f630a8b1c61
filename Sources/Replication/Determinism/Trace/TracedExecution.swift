import Evaluation
import Files
import LanguageModels
import Manifests
import Recipes
import Records
import Scoring
import Tensors
import Tokenizers
import Training

/// One execution of a manifest's work, with the run's own trainer and evaluator, that keeps a trace instead of a record.
struct TracedExecution: Sendable {
  /// What is executed; shortened already if it is to be.
  let manifest: Manifest
  let inputs: RunInputs
  let engine: NativeEngine
  let request: TraceRequest

  /// Prepares an execution by the native engine, which alone can be traced.
  init(manifest: Manifest, inputs: RunInputs, request: TraceRequest) throws {
    (self.manifest, self.inputs, self.request) = (manifest, inputs, request)
    engine = try inputs.nativeEngine()
  }

  /// Does the work; to be called on ``ComputeQueue``.
  func run() throws -> TraceResponse {
    var response = TraceResponse(threads: request.threads)
    for arm in manifest.arms {
      let seeds: [UInt64?] =
        arm.treatment == .untouched ? [nil] : manifest.training.seeds.map(Optional.some)
      for seed in seeds {
        let name = ArmAddress(name: arm.name, seed: seed)
        if let capture = request.capture, capture.arm != name { continue }
        let asked: InferenceModel
        if let seed, request.isTraining {
          let loaded = try engine.load()
          try train(arm.treatment, name, seed: seed, loaded.model, &response)
          if case .training = request.capture { return response }
          asked = InferenceModel(loaded)
        } else {
          asked = try engine.loadForInference(
            weights: seed == nil ? nil : request.weightsPath(of: name))
        }
        for evaluation in manifest.evaluations {
          if case .evaluation(_, let wanted, _, _, _) = request.capture, wanted != evaluation.name {
            continue
          }
          let base = seed == nil ? nil : try engine.base(for: evaluation.benchmark)
          try evaluate(evaluation, name, asked, base: base, &response)
        }
      }
    }
    return response
  }

  private func train(
    _ treatment: Manifest.Treatment, _ arm: ArmAddress, seed: UInt64,
    _ model: LanguageModel, _ response: inout TraceResponse
  ) throws {
    guard let configuration = manifest.training.configuration(of: treatment, seed: seed) else {
      preconditionFailure("Only trained arms are trained.")
    }
    let trainer = try engine.trainer(
      configuration, on: try inputs.prepared(seed), of: model, threads: request.threads)
    while !trainer.isFinished {
      let number = trainer.completedSteps + 1
      var wanted: Int?
      if case .training(_, number, let index) = request.capture { wanted = index }
      let recorder = TrainingRecorder(
        microBatches: trainer.microBatches(ofStep: number).count, capturing: wanted)
      trainer.observer = recorder.observe
      _ = try trainer.step()
      response.trace.steps.append(
        ExecutionTrace.Step(arm: arm, number: number, results: recorder.results))
      if wanted != nil {
        response.captured += [recorder.captured].compactMap(\.self)
        return
      }
    }
    response.trace.weights.append(
      ExecutionTrace.Weights(
        arm: arm, digest: SHA256.digest(of: UnsafeRawBufferPointer(model.parameters.elements))))
    if let path = request.weightsPath(of: arm) {
      try SafetensorsWriter.write(
        model.layout.tensors(of: model.parameters), metadata: [:], to: ContainedPath(path))
    }
  }

  private func evaluate(
    _ evaluation: Manifest.Evaluation, _ arm: ArmAddress, _ model: InferenceModel,
    base: InferenceModel?, _ response: inout TraceResponse
  ) throws {
    var wanted: (String, TokenPrefixKey)?
    if case .evaluation(_, _, let operation, let count, let tokens) = request.capture {
      let key = TokenPrefixKey(count: count, fingerprint: Fingerprint(value: tokens))
      wanted = (operation, key)
    }
    let recorder = EvaluationRecorder(capturing: wanted)
    let evaluator = engine.evaluator(
      of: model, base: base, settings: manifest.settings(of: evaluation),
      tools: try inputs.languageTools(evaluation), threads: request.threads,
      limits: request.limits, order: request.order, observer: recorder.observe)
    let result = try evaluator.run(
      evaluation.benchmark, inputs: try inputs.taskInputs(evaluation))
    response.captured += recorder.captured
    response.trace.evaluations.append(
      recorder.evaluation(
        of: arm, name: evaluation.name,
        documents: result.tasks.flatMap { $0.samples.map(ExecutionTrace.Document.init) }))
  }
}

extension ExecutionTrace.Document {
  /// What a sample gave.
  fileprivate init(_ sample: SampleResult) {
    var line = sample.jsonLine
    let fingerprint = line.withUTF8 { Fingerprint(of: UnsafeRawBufferPointer($0)) }
    var text = ""
    if case .generation(let generation) = sample.response {
      text = generation.texts.joined(separator: "\n")
    }
    self.init(
      task: sample.task, index: sample.documentIndex,
      logLikelihoods: sample.response.choices.map(\.logLikelihood), text: text,
      fingerprint: fingerprint)
  }
}
