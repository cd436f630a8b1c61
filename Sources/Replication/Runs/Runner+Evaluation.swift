import Assets
import Files
import Foundation
import LanguageModels
import Manifests
import Records
import Scoring

extension Runner {
  /// Evaluates an arm on every task, reusing what is finished, and adds the samples to the record, if there is one.
  func evaluate(
    _ arm: RunSummary.Arm, weights: Digest?, _ inputs: RunInputs, _ record: RunRecord?
  ) async throws -> [RunSummary.Metric] {
    var metrics: [RunSummary.Metric] = []
    // Loaded when the first evaluation needs it, and kept for the others.
    var model: HeldModel?
    for evaluation in manifest.evaluations {
      let benchmark = evaluation.benchmark
      let key = try inputs.evaluationKey(evaluation, manifest: manifest, weights: weights)
      let what = "evaluation of \(arm.name) on \(evaluation.name)"
      let samples = try await samples(
        evaluation, key, what: what, arm: arm.armSeed, weights, &model, inputs, record)
      let seed = arm.seed.map { UInt64($0) }
      try record?.write(
        samples,
        to: RecordFile.samples(evaluation: evaluation.name, arm: arm.name, seed: seed))
      let results = try TaskResult.read(samples, benchmark: benchmark)
      let pooled = BenchmarkResult(benchmark, tasks: results)
      metrics += pooled.summary(of: evaluation.name)
      try record?.append(
        .evaluationFinished(
          arm.armSeed, evaluation: evaluation.name, key: key, samples: SHA256.digest(of: samples)))
      if let headline = pooled.headline {
        report(.evaluated(arm: arm.name, task: evaluation.name, result: headline))
      }
    }
    return metrics
  }

  /// A model that one computation after the other uses.
  private final class HeldModel: @unchecked Sendable {
    // @unchecked: only jobs of ComputeQueue use it, which run one at a time.
    let answer: ReadyModel
    init(_ answer: @escaping ReadyModel) { self.answer = answer }
  }

  /// The samples of an evaluation, computed unless that was done before; `model` is loaded if it is needed.
  private func samples(
    _ evaluation: Manifest.Evaluation, _ key: Digest, what: String,
    arm: RecordedEvent.ArmSeed, _ weights: Digest?, _ model: inout HeldModel?, _ inputs: RunInputs,
    _ record: RunRecord?
  ) async throws -> [UInt8] {
    if let known = try known(key, what: what) { return known }
    try options.folder.work.createFolder()
    let journal = try await taken(what) { () throws(FileError) in
      try EvaluationJournal(path: options.folder.journal(key))
    }
    // Whoever was at it may have finished it meanwhile.
    if let known = try known(key, what: what) {
      journal.removeIfEmpty()
      return known
    }
    if model == nil {
      let engine = inputs.engine
      let path = weights.map { store.path(of: $0) }
      model = try await ComputeQueue.run { HeldModel(try engine.ready(weights: path)) }
    }
    guard let model else { preconditionFailure("The model was loaded just now.") }
    let finished = try finished(key, journal, what: what)
    let samples = try await compute(
      evaluation, arm: arm, model, inputs, finished: finished, journal, record)
    let writer = try await ArtifactWriter(
      store, note: { report(.note($0)) }, waiting: { report(.note("waiting for another run")) })
    let blob = try writer.add("samples", from: what, sha256: nil, bytes: nil) { write in
      try samples.withUnsafeBytes { try write($0) }
    }
    report(
      .reached(RunPoint(kind: .storedSamples, arm: arm.arm, evaluation: evaluation.name)))
    try cache.store(StepResult(outputs: ["samples": blob.sha256], details: [:]), for: key)
    try journal.remove()
    return samples
  }

  /// The samples of a finished evaluation; nil if it is to be done.
  private func known(_ key: Digest, what: String) throws -> [UInt8]? {
    guard let digest = try reusable(key, what: what)?.outputs["samples"] else { return nil }
    return try OpenFile.contents(of: store.place(of: digest))
  }

  /// The samples that an interrupted run left in its journal; none of a damaged one.
  private func finished(_ key: Digest, _ journal: EvaluationJournal, what: String) throws
    -> [SampleResult]
  {
    let samples: [SampleResult]
    do {
      samples = try journal.begin(["key": JSON(key)])
    } catch is EvaluationCommandError {
      report(.note("\(what) starts anew: what was left of it is damaged"))
      return try journal.beginAnew(["key": JSON(key)])
    }
    if !samples.isEmpty { report(.note("\(what) goes on after \(samples.count) documents")) }
    return samples
  }

  private func compute(
    _ evaluation: Manifest.Evaluation, arm: RecordedEvent.ArmSeed, _ model: HeldModel,
    _ inputs: RunInputs, finished: [SampleResult], _ journal: EvaluationJournal,
    _ record: RunRecord?
  ) async throws -> [UInt8] {
    let asked = try inputs.askedTasks(evaluation)
    let request = EvaluationRequest(
      benchmark: evaluation.benchmark, inputs: asked.map(\.input), rows: asked.map(\.content),
      settings: manifest.settings(of: evaluation), tools: try inputs.languageTools(evaluation),
      finished: finished)
    let (report, interruption) = (report, interruption)
    return try await ComputeQueue.run {
      var pace = EvaluationPace(arm: arm.arm, task: evaluation.name)
      let listener = EvaluationListener(
        record: { try journal.append($0) },
        stated: { try record?.append(.engineStated(arm, program: $0, facts: $1)) },
        progress: { completed, total in
          try interruption.check()
          report(.evaluating(pace.progress(completed, of: total)))
        })
      let result = try model.answer(request, listener)
      let lines = result.tasks.flatMap { $0.samples.map { $0.jsonLine + "\n" } }
      return Array(lines.joined().utf8)
    }
  }
}
