import Assets
import Files
import Foundation
import LanguageModels
package import Manifests
import Provenance
import Records

/// Kills a run at many points, resumes it, and compares every byte with a run that nobody disturbed.
package struct ResumeCertification: Sendable {
  /// The manifest, shortened if it is to be.
  private let file: ManifestFile
  private let steps: Int?
  private let options: RunOptions
  private let child: LadderChild
  /// How many kills at random moments are added, and what they are drawn from.
  private let randomCount: Int
  private let randomSeed: UInt64
  private let report: @Sendable (String) -> Void

  /// Prepares a certification; nothing is touched yet.
  ///
  /// - Parameters:
  ///   - file: The manifest.
  ///   - steps: Steps to shorten it to; nil for all.
  ///   - options: How runs are computed.
  ///   - program: Absolute path of this program.
  ///   - randomCount: Kills at random moments after those at named points.
  ///   - randomSeed: What the moments are drawn from.
  ///   - report: Is told what happens, a sentence at a time.
  package init(
    _ file: ManifestFile, steps: Int?, options: RunOptions, program: String, randomCount: Int,
    randomSeed: UInt64, report: @escaping @Sendable (String) -> Void
  ) {
    child = LadderChild(program: program, manifestPath: file.path, options: options)
    self.file = steps.map { file.shortened(steps: $0) } ?? file
    self.steps = steps
    self.options = options
    self.randomCount = randomCount
    self.randomSeed = randomSeed
    self.report = report
  }

  /// Does all of it, in a folder of its own that is removed afterwards.
  package func run() async throws -> ResumeCertificate {
    let folder = options.folder.work.appending("certify-\(UUID().uuidString)")
    try folder.createFolder()
    defer { try? folder.remove() }
    // Inputs are brought once; the runs only link them.
    _ = try await RunInputs(InputSources(file, options: options), quiet: true)
    report("an undisturbed run")
    let start = ContinuousClock.now
    let whole = try await finished(folder.appending("whole").path)
    let duration = (ContinuousClock.now - start) / .milliseconds(1)
    var progress = Progress(certification: self, whole: whole, folder: folder)
    try await progress.kill(at: Self.points(file.manifest, whole))
    for point in randomPoints(within: duration) { try await progress.kill(at: [point]) }
    return try progress.certificate(manifest: file.manifest, steps: steps)
  }

  /// The points of a run, in the order in which it passes them.
  ///
  /// Every kind of point at least once; of steps the first, those around the first checkpoints and the middle; of
  /// evaluations the first and the last.
  static func points(_ manifest: Manifest, _ whole: SealedRecord) -> [RunPoint] {
    var points: [RunPoint] = []
    let interval = manifest.training.checkpointInterval
    let kept = manifest.training.keptCheckpointInterval
    for arm in manifest.arms where arm.treatment != .untouched {
      guard let count = whole.summary.arms.first(where: { $0.name == arm.name })?.steps.count
      else { continue }
      for step in 1...max(count, 1) {
        let isCheckpoint = interval.map { step.isMultiple(of: $0) && step < count } ?? false
        let isNoted = step == 1 || step == (count + 1) / 2 || step == count
        func add(_ kind: RunPoint.Kind) {
          points.append(RunPoint(kind: kind, arm: arm.name, step: step))
        }
        guard isCheckpoint || isNoted else { continue }
        add(.updated)
        add(.trained)
        guard isCheckpoint else { continue }
        add(.savingCheckpoint)
        add(.savedCheckpoint)
        if let kept, step.isMultiple(of: kept) { add(.keptCheckpoint) }
      }
      points.append(RunPoint(kind: .storedWeights, arm: arm.name))
    }
    let evaluations = manifest.evaluations.map(\.name)
    let ends =
      evaluations.count > 1 ? [evaluations[0], evaluations[evaluations.count - 1]] : evaluations
    for arm in manifest.arms {
      for name in ends {
        for kind in [RunPoint.Kind.evaluating, .storedSamples] {
          points.append(RunPoint(kind: kind, arm: arm.name, evaluation: name))
        }
      }
    }
    return points + [.sealing, .sealedLog, .sealed].map { RunPoint(kind: $0) }
  }

  /// Moments after the beginning of a process, all equally likely up to the length of a run.
  private func randomPoints(within milliseconds: Double) -> [RunPoint] {
    (0..<randomCount).map { index in
      let draw = SHA256.digest(of: "replicate/certify/v1\n\(randomSeed)\n\(index)").bytes
      let fraction = draw.prefix(4).reduce(0.0) { $0 * 256 + Double($1) } / 4_294_967_296
      return RunPoint(kind: .begun, delay: Int(fraction * milliseconds))
    }
  }

  /// The record of a run that is left alone from here on.
  private func finished(_ artifacts: String) async throws -> SealedRecord {
    try await prepare(artifacts)
    _ = try await child.run(KillableRun.Request(steps: steps), artifacts: artifacts)
    return try Self.record(in: artifacts)
  }

  private func prepare(_ artifacts: String) async throws {
    guard !FileManager.default.fileExists(atPath: artifacts) else { return }
    try await InputSources(file, options: options).link(into: artifacts)
    try AtomicFile.createFolder(artifacts)
  }

  private static func record(in artifacts: String) throws -> SealedRecord {
    let store = RunStore(artifacts: artifacts)
    guard let id = try store.ids().first else {
      throw DeterminismError(.child, "A run that was to leave a record left none in \(store.path).")
    }
    return try SealedRecord(at: store.place(of: id))
  }
}

