import Files
package import Manifests
import Recipes
import Records

/// An arm with a seed, as one of several jobs that a run can be divided into: `eaft:42`, or `base`.
package struct RunJob: Sendable, Equatable, CustomStringConvertible {
  let arm: Manifest.Arm
  /// The seed that it is trained with; nil for an arm that is not trained.
  let seed: UInt64?

  package var description: String { arm.name + (seed.map { ":\($0)" } ?? "") }
}

extension Manifest {
  /// What a run of the manifest can be divided into: every arm that is run, with every seed.
  package var jobs: [RunJob] { models.map { RunJob(arm: $0.arm, seed: $0.seed) } }
}

extension Runner {
  /// Does what the given jobs do, and seals nothing: a run over the same artifacts then finds it done.
  ///
  /// - Parameter names: Jobs, each an arm with a seed, or an arm alone for all its seeds.
  /// - Returns: What was done, and what of the run is still to do.
  /// - Throws: ``ManifestError`` for a name that means no job; what keeps inputs from being had, or work from being done.
  package func run(only names: [String]) async throws -> JobOutcome {
    let chosen = try jobs(names)
    let expectations = try file.expectations()?.bytes
    try sources.require()
    let inputs = try await RunInputs(sources, quiet: false)
    _ = try lock(inputs, expectations: expectations)
    for job in chosen {
      guard let seed = job.seed else {
        _ = try await evaluate(
          RunSummary.Arm(name: job.arm.name, seed: nil), weights: nil, inputs, nil)
        continue
      }
      report(.note("seed \(seed): \(try inputs.prepared(seed).sentence)"))
      let trained = try await train(job.arm, seed: seed, inputs, others: [], nil)
      _ = try await inspect([(job.arm, seed, trained.weights)], inputs, nil)
      _ = try await evaluate(
        RunSummary.Arm(name: job.arm.name, seed: Int(clamping: seed)), weights: trained.weights,
        inputs, nil)
    }
    return JobOutcome(
      name: manifest.name, done: chosen.map(\.description),
      remaining: try manifest.jobs.filter { try !isDone($0, inputs) }.map(\.description))
  }

  private func jobs(_ names: [String]) throws(ManifestError) -> [RunJob] {
    var chosen: [RunJob] = []
    for name in names {
      let jobs = manifest.jobs.filter { $0.description == name || $0.arm.name == name }
      guard !jobs.isEmpty else {
        throw ManifestError(
          .unknownReference, file: file.path,
          "there is no arm with a seed '\(name)'"
            + NearestWord.hint(for: name, among: manifest.jobs.map(\.description)))
      }
      chosen += jobs.filter { !chosen.contains($0) }
    }
    return chosen
  }

  /// Whether all steps of a job are finished, as far as their entries tell.
  private func isDone(_ job: RunJob, _ inputs: RunInputs) throws -> Bool {
    var weights: Digest?
    if let seed = job.seed,
      let configuration = manifest.training.configuration(of: job.arm.treatment, seed: seed)
    {
      weights = try finishedStep(
        try inputs.trainingKey(configuration)
      )?.outputs["weights"]
      guard let weights else { return false }
      let inspection = try inputs.inspectionKey(
        manifest, objective: configuration.objective, seed: seed, weights: weights)
      if let inspection, try finishedStep(inspection) == nil { return false }
    }
    return try manifest.evaluations.allSatisfy {
      try finishedStep(try inputs.evaluationKey($0, manifest: manifest, weights: weights)) != nil
    }
  }
}

/// What some jobs of a run came to.
package struct JobOutcome: Sendable {
  /// The replication's name.
  package let name: String
  /// The jobs that were done, or had been.
  package let done: [String]
  /// The jobs of the run that are not.
  package let remaining: [String]
}
