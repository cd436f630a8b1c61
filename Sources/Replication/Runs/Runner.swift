import Assets
import Files
import Foundation
import LanguageModels
package import Manifests
import Provenance
import Recipes
import Records
import Scoring
import Tensors
import Tokenizers
import Training

/// Executes a manifest: brings its inputs, prepares, trains and evaluates every arm, and seals a record.
///
/// Every step has an identity key, a digest of all that its result depends on. A finished step is reused, an
/// interrupted training goes on at its last checkpoint, and a finished run is only read.
package struct Runner: Sendable {
  let sources: InputSources
  let cache: StepCache
  let interruption: Interruption

  /// Prepares to run a manifest; nothing is touched yet.
  package init(
    _ file: ManifestFile, options: RunOptions, interruption: Interruption = Interruption(),
    report: @escaping @Sendable (RunEvent) -> Void
  ) {
    sources = InputSources(file, options: options, report: report)
    self.interruption = interruption
    cache = StepCache(artifacts: options.artifacts)
  }

  var file: ManifestFile { sources.file }
  var manifest: Manifest { sources.manifest }
  var options: RunOptions { sources.options }
  var store: ArtifactStore { sources.store }
  var report: @Sendable (RunEvent) -> Void { sources.report }

  // MARK: - Plan

  /// What ``run()`` would do now; nothing is downloaded, trained or recorded.
  package func plan() async throws -> RunPlan {
    let missing = try sources.missing()
    let downloads = try sources.plannedDownloads()
    let isReady = try missing.isEmpty && sources.plannedDownloads(isReading: true).isEmpty
    return try await makePlan(
      isReady ? try await storedInputs() : nil, downloads: downloads,
      missing: missing.isEmpty ? nil : missing)
  }

  // MARK: - Run

  /// Runs, and returns what the record says.
  ///
  /// Throws what kept the run from finishing; what was finished by then is reused by the next run.
  package func run() async throws -> RunOutcome {
    // What cannot be read is said now, not after hours.
    let expectations = try file.expectations()?.bytes
    try sources.require()
    var inputs: RunInputs?
    // What a branch holds now is asked before the plan is made, so that it knows what is reused.
    let downloads = try sources.plannedDownloads(isReading: true)
    if downloads.isEmpty {
      inputs = try await RunInputs(sources, quiet: true, unless: { try finishedRun($0) != nil })
    }
    let plan = try await makePlan(inputs, downloads: downloads)
    report(.planned(plan))
    var ready: RunInputs
    if let inputs { ready = inputs } else { ready = try await RunInputs(sources, quiet: false) }
    let lock = try lock(ready, expectations: expectations)

    let start = try RunStore(artifacts: options.artifacts).begin(
      try description(ready), repeating: options.isRepeating)
    report(.note(start.reason))
    switch start.kind {
    case .finished(let sealed):
      try check(
        lock, againstRecordAt: sealed.place, id: sealed.id,
        remedy:
          "run anew with --repeat; `replicate check \(sealed.id) --against FILE` judges the old results by other expectations"
      )
      if let note = checkpointNote(sealed) { report(.note(note)) }
      await anchor(sealed)
      try await saveModels(ready, sealed.summary)
      return try RunOutcome(sealed, manifest: manifest, reuse: start.reason)
    case .open(let record):
      // The finished run that was found before is not there any more.
      if !ready.isPrepared { ready = try await RunInputs(sources, quiet: true) }
      if let warning = RecordedSelfTest.ofThisProcess.warning { report(.note(warning)) }
      try write(lock, expectations: expectations, to: record)
      try await noteBegun(record, under: lock)
      let (arms, checkpoints) = try await execute(ready, record)
      let sealed = try record.seal(RunSummary(arms: arms), checkpoints: checkpoints) {
        report(.reached($0))
      }
      report(.reached(RunPoint(kind: .sealed)))
      await anchor(sealed)
      if let notice = RunIndex.update(artifacts: options.artifacts) { report(.note(notice)) }
      try await saveModels(ready, sealed.summary)
      return try RunOutcome(sealed, manifest: manifest, reuse: nil)
    }
  }

  /// What a finished run keeps otherwise than the manifest asks for; nil if nothing.
  ///
  /// Results do not depend on it, so that it is the same run all the same.
  private func checkpointNote(_ record: SealedRecord) -> String? {
    let asked = record.summary.arms.flatMap { arm in
      arm.seed == nil ? [] : manifest.training.keptSteps(ofTotal: arm.steps.count)
    }
    guard record.checkpoints.map(\.step) != asked else { return nil }
    return
      "the run \(record.id) kept other checkpoints than the manifest asks for now, to which an audit will hold it; --repeat makes a run that keeps these"
  }

  /// Anchors a record in git, if there is a repository for that; whatever comes of it is only told.
  private func anchor(_ record: SealedRecord) async {
    let note = await RecordAnchor.note(
      anchoring: record, in: options.repository, artifacts: options.artifacts)
    if let note { report(.note(note)) }
  }

  private func description(_ inputs: RunInputs) throws -> RunDescription {
    RunDescription(
      name: manifest.name, identity: try inputs.identity(of: manifest),
      identityBasis: inputs.identityBasis(of: manifest), manifest: try file.bytes(),
      session: RunSession(
        version: Version.text, code: Version.code,
        environment: .withLibraries(for: manifest.numerics),
        internalParameters: [
          "threads": JSON(options.threads), "engine": .string(inputs.engine.statement.name),
        ]))
  }

  /// Trains and evaluates every arm.
  private func execute(
    _ inputs: RunInputs, _ record: RunRecord
  ) async throws -> (arms: [RunSummary.Arm], checkpoints: [KeptCheckpoint]) {
    try record.append(.inputs(inputs.recorded))
    var trained: [UInt64: [(arm: String, steps: [RunSummary.Step])]] = [:]
    var arms: [RunSummary.Arm] = []
    var weights: [Digest?] = []
    var checkpoints: [KeptCheckpoint] = []
    for seed in manifest.training.seeds {
      try record.append(.prepared(try inputs.prepared(seed).recorded))
      report(.note("seed \(seed): \(try inputs.prepared(seed).sentence)"))
    }
    for arm in manifest.arms {
      guard case .trained = arm.treatment else {
        arms.append(RunSummary.Arm(name: arm.name, seed: nil))
        weights.append(nil)
        continue
      }
      for seed in manifest.training.seeds {
        let result = try await train(
          arm, seed: seed, inputs, others: trained[seed, default: []], record)
        trained[seed, default: []].append((arm.name, result.steps))
        arms.append(
          RunSummary.Arm(
            name: arm.name, seed: Int(clamping: seed),
            digests: [
              "weights": result.weights, "prepared_examples": try inputs.prepared(seed).digest,
            ], steps: result.steps))
        weights.append(result.weights)
        checkpoints += result.checkpoints
      }
    }
    for (seed, arms) in trained { try Self.checkContract(arms, seed: seed) }
    let inspections = try await inspect(
      zip(manifest.models, weights).map { ($0.arm, $0.seed, $1) }, inputs, record)
    for index in arms.indices {
      arms[index].inspection = inspections[index]
      arms[index].metrics = try await evaluate(
        arms[index], weights: weights[index], inputs, record)
    }
    return (arms, checkpoints)
  }

  /// Checks that arms of one seed learned from the same batches, also those that other runs and machines trained.
  private static func checkContract(
    _ arms: [(arm: String, steps: [RunSummary.Step])], seed: UInt64
  ) throws {
    for (one, other) in zip(arms, arms.dropFirst()) {
      for (step, counterpart) in zip(one.steps, other.steps)
      where step.batchDigest != counterpart.batchDigest {
        throw EngineError(
          .armContract,
          "Step \(step.number) of the arm '\(other.arm)' with the seed \(seed) learned from another batch than the arm '\(one.arm)'; the arms are not comparable."
        )
      }
    }
  }
}