// MARK: - Killing

extension ResumeCertification {
  /// What was done so far.
  private struct Progress {
    let certification: ResumeCertification
    let whole: SealedRecord
    let folder: ContainedPath
    var kills: [ResumeCertificate.Kill] = []
    var resumptionCount = 0
    var comparedCount = 0
    var divergence: Divergence?

    /// Kills one run at each of the points in turn, then lets it finish and compares it.
    mutating func kill(at points: [RunPoint]) async throws {
      guard divergence == nil else { return }
      let place = folder.appending("killed-\(kills.count)")
      let artifacts = place.path
      try await certification.prepare(artifacts)
      for point in points {
        let request = KillableRun.Request(steps: certification.steps, kill: point)
        let end = try await certification.child.run(request, artifacts: artifacts)
        kills.append(ResumeCertificate.Kill(place: point.text, wasKilled: end == .killed))
        certification.report("\(end == .killed ? "killed" : "over") \(point.text)")
      }
      _ = try await certification.finished(artifacts)
      try compare(artifacts)
      try place.remove()
    }

    private mutating func compare(_ artifacts: String) throws {
      let record = try ResumeCertification.record(in: artifacts)
      if let finding = try record.findings().first {
        divergence = Divergence(place: "record", operation: "integrity", note: finding)
        return
      }
      divergence = try KillAndResume.divergence(whole, record)
      for arm in record.summary.arms where divergence == nil {
        guard let weights = arm.digests["weights"] else { continue }
        let place = ArtifactStore(ArtifactsFolder(artifacts)).place(of: weights)
        guard try ArtifactStore.hash(place).sha256 != weights else { continue }
        divergence = Divergence(place: arm.sentence, operation: "stored weights")
      }
      let checkpoints = CheckpointStore(artifacts: artifacts)
      for checkpoint in record.checkpoints where divergence == nil {
        let finding =
          checkpoints.contains(checkpoint)
          ? try checkpoints.finding(checkpoint, threads: certification.options.threads)
          : "its file is missing"
        guard let finding else { continue }
        divergence = Divergence(
          place: checkpoint.arm, operation: "kept checkpoint after step \(checkpoint.step)",
          note: finding)
      }
      let history = try record.history()
      resumptionCount += TrainingHistory(history).resumptions
      comparedCount += 1
    }

    func certificate(manifest: Manifest, steps: Int?) throws -> ResumeCertificate {
      ResumeCertificate(
        name: manifest.name, manifest: try CanonicalJSON.digest(of: manifest.canonical),
        steps: steps, program: try RunEnvironment.executableDigest(),
        results: whole.resultsDigest, samples: whole.sampleTree.root,
        checkpointCount: whole.checkpoints.count, kills: kills,
        resumptionCount: resumptionCount, comparedCount: comparedCount, divergence: divergence)
    }
  }
}
